"""Which partner and card may go together (hard checks, step 1) and how well (domain 4.20). Public facts
alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.accounts.models.partners import Organisation, Volunteer
from app.library.models import Card
from app.library.queries import parameter_at
from app.library.states import CardStatus
from app.matches.models import Interest
from app.matches.queries import open_interests, places_taken
from app.policy.catalogue import ITEMS, NAMES
from app.policy.lattice import covered_counties
from matching.weights import WEIGHTS, Need, Person, Score

LEAST_SCORE = 40.0  # below it a pair is not worth an officer's look
SKILL_ITEMS = {
    "company": ("S01",),
    "tutor": ("S02",),
    "psy": ("S03",),
    "clean": ("S04",),
    "haircut": ("S06",),
    "escort": ("S07",),
    "repair": ("S08", "S09"),
    "law": ("S10",),
    "skill": ("S11",),
    "errand": ("S12",),
    "rehab": ("S05", "S13"),
}


@dataclass(frozen=True, slots=True)
class Pair:
    """`score` may be shared by pairs of cards that are alike; `order` is what they are put in order by."""

    interest: Interest
    card: Card
    score: Score
    order: float


@dataclass(frozen=True)
class Willing:
    """An open interest of a verified partner, with the places that it has left."""

    interest: Interest
    places: int


def willing_partners(session: Session, day: date) -> list[Willing]:
    """Verified and unexpired, with a place left."""
    return [w for w in places_of_all(session, day) if w.places > 0]


def places_of_all(session: Session, day: date) -> list[Willing]:
    """All open interests; for a volunteer never more than `max_pairs_volunteer`, without verification
    none."""
    taken, most = places_taken(session), parameter_at(session, "max_pairs_volunteer", day)
    found = []
    for interest in open_interests(session):
        allowed = min(interest.capacity, most) if interest.volunteer_id is not None else interest.capacity
        places = allowed - taken.get(interest.id, 0) if interest.partner.is_verified(day) else 0
        found.append(Willing(interest, max(0, places)))
    return found


def weights_on(session: Session, day: date) -> Mapping[str, float]:
    """The weights are dated parameters; an officer's newer row arrives by letter."""
    return {name: float(parameter_at(session, f"match_weight_{name}", day)) for name in WEIGHTS}


def can_be_paired(card: Card, county: str) -> bool:
    """Open services: goods and money are claimed by those who choose them."""
    fits = not county or county in covered_counties(card.cohort.region_label)
    return card.status == CardStatus.OPEN and not card.blanked and card.kind == "service" and fits


def is_allowed(interest: Interest, card: Card, day: date) -> bool:
    """Kind, reach, what is needed around children, professional items."""
    return not obstacle(interest, card, day)


def obstacle(interest: Interest, card: Card, day: date) -> str:
    """The hard check that fails first: kind, reach or papers; blank when all hold."""
    if "service" not in interest.kinds:
        return "kind"
    if not covered_counties(card.cohort.region_label) & set(interest.counties):
        return "reach"
    item = NAMES.get(card.need_item or "")
    if item is None:
        return ""
    if item.concerns_minor and not (interest.minors_ok and interest.partner.may_be_with_children(day)):
        return "papers"
    return "papers" if item.needs_professional and item.code not in skilled_items(interest) else ""


def skilled_items(interest: Interest) -> frozenset[str]:
    return items_known_to(interest.partner, interest)


def items_known_to(partner: Organisation | Volunteer, interest: Interest | None) -> frozenset[str]:
    """A volunteer's by the skills of the profile, an organisation's by what it says it does."""
    if isinstance(partner, Volunteer):
        return frozenset(code for skill in partner.skills for code in SKILL_ITEMS.get(skill, ()))
    return frozenset(interest.items if interest is not None else ())


def person_of(interest: Interest) -> Person:
    return Person(
        wants=frozenset(interest.kinds) | {ITEMS[c].name for c in interest.items if c in ITEMS},
        skills=frozenset(ITEMS[c].name for c in skilled_items(interest) if c in ITEMS),
        counties=frozenset(interest.counties),
        prefectures=frozenset(c[:4] for c in interest.counties),
        cadence=interest.cadence,
    )


def need_of(card: Card, day: date) -> Need:
    return Need(
        item=card.need_item or "",
        kind=card.kind or "",
        counties=covered_counties(card.cohort.region_label),
        recurring=is_recurring(card),
        weeks=weeks_on_shelf(card, day),
    )


def is_recurring(card: Card) -> bool:
    return is_recurring_item(card.need_item or "")


def is_recurring_item(name: str) -> bool:
    item = NAMES.get(name)
    return bool(item and "每周" in item.options)


def weeks_on_shelf(card: Card, day: date) -> int:
    """At least so many: the card says its month alone, and it may have come on that month's last day."""
    return weeks_since(card.cohort.published_month, day)


def weeks_since(published_month: str, day: date) -> int:
    year, month = (int(x) for x in published_month.split("-"))
    over = date(year + month // 12, month % 12 + 1, 1)
    return max(0, (day - over).days // 7)
