"""One look at all partners and cards: which pairs may be, and why the others may not."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from app.library.models import Card
from app.matches.models import Interest
from app.matches.operations.batch import Two
from app.matches.operations.learning import Order, order_on
from app.matches.operations.scoring import (
    LEAST_SCORE,
    Pair,
    Willing,
    need_of,
    obstacle,
    person_of,
    places_of_all,
    weeks_on_shelf,
    weights_on,
)
from app.matches.queries import live_pairs
from app.policy.catalogue import NAMES
from app.policy.lattice import covered_counties
from matching.fairness import COARSE, NO_ONE, SECOND
from matching.weights import Need, Score, score

FULL, ASKED = "capacity_full", "asked"
# What is said of a partner without any, the first that holds.
PEOPLE_REASONS = ("unverified", "full", "second", "asked", "low", "papers", "reach", "kind")


@dataclass(frozen=True)
class Look:
    """`pairs` may be assigned. `of_card` and `of_person` hold why other pairs fell out."""

    willing: list[Willing]
    interests: list[Interest]
    pairs: list[Pair]
    order: Order
    of_card: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    of_person: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))

    def why_left(self, project_id: str) -> str:
        """For a card without a proposal."""
        told = self.of_card.get(project_id, set())
        for word, reason in (("second", SECOND), ("full", FULL), ("asked", ASKED), ("coarse", COARSE)):
            if word in told:
                return reason
        return NO_ONE

    def why_idle(self, interest: Interest) -> str:
        """For a partner without a proposal."""
        told = self.of_person.get(interest.id, set())
        return next((r for r in PEOPLE_REASONS if r in told), "reach")


@dataclass(frozen=True)
class _Alike:
    """Cards of one label, item and wait: they differ in nothing that a score or a hard check looks at."""

    cards: list[Card]
    need: Need
    too_low: str  # what is said of a pair below the least score: low, or coarse where nobody can tell

    @classmethod
    def of(cls, cards: list[Card], day: date) -> "_Alike":
        one = cards[0]
        unclear = len(covered_counties(one.cohort.region_label)) > 1 or one.need_item not in NAMES
        return cls(cards, need_of(one, day), "coarse" if unclear else "low")


def look(session: Session, cards: Sequence[Card], day: date, *, pins: Collection[Two] = ()) -> Look:
    """Every allowed pair above the least score, and the pinned ones below it, in a fixed order."""
    weights, standing = weights_on(session, day), places_of_all(session, day)
    groups = _groups(cards, day)
    known, wanted = _by_person(live_pairs(session)), _by_person(pins)
    order = order_on(session, day, weights)
    found = Look([w for w in standing if w.places > 0], [w.interest for w in standing], [], order)
    for one in standing:
        number = one.interest.id
        if not one.interest.partner.is_verified(day):
            found.of_person[number].add("unverified")
            continue
        if not one.places:
            found.of_person[number].add("full")
        person = person_of(one.interest)
        for group in groups:
            word = obstacle(one.interest, group.cards[0], day)
            if word:
                found.of_person[number].add(word)
            else:
                value = score(person, group.need, weights)
                _take_in(found, one, group, value, known[number], wanted[number])
    found.pairs.sort(key=lambda p: (p.interest.id, p.card.project_id))
    return found


def _groups(cards: Sequence[Card], day: date) -> list[_Alike]:
    groups: dict[tuple[str, str | None, str | None, int], list[Card]] = defaultdict(list)
    for card in cards:
        key = (card.cohort.region_label, card.need_item, card.kind, weeks_on_shelf(card, day))
        groups[key].append(card)
    return [_Alike.of(alike, day) for alike in groups.values()]


def _by_person(pairs: Collection[Two]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for interest_id, project_id in pairs:
        found[interest_id].add(project_id)
    return found


def _take_in(
    found: Look, one: Willing, group: _Alike, value: Score, known: set[str], wanted: set[str]
) -> None:
    """The pairs of one partner with cards that are alike and pass the hard checks: second (unless it is
    chosen), full, asked before, or too low to be worth a look."""
    low, order = value.total < LEAST_SCORE, found.order.of(value)
    fits = "second" if one.places > 0 else "full"
    words = set()
    for card in group.cards:
        number = card.project_id
        word = "asked" if number in known else fits if not low or number in wanted else group.too_low
        if word == "second":
            found.pairs.append(Pair(one.interest, card, value, order))
        found.of_card[number].add(word)
        words.add(word)
    found.of_person[one.interest.id] |= {"low" if word == "coarse" else word for word in words}
