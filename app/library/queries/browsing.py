"""The page of cards that answers a wish: facets whose counts add up, a fair order, the nearest when nothing
fits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.paging import Page
from app.library.queries.ordering import Mask, in_order, rows_in_order
from app.library.queries.snapshot import COUNTIES, VOCABULARY, ShelfCard, Snapshot
from app.library.queries.wishes import FACETS, Wish
from app.library.states import CardStatus

PAGE_SIZE = 12
NEAREST = 4
TABS = (CardStatus.OPEN, CardStatus.CLAIMED, CardStatus.DONE)


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


def browse(
    shelf: Snapshot,
    wish: Wish,
    *,
    found: Mapping[int, int] | None,
    day: date,
    page: int = 1,
    size: int = PAGE_SIZE,
    points: NDArray[np.float64] | None = None,
) -> Shelf:
    """`found` are wordings with their scores, or None when nothing was searched. `points` (cards,): who has
    more stands first, whatever the wish says of the order; equal ones as on any day."""
    scores = None if found is None else _scores(shelf, found)
    here = _Cut(shelf, None if scores is None else np.flatnonzero(scores))
    masks = {name: here.mask(name, getattr(wish, name)) for name in FACETS if getattr(wish, name)}
    masks["status"] = here.status(wish.status)
    counts = {name: here.counts(name, here.all_of(masks, name)) for name in FACETS}
    tabs = here.counts("status", here.all_of(masks, "status"))
    matching = here.in_order(here.all_of(masks), "fair" if points is not None else wish.sort, day)
    if scores is not None and wish.sort == "fair":
        matching = matching[np.argsort(-scores[matching], kind="stable")]
    if points is not None:
        matching = matching[np.argsort(-points[matching], kind="stable")]
    size = max(1, size)
    number = min(max(1, page), max(1, -(-len(matching) // size)))
    items = [shelf.cards[n] for n in matching[(number - 1) * size : number * size]]
    nearest = [] if len(matching) else _nearest(here, masks, day)
    return Shelf(Page(items, number, size, len(matching)), counts, tabs, nearest)


class _Cut:
    """Some of the shelf's cards (or all): masks, counts and orders over these alone."""

    def __init__(self, shelf: Snapshot, rows: NDArray[np.intp] | None) -> None:
        self._shelf, self._rows = shelf, rows
        self._size = len(shelf) if rows is None else len(rows)

    def _column(self, name: str) -> NDArray[np.intp]:
        column: NDArray[np.intp] = self._of(self._shelf.columns[name])
        return column

    def _of(self, whole: Any) -> Any:
        return whole if self._rows is None else whole[self._rows]

    def status(self, status: str) -> Mask:
        mask: Mask = self._column("status") == VOCABULARY["status"].index(status)
        return mask

    def mask(self, name: str, values: tuple[str, ...]) -> Mask:
        if name == "region":
            asked = [COUNTIES.index(v) for v in values]
            touching: Mask = np.asarray(self._shelf.covers[:, asked].any(axis=1))
            cohorts: NDArray[np.intp] = self._of(self._shelf.cohort)
            return touching[cohorts]
        words = VOCABULARY[name]
        wanted = np.zeros(len(words), dtype=bool)
        wanted[[words.index(v) for v in values if v in words]] = True
        picked: Mask = wanted[self._column(name)]
        company: Mask = self._of(self._shelf.company)
        return picked | company if "company" in values else picked

    def all_of(self, masks: Mapping[str, Mask], leave_out: str = "") -> Mask:
        whole = np.ones(self._size, dtype=bool)
        for name, mask in masks.items():
            if name != leave_out:
                whole &= mask
        return whole

    def counts(self, name: str, mask: Mask) -> dict[str, int]:
        if name == "region":
            held = np.bincount(self._of(self._shelf.cohort)[mask], minlength=len(self._shelf.labels))
            return dict(zip(COUNTIES, (held @ self._shelf.covers).tolist(), strict=True))
        words = VOCABULARY[name]
        counted = np.bincount(self._column(name)[mask], minlength=len(words)).tolist()
        counts = {word: n for word, n in zip(words, counted, strict=True) if word}
        if name == "kind":
            counts["company"] = int(np.count_nonzero(self._of(self._shelf.company) & mask))
        return counts

    def in_order(self, mask: Mask, sort: str, day: date) -> NDArray[np.intp]:
        if self._rows is None:
            return in_order(self._shelf, mask, sort, day)
        return rows_in_order(self._shelf, self._rows[mask], sort, day)

    def cards(self, places: NDArray[np.intp]) -> list[ShelfCard]:
        return [self._shelf.cards[n] for n in places]

    def whole(self) -> "_Cut":
        return self if self._rows is None else _Cut(self._shelf, None)


def _scores(shelf: Snapshot, found: Mapping[int, int]) -> NDArray[np.int64]:
    """The score of each card, 0 where its wording was not found."""
    top = max([*found, int(shelf.wording.max(initial=-1)), 0])
    by_wording = np.zeros(top + 2, dtype=np.int64)  # the last place stands for emptied cards (-1)
    for number, score in found.items():
        by_wording[number] = score
    return by_wording[shelf.wording]


def _nearest(here: _Cut, masks: Mapping[str, Mask], day: date) -> list[ShelfCard]:
    """Nothing fits: open cards, giving up one wish after another until something does, the words last."""
    kept = {**masks, "status": here.status(CardStatus.OPEN)}
    for given_up in ("", "amount", "urgency", "action", "region", "kind"):
        kept.pop(given_up, None)
        fitting = here.in_order(here.all_of(kept), "fair", day)
        if len(fitting):
            return here.cards(fitting[:NEAREST])
    whole = here.whole()
    return whole.cards(whole.in_order(whole.status(CardStatus.OPEN), "fair", day)[:NEAREST])
