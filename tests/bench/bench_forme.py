"""按我的条件排 and 问三题 over 20,000 cards (BIG: 200,000): the whole shelf ordered for one partner, or for
three answers, and the pages that show it.

Peer: a bare numpy pass over the same number of cards (a gather of one number an item and one a label, their
sum, a mask, a stable sort), which is the least that an exact order costs.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.core.clock import local_day
from app.core.house import House
from app.library.queries import Answers, Snapshot, Wish, browse, recommend
from app.library.queries.keeping import Keeper
from app.matches.models import Interest
from app.matches.operations.forme import points_of
from app.matches.operations.interests import Offer, state_interest
from app.matches.operations.scoring import weights_on
from app.matches.queries import interest_of
from migrations.environment import upgrade
from tests.bench.figures import Figure, less_is_better, percentiles, seconds
from tests.clock import NOW
from tests.stories.library_world import stock
from tests.world import COUNTY, Site, donor, house_of, make_people, public

ANSWERS = Answers("service", "640324", "monthly")
CARDS, MANY = 20_000, 200_000
DAY = local_day(NOW)
OFFER = Offer(("service", "goods"), ("S01", "S06"), (COUNTY, "640303"), "monthly", False, 2)


@dataclass(frozen=True)
class Shop:
    """A stocked shelf and a volunteer with an interest."""

    house: House
    shelf: Snapshot
    interest: Interest
    weights: dict[str, float]


def measure(big: bool) -> list[Figure]:
    figures = []
    for count in (CARDS, MANY) if big else (CARDS,):
        with tempfile.TemporaryDirectory() as folder:
            shop = _open(Path(folder), count)
            figures += _measured(shop, f"for me, {count} cards")
            shop.house.dispose()
    return figures


def _open(folder: Path, count: int) -> Shop:
    for wing in ("public", "office"):
        upgrade(f"sqlite:///{folder}/{wing}/{wing}.sqlite", wing)
    house = house_of(folder)
    make_people(house)
    stock(house, count)
    with public(house) as session:
        actor = donor(session, "vol")
        state_interest(session, OFFER, actor=actor, now=NOW)
        interest = interest_of(session, actor)
        assert interest is not None and interest.partner is not None
        shelf = Keeper().shelf(session)
        return Shop(house, shelf, interest, dict(weights_on(session, DAY)))


def _measured(shop: Shop, name: str) -> list[Figure]:
    def points() -> object:
        return points_of(shop.interest, shop.shelf, DAY, shop.weights)

    first = seconds(points) * 1000
    scored = percentiles(points, 200)
    cut = percentiles(lambda: _first_page(shop), 200)
    bare = percentiles(_bare(len(shop.shelf)), 200)
    client = Site(shop.house).public("vol")
    page = percentiles(lambda: client.get("/library?sort=forme"), 40)
    plain = percentiles(lambda: client.get("/library"), 40)
    picks = percentiles(lambda: recommend(shop.shelf, ANSWERS, day=DAY), 200)
    asked = percentiles(lambda: client.get("/recommend?kind=service&near=640324&time=monthly"), 40)
    return [
        less_is_better(f"{name}: scores, first time on a snapshot", first, None, "ms"),
        less_is_better(f"{name}: scores, p50", scored[0], None, "ms"),
        less_is_better(f"{name}: scores, facets and first page, p50", cut[0], bare[0], "ms", "20 ms"),
        less_is_better(f"{name}: scores, facets and first page, p99", cut[1], bare[1], "ms"),
        less_is_better(f"{name}: whole page signed in, p50", page[0], plain[0], "ms"),
        less_is_better(f"{name}: three answers, p50", picks[0], bare[0], "ms", "20 ms"),
        less_is_better(f"{name}: three answers, p99", picks[1], bare[1], "ms"),
        less_is_better(f"{name}: whole page of three answers, p50", asked[0], plain[0], "ms"),
    ]


def _first_page(shop: Shop) -> object:
    points = points_of(shop.interest, shop.shelf, DAY, shop.weights)
    return browse(shop.shelf, Wish(sort="forme"), found=None, day=DAY, points=points)


def _bare(count: int) -> Callable[[], object]:
    rng = np.random.default_rng(5)
    of_item, of_label = rng.random(60), rng.random(max(1, count // 20))
    item, label = rng.integers(0, 60, count), rng.integers(0, len(of_label), count)
    passing = rng.random(count) < 0.5

    def once() -> object:
        score = np.where(passing, of_item[item] + of_label[label], -1.0)
        return np.argsort(-score, kind="stable")[:12]

    return once
