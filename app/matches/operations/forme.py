"""按我的条件排: the shelf in the order that fits one partner. The same transparent score as the nightly batch
(domain 4.20), of public facts and the partner's own words alone, computed for the whole shelf at once."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from weakref import ref

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.library.queries.forme import ForMe, Points
from app.library.queries.recommending import Answers
from app.library.queries.snapshot import COUNTIES, VOCABULARY, Snapshot
from app.matches.models import Interest
from app.matches.operations.scoring import (
    is_recurring_item,
    person_of,
    skilled_items,
    weeks_since,
    weights_on,
)
from app.matches.queries import interest_of
from app.policy.actors import Actor
from app.policy.catalogue import COMPANIONSHIP, KINDS, NAMES
from app.policy.lattice import covered_counties
from matching.weights import Need, Person, score

TIMES = {"once": "once", "monthly": "monthly", "fortnightly": "monthly", "weekly": "year"}
OUT = -1.0  # what this partner could not take on stands last
# The parts of the score that depend on the item, and those that depend on the label and its month.
OF_ITEM, OF_LABEL = ("item", "skill", "cadence"), ("reach", "waiting", "exposure", "reliability")
Item = tuple[str, str]  # name and kind: a shelf's many cards share a few of these


def for_me(session: Session, actor: Actor, day: date) -> ForMe | None:
    """None for who is no partner, or has not said yet what it can give."""
    if actor.organisation_id is None and actor.volunteer_id is None:
        return None
    interest = interest_of(session, actor)
    if interest is None:
        return None
    return ForMe(
        answers_from(interest), lambda shelf: points_of(interest, shelf, day, weights_on(session, day))
    )


def answers_from(interest: Interest) -> Answers:
    """The three questions, answered as the partner did when it said what it can give."""
    company = bool(interest.items) and set(interest.items) <= set(COMPANIONSHIP)
    kind = "company" if company else next((k for k in KINDS if k in interest.kinds), "")
    home = interest.partner.region_code[:6]
    near = home if home in interest.counties else next(iter(sorted(interest.counties)), "")
    return Answers(kind, near, TIMES.get(interest.cadence, "once"))


def points_of(interest: Interest, shelf: Snapshot, day: date, weights: Mapping[str, float]) -> Points:
    """(cards,) 0-100; below 0 what fails a hard check: the kind, the reach, papers for children or a
    profession."""
    if not len(shelf):
        return np.zeros(0)
    items, item_of = _items(shelf)
    person = person_of(interest)
    of_item = np.array([_points(person, _need(item), OF_ITEM, weights) for item in items])
    fits = np.array([_may_take(interest, item, day) for item in items], dtype=bool)
    places: dict[tuple[str, str], float] = {}  # many cohorts share a region and a month
    for label in shelf.labels:
        key = (label.region_label, label.published_month)
        if key not in places:
            places[key] = _points(person, _place(*key, day), OF_LABEL, weights)
    of_label = np.array([places[label.region_label, label.published_month] for label in shelf.labels])
    mine = [n for n, code in enumerate(COUNTIES) if code in interest.counties]
    reached: NDArray[np.bool_] = np.asarray(shelf.covers[:, mine].any(axis=1))
    points = np.round(of_item[item_of] + of_label[shelf.cohort], 4)
    return np.where(fits[item_of] & reached[shelf.cohort], points, OUT)


def _points(person: Person, need: Need, parts: tuple[str, ...], weights: Mapping[str, float]) -> float:
    told = score(person, need, weights).parts
    return sum(told[name] for name in parts)


def _need(item: Item) -> Need:
    name, kind = item
    return Need(name, kind, frozenset(), is_recurring_item(name), 0)


def _place(region_label: str, published_month: str, day: date) -> Need:
    return Need("", "", covered_counties(region_label), False, weeks_since(published_month, day))


def _may_take(interest: Interest, item: Item, day: date) -> bool:
    name, kind = item
    if kind not in interest.kinds:
        return False
    known = NAMES.get(name)
    if kind != "service" or known is None:
        return True
    if known.concerns_minor and not (interest.minors_ok and interest.partner.may_be_with_children(day)):
        return False
    return not known.needs_professional or known.code in skilled_items(interest)


def _items(shelf: Snapshot) -> tuple[list[Item], NDArray[np.intp]]:
    """The different items of a shelf, and which of them each card is; found once for each snapshot."""
    return _items_of(_Held(shelf))


class _Held:
    """A snapshot as a key of a small cache, which does not keep it alive."""

    def __init__(self, shelf: Snapshot) -> None:
        self.shelf, self.key = ref(shelf), id(shelf)

    def __hash__(self) -> int:
        return self.key

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and self.shelf() is other.shelf() is not None


@lru_cache(maxsize=4)
def _items_of(held: _Held) -> tuple[list[Item], NDArray[np.intp]]:
    shelf = held.shelf()
    if shelf is None:
        raise LookupError("the snapshot is gone")
    kinds = VOCABULARY["kind"]
    place: dict[Item, int] = {}
    item_of = np.empty(len(shelf), dtype=np.intp)
    said = zip(shelf.cards.need_items(), shelf.columns["kind"].tolist(), strict=True)
    for n, (item, kind) in enumerate(said):
        item_of[n] = place.setdefault((item or "", kinds[kind]), len(place))
    return list(place), item_of
