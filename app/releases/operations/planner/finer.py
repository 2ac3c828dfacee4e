"""The next finer labels of a label, one column at a time (the lattice of publication-gate.md)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from app.policy.lattice import (
    ANY,
    BELTS,
    MOST_JOINED,
    NO,
    WHOLE,
    YES,
    Label,
    covered_counties,
    region_label_of,
)

_NEXT: dict[str, dict[str, tuple[str, ...]]] = {
    "has_elder": {ANY: (YES, NO)},
    "has_minor": {ANY: (YES, NO)},
    "disability_group": {ANY: (YES, NO), YES: ("肢体", "视听言语", "智力精神", "多重")},
    "disease_group": {ANY: (YES, NO), YES: ("重大疾病", "慢性病")},
    "household_size_band": {
        ANY: ("1-2人", "3人及以上", "1-3人", "4人及以上"),
        "3人及以上": ("3-4人", "5人及以上"),
        "4人及以上": ("5人及以上",),
        "1-3人": ("1-2人",),
    },
}


def by_fact(label: Label) -> Iterator[Label]:
    """What may be said next about the household."""
    for column, steps in _NEXT.items():
        for value in steps.get(getattr(label, column), ()):
            yield replace(label, **{column: value})


def by_region(label: Label, counties: Sequence[str]) -> Iterator[Label]:
    """What may be said next about the place; `counties`: where the rows live, those with most rows first."""
    for name in _regions(label.region_label, tuple(counties)):
        yield replace(label, region_label=name)


@cache
def _regions(region_label: str, counties: tuple[str, ...]) -> tuple[str, ...]:
    covered = covered_counties(region_label)
    whole = {c[:4] for c in covered if all(x in covered for x in _of_prefecture(c[:4]))}
    found: list[str] = []
    if len(whole) > 1:
        order = tuple(dict.fromkeys(c[:4] for c in counties if c[:4] in whole))
        found += [*_named((p,) for p in order), *_named(_bundles(order))]
        found += BELTS if region_label == WHOLE else ()
    else:
        for prefecture in dict.fromkeys(c[:4] for c in counties):
            inside = tuple(c for c in counties if c[:4] == prefecture)
            if prefecture in whole:
                found += _named([(prefecture,)])
            found += [*_named((c,) for c in inside), *_named(_bundles(inside))]
    return tuple(n for n in dict.fromkeys(found) if covered_counties(n) < covered)


def _bundles(order: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Unions to try: everything that is left, and neighbours in size, from the smallest up."""
    for length in range(2, MOST_JOINED + 1):
        for start in range(len(order) - length, -1, -1):
            yield order[start : start + length]


def _named(bundles: Iterator[tuple[str, ...]] | list[tuple[str, ...]]) -> list[str]:
    return [region_label_of(frozenset(b)) for b in bundles]


@cache
def _of_prefecture(prefecture: str) -> frozenset[str]:
    return covered_counties(region_label_of(frozenset({prefecture})))
