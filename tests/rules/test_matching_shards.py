"""Regions solved apart come together as the optimum of the whole, with one certificate."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from dask.distributed import Client, LocalCluster

from matching import Arcs, assign, check
from matching.dask_shards import DaskExecutor
from matching.shards import assign_by_region
from tests.assignments import crowded, some_arcs


def regional(share: float) -> tuple[Arcs, np.ndarray, np.ndarray]:
    """`share` of a weight depends on whether both ends lie in the same of five regions."""
    rng = np.random.default_rng(1)
    arcs = crowded(rng, 120, 200, 20)
    there, here = rng.integers(0, 5, 120), rng.integers(0, 5, 200)
    near = (there[arcs.person] == here[arcs.need]) * 1000.0
    return arcs.with_weight((1 - share) * arcs.weight + share * near), there, here


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_the_clean_up_reaches_the_optimum_of_the_whole(share: float) -> None:
    arcs, there, here = regional(share)
    with ThreadPoolExecutor(2) as pool:
        for executor in (None, pool):
            found = assign_by_region(arcs, there, here, executor=executor)
            assert check(arcs, found.chosen, found.certificate) == []
            assert found.certificate.gap <= 1e-9
            assert found.certificate.value == pytest.approx(assign(arcs).certificate.value, rel=1e-9)


def test_a_gap_is_proven_for_the_whole() -> None:
    arcs, there, here = regional(0.5)
    found = assign_by_region(arcs, there, here, gap=0.05)
    assert check(arcs, found.chosen, found.certificate) == []
    assert found.certificate.gap <= 0.05


def test_any_shape_can_be_cut_into_regions() -> None:
    rng = np.random.default_rng(2)
    for _ in range(150):
        arcs = some_arcs(rng)
        regions = rng.integers(0, 3, arcs.capacity.size), rng.integers(0, 3, arcs.demand.size)
        if arcs.lighter_copies.size:
            continue
        found = assign_by_region(arcs, *regions)
        assert check(arcs, found.chosen, found.certificate) == []
        assert found.certificate.gap <= 1e-9


def test_one_region_for_each_is_needed() -> None:
    arcs, there, here = regional(0.5)
    with pytest.raises(ValueError, match="one region"):
        assign_by_region(arcs, there[1:], here)


def test_a_dask_cluster_of_processes_finds_the_same() -> None:
    """Shards and their answers cross to other processes and come back; the proof is the whole's."""
    arcs, there, here = regional(0.5)
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        found = assign_by_region(arcs, there, here, executor=DaskExecutor(client))
        homes = set(client.run(os.getpid).values())
    serial = assign_by_region(arcs, there, here)
    assert len(homes) == 2 and os.getpid() not in homes
    assert check(arcs, found.chosen, found.certificate) == []
    assert np.array_equal(found.chosen, serial.chosen)
    assert found.certificate.value == serial.certificate.value
