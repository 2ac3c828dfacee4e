"""One look at all partners and cards: which pairs may be, and why the others may not."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from app.library.models import Card
from app.matches.models import Interest
from app.matches.operations.batch import Two
from app.matches.operations.scoring import (
    LEAST_SCORE,
    Pair,
    Willing,
    need_of,
    obstacle,
    person_of,
    places_of_all,
    weights_on,
)
from app.matches.queries import live_pairs
from app.policy.catalogue import NAMES
from app.policy.lattice import covered_counties
from matching.fairness import COARSE, NO_ONE, SECOND
from matching.weights import score

FULL, ASKED = "capacity_full", "asked"
# What is said of a partner without any, the first that holds.
PEOPLE_REASONS = ("unverified", "full", "second", "asked", "low", "papers", "reach", "kind")


@dataclass(frozen=True)
class Look:
    """`pairs` may be assigned. `of_card` and `of_person` hold why other pairs fell out."""

    willing: list[Willing]
    interests: list[Interest]
    pairs: list[Pair]
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


def look(session: Session, cards: Sequence[Card], day: date, *, pins: Collection[Two] = ()) -> Look:
    """Every allowed pair above the least score, and the pinned ones below it, in a fixed order."""
    known, weights, wanted = live_pairs(session), weights_on(session, day), set(pins)
    needs = [(card, need_of(card, day)) for card in cards]
    standing = places_of_all(session, day)
    found = Look([w for w in standing if w.places > 0], [w.interest for w in standing], [])
    for interest, places in ((w.interest, w.places) for w in standing):
        if not interest.partner.is_verified(day):
            found.of_person[interest.id].add("unverified")
            continue
        person = person_of(interest)
        for card, need in needs:
            key = (interest.id, card.project_id)
            word = obstacle(interest, card, day)
            if not word and key in known:
                word = "asked"
            if not word:
                value = score(person, need, weights)
                word = _word(card, places, low=value.total < LEAST_SCORE and key not in wanted)
                if word == "second":
                    found.pairs.append(Pair(interest, card, value))
            found.of_person[interest.id].add("low" if word == "coarse" else word)
            found.of_card[card.project_id].add(word)
        if not places:
            found.of_person[interest.id].add("full")
    found.pairs.sort(key=lambda p: (p.interest.id, p.card.project_id))
    return found


def _word(card: Card, places: int, *, low: bool) -> str:
    """Of a pair that is allowed: second (unless it is chosen), full, or too low to be worth a look."""
    if not low:
        return "second" if places > 0 else "full"
    unclear = len(covered_counties(card.cohort.region_label)) > 1 or card.need_item not in NAMES
    return "coarse" if unclear else "low"
