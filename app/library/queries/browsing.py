"""What a visitor asks for, and the page of cards that answers it: facets whose counts add up, a fair order,
the nearest when nothing fits."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import numpy as np
from numpy.typing import NDArray

from app.core.paging import Page
from app.library.queries.snapshot import COUNTIES, VOCABULARY, ShelfCard, Snapshot
from app.library.states import CardStatus

PAGE_SIZE = 12
NEAREST = 4
SORTS = {"fair": "急的在前", "month": "等得久的在前", "new": "最近公布"}
TABS = (CardStatus.OPEN, CardStatus.CLAIMED, CardStatus.DONE)
FACETS = ("kind", "region", "urgency", "amount", "action")
KNOWN: dict[str, frozenset[str]] = {
    "kind": frozenset((*VOCABULARY["kind"], "company")) - {""},
    "region": frozenset(COUNTIES),
    "urgency": frozenset(VOCABULARY["urgency"]) - {""},
    "amount": frozenset(VOCABULARY["amount"]) - {""},
    "action": frozenset(VOCABULARY["action"]) - {""},
}
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # splitmix64 (Steele, Lea, Flood 2014)
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Wish:
    """What a visitor asks for; empty means anything, several values of one facet mean any of them.

    `region` are county codes, `kind` may be `company` (陪伴).
    """

    q: str = ""
    kind: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    urgency: tuple[str, ...] = ()
    amount: tuple[str, ...] = ()
    action: tuple[str, ...] = ()
    status: str = CardStatus.OPEN
    sort: str = "fair"

    def chosen(self) -> list[tuple[str, str]]:
        """(facet, value) of everything that is set, in the order of the page."""
        return [(name, value) for name in FACETS for value in getattr(self, name)]

    def without(self, name: str, value: str = "") -> "Wish":
        """The same without one value of a facet; without the whole of it where no value is named."""
        blank: dict[str, Any] = {"q": "", "status": CardStatus.OPEN, "sort": "fair"}
        if name not in blank:
            blank[name] = tuple(v for v in getattr(self, name) if value and v != value)
        return replace(self, **{name: blank[name]})

    def pairs(self) -> list[tuple[str, str]]:
        """The canonical query: what is set, nothing else, always in one order."""
        told = [("q", self.q)] if self.q else []
        told += self.chosen()
        told += [("status", str(self.status))] if self.status != CardStatus.OPEN else []
        return told + ([("sort", self.sort)] if self.sort != "fair" else [])

    def query(self, **also: object) -> str:
        """`kind=goods&urgency=urgent`."""
        return urlencode([*self.pairs(), *((k, v) for k, v in also.items())])


@dataclass(frozen=True)
class Shelf:
    """One page of cards with the counts of every facet, each counted with the other facets applied."""

    page: Page
    counts: dict[str, dict[str, int]]
    tabs: dict[str, int]
    nearest: list[ShelfCard] = field(default_factory=list)

    @property
    def unsorted(self) -> int:
        """Cards that the twelve actions do not count: those whose item is told only after a claim."""
        return self.page.total - sum(self.counts["action"].values())


def wish_of(args: Mapping[str, list[str]]) -> Wish:
    """From query parameters; what is not known is left out, never an error."""

    def one(name: str) -> str:
        return (args.get(name) or [""])[0].strip()

    chosen = {n: tuple(v for v in dict.fromkeys(args.get(n, [])) if v in KNOWN[n]) for n in FACETS}
    status, sort = one("status"), one("sort")
    return Wish(
        q=one("q")[:80],
        status=status if status in list(CardStatus) else CardStatus.OPEN,
        sort=sort if sort in SORTS else "fair",
        **chosen,
    )


def browse(
    shelf: Snapshot,
    wish: Wish,
    *,
    found: Mapping[int, int] | None,
    day: date,
    page: int = 1,
    size: int = PAGE_SIZE,
) -> Shelf:
    """`found` are wordings with their scores, or None when nothing was searched."""
    scores = None if found is None else _scores(shelf, found)
    base = np.ones(len(shelf), dtype=bool) if scores is None else scores > 0
    masks = {name: _facet_mask(shelf, name, getattr(wish, name)) for name in FACETS if getattr(wish, name)}
    masks["status"] = shelf.columns["status"] == VOCABULARY["status"].index(wish.status)
    everything = _all_of(base, masks)
    counts = {name: _counts(shelf, name, _all_of(base, masks, name)) for name in FACETS}
    tabs = _counts(shelf, "status", _all_of(base, masks, "status"))
    matching = in_order(shelf, everything, wish.sort, day)
    if scores is not None and wish.sort == "fair":
        matching = matching[np.argsort(-scores[matching], kind="stable")]
    size = max(1, size)
    number = min(max(1, page), max(1, -(-len(matching) // size)))
    cut = matching[(number - 1) * size : number * size]
    items = [shelf.cards[n] for n in cut]
    nearest = [] if len(matching) else _nearest(shelf, base, masks, day)
    return Shelf(Page(items, number, size, len(matching)), counts, tabs, nearest)


def _scores(shelf: Snapshot, found: Mapping[int, int]) -> NDArray[np.int64]:
    """The score of each card, 0 where its wording was not found."""
    top = max([*found, int(shelf.wording.max(initial=-1)), 0])
    by_wording = np.zeros(top + 2, dtype=np.int64)  # the last place stands for emptied cards (-1)
    for number, score in found.items():
        by_wording[number] = score
    return by_wording[shelf.wording]


def _facet_mask(shelf: Snapshot, name: str, values: tuple[str, ...]) -> Mask:
    if name == "region":
        asked = [COUNTIES.index(v) for v in values]
        touching: Mask = np.asarray(shelf.covers[:, asked].any(axis=1))
        return touching[shelf.cohort]
    words = VOCABULARY[name]
    wanted = np.zeros(len(words), dtype=bool)
    wanted[[words.index(v) for v in values if v in words]] = True
    picked: Mask = wanted[shelf.columns[name]]
    return picked | shelf.company if "company" in values else picked


def _all_of(base: Mask, masks: Mapping[str, Mask], leave_out: str = "") -> Mask:
    whole = base.copy()
    for name, mask in masks.items():
        if name != leave_out:
            whole &= mask
    return whole


def _counts(shelf: Snapshot, name: str, mask: Mask) -> dict[str, int]:
    if name == "region":
        held = np.bincount(shelf.cohort[mask], minlength=len(shelf.labels))
        return dict(zip(COUNTIES, (held @ shelf.covers).tolist(), strict=True))
    words = VOCABULARY[name]
    counted = np.bincount(shelf.columns[name][mask], minlength=len(words)).tolist()
    counts = {word: n for word, n in zip(words, counted, strict=True) if word}
    if name == "kind":
        counts["company"] = int(np.count_nonzero(shelf.company & mask))
    return counts


def in_order(shelf: Snapshot, mask: Mask, sort: str, day: date) -> NDArray[np.intp]:
    """The places of the cards in `mask`: by urgency, longest waiting or newest, then by the day's turn."""
    order = _day_order(_Held(shelf), sort, day)
    kept: NDArray[np.intp] = order[mask[order]]
    return kept


class _Held:
    """A snapshot as a key: two are the same when they are the same object."""

    def __init__(self, shelf: Snapshot) -> None:
        self.shelf = shelf

    def __hash__(self) -> int:
        return id(self.shelf)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and self.shelf is other.shelf


@lru_cache(maxsize=6)
def _day_order(held: _Held, sort: str, day: date) -> NDArray[np.intp]:
    """Drawn once a day: inside a grade all get their turn (decisions 24)."""
    shelf = held.shelf
    turn = _turn(shelf.lot, day)
    if sort == "month":
        return np.lexsort((turn, shelf.months[shelf.cohort]))
    if sort == "new":
        return np.lexsort((turn, -shelf.months[shelf.cohort]))
    return np.lexsort((turn, shelf.columns["urgency"]))


def _turn(lot: NDArray[np.uint64], day: date) -> NDArray[np.uint64]:
    with np.errstate(over="ignore"):
        mixed = lot ^ (np.uint64(day.toordinal()) * _SPREAD)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        last: NDArray[np.uint64] = mixed ^ (mixed >> np.uint64(31))
    return last


def _nearest(shelf: Snapshot, base: Mask, masks: Mapping[str, Mask], day: date) -> list[ShelfCard]:
    """Nothing fits: open cards, giving up one wish after another until something does, the words last."""
    kept = {name: mask for name, mask in masks.items() if name != "status"}
    kept["status"] = shelf.columns["status"] == VOCABULARY["status"].index(CardStatus.OPEN)
    for given_up in ("", "amount", "urgency", "action", "region", "kind"):
        kept.pop(given_up, None)
        fitting = in_order(shelf, _all_of(base, kept), "fair", day)
        if len(fitting):
            return [shelf.cards[n] for n in fitting[:NEAREST]]
    fitting = in_order(shelf, kept["status"], "fair", day)
    return [shelf.cards[n] for n in fitting[:NEAREST]]
