"""In which order cards stand: by urgency, longest waiting or newest, and inside a grade by the day's turn."""

from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from app.library.queries.snapshot import Snapshot

_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # splitmix64 (Steele, Lea, Flood 2014)
Mask = NDArray[np.bool_]


def in_order(shelf: Snapshot, mask: Mask, sort: str, day: date) -> NDArray[np.intp]:
    """The places of the cards in `mask`: by urgency, longest waiting or newest, then by the day's turn."""
    order = _day_order(_Held(shelf), sort, day)
    kept: NDArray[np.intp] = order[mask[order]]
    return kept


def rows_in_order(shelf: Snapshot, rows: NDArray[np.intp], sort: str, day: date) -> NDArray[np.intp]:
    """The same for a few cards that are named."""
    ordered: NDArray[np.intp] = rows[np.argsort(_day_places(_Held(shelf), sort, day)[rows])]
    return ordered


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


@lru_cache(maxsize=6)
def _day_places(held: _Held, sort: str, day: date) -> NDArray[np.intp]:
    """The other way round: where each card stands in that order."""
    order = _day_order(held, sort, day)
    places = np.empty(len(order), dtype=np.intp)
    places[order] = np.arange(len(order))
    return places


def _turn(lot: NDArray[np.uint64], day: date) -> NDArray[np.uint64]:
    with np.errstate(over="ignore"):
        mixed = lot ^ (np.uint64(day.toordinal()) * _SPREAD)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        last: NDArray[np.uint64] = mixed ^ (mixed >> np.uint64(31))
    return last
