"""Reading the shelf: facets whose counts add up, a fair order, the nearest when nothing fits."""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from app.core.paging import Page
from app.library.models import Card, DatedParameter, LibraryTick, ShelfCohort, WeeklyStatus
from app.library.states import CardStatus
from app.policy import parameters
from app.policy.catalogue import BAND_NAMES, COMPANIONSHIP, ITEMS, KINDS
from app.policy.lattice import covered_counties
from app.policy.lists import URGENCY_ORDER
from app.policy.parameters import Value

PAGE_SIZE = 12
SORTS = {"fair": "急的在前", "month": "等得久的在前", "new": "最近发布"}
TABS = (CardStatus.OPEN, CardStatus.CLAIMED, CardStatus.DONE)
COMPANY_NAMES = frozenset(ITEMS[c].name for c in COMPANIONSHIP)


@dataclass(frozen=True)
class Wish:
    """What a visitor asks for; blank means anything. `region` is a county code, `kind` may be `company`
    (陪伴)."""

    q: str = ""
    action: int | None = None
    kind: str = ""
    region: str = ""
    urgency: str = ""
    amount: str = ""
    status: str = CardStatus.OPEN
    sort: str = "fair"

    def chosen(self) -> dict[str, str]:
        """The set facets, for chips and links."""
        known = {"action": self.action, "kind": self.kind, "region": self.region}
        known |= {"urgency": self.urgency, "amount": self.amount}
        return {k: str(v) for k, v in known.items() if v}


@dataclass(frozen=True)
class Shelf:
    """One page of cards with the counts of every facet, each counted with the other facets applied."""

    page: Page
    counts: dict[str, Counter[str]]
    tabs: Counter[str]
    nearest: list[Card] = field(default_factory=list)


def all_cards(session: Session) -> list[Card]:
    """Every card of a cohort that is still in the library, its cohort loaded. One query."""
    statement = (
        select(Card)
        .join(Card.cohort)
        .where(ShelfCohort.retired.is_(False))
        .options(contains_eager(Card.cohort))
    )
    return list(session.scalars(statement))


def browse(cards: Sequence[Card], wish: Wish, *, found: list[str] | None, day: date, page: int = 1) -> Shelf:
    """`found` are project numbers in the order of the search, or None when nothing was searched."""
    rank = {p: n for n, p in enumerate(found)} if found is not None else None
    searched = [c for c in cards if rank is None or c.project_id in rank]
    matching = [c for c in searched if _passes(c, wish)]
    ordered = sorted(matching, key=_order(wish, rank, day))
    number = min(max(1, page), max(1, -(-len(ordered) // PAGE_SIZE)))
    items = ordered[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    tabs = Counter(c.status for c in searched if _passes(c, wish, leave_out="status"))
    nearest = [] if matching else _nearest(cards, wish, day)
    return Shelf(Page(items, number, PAGE_SIZE, len(ordered)), _facet_counts(searched, wish), tabs, nearest)


def _facet_counts(cards: Sequence[Card], wish: Wish) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    for name, values in _FACETS.items():
        counts[name] = Counter(v for c in cards if _passes(c, wish, leave_out=name) for v in values(c))
    return counts


def _kinds(card: Card) -> list[str]:
    company = ["company"] if card.need_item in COMPANY_NAMES else []
    return ([card.kind] if card.kind else []) + company


_FACETS: dict[str, Callable[[Card], Sequence[str]]] = {
    "action": lambda c: [str(c.action_no)] if c.action_no else [],
    "kind": _kinds,
    "region": lambda c: sorted(covered_counties(c.cohort.region_label)),
    "urgency": lambda c: [c.urgency] if c.urgency else [],
    "amount": lambda c: [c.amount_band] if c.amount_band else [],
}


def _passes(card: Card, wish: Wish, leave_out: str = "") -> bool:
    if leave_out != "status" and wish.status and card.status != wish.status:
        return False
    return all(
        name == leave_out or value in _FACETS[name](card)
        for name, value in wish.chosen().items()
        if name in _FACETS
    )


def _order(wish: Wish, rank: dict[str, int] | None, day: date) -> Callable[[Card], tuple[object, ...]]:
    if rank is not None and wish.sort == "fair":
        return lambda c: (rank[c.project_id], c.project_id)
    if wish.sort == "month":
        return lambda c: (c.cohort.published_month, _turn(c, day))
    if wish.sort == "new":
        return lambda c: (tuple(-ord(x) for x in c.cohort.published_month), _turn(c, day))
    return lambda c: (_grade(c), _turn(c, day))


def _grade(card: Card) -> int:
    return URGENCY_ORDER.index(card.urgency) if card.urgency else len(URGENCY_ORDER)


def _turn(card: Card, day: date) -> str:
    """The order inside a grade changes with the day, so that all get their turn (decisions 24)."""
    return hashlib.blake2b(f"{day}{card.project_id}".encode(), digest_size=8).hexdigest()


def _nearest(cards: Sequence[Card], wish: Wish, day: date) -> list[Card]:
    """Nothing fits: drop one wish after another until something does."""
    for given_up in ("amount", "urgency", "action", "region", "kind"):
        dropped: dict[str, Any] = {given_up: None if given_up == "action" else ""}
        wish = replace(wish, **dropped)
        fitting = [c for c in cards if _passes(c, wish)]
        if fitting:
            return sorted(fitting, key=_order(replace(wish, sort="fair"), None, day))[:4]
    return []


def recommend(
    cards: Sequence[Card], *, kind: str, near: str, once: bool, day: date
) -> list[tuple[Card, list[str]]]:
    """问三题: three open cards with reasons from public facts alone."""
    scored = []
    for card in cards:
        if card.status != CardStatus.OPEN or card.blanked:
            continue
        reasons = _reasons(card, kind, near, once)
        scored.append((-len(reasons), _grade(card), _turn(card, day), card, reasons))
    scored.sort(key=lambda row: row[:3])
    return [(card, reasons) for *_, card, reasons in scored[:3]]


def _reasons(card: Card, kind: str, near: str, once: bool) -> list[str]:
    reasons = []
    if kind and kind in _kinds(card):
        reasons.append("正好是你想出的")
    counties = covered_counties(card.cohort.region_label)
    if near and near in counties:
        reasons.append("标签里有你方便的县" if len(counties) > 1 else "就在你方便的县")
    if once and card.kind == "goods":
        reasons.append("送一次就好")
    if not once and card.kind == "service":
        reasons.append("适合长一点的陪伴")
    if card.urgency == "urgent":
        reasons.append("7 天内要")
    return reasons


def card_by_number(session: Session, project_id: str) -> Card | None:
    statement = (
        select(Card)
        .join(Card.cohort)
        .where(Card.project_id == project_id)
        .options(contains_eager(Card.cohort))
    )
    card = session.scalar(statement)
    return None if card is None or card.cohort.retired else card


def cohort_by_certificate(session: Session, number: str) -> ShelfCohort | None:
    return session.scalar(select(ShelfCohort).where(ShelfCohort.certificate_no == number.strip().upper()))


def tick_of(session: Session) -> LibraryTick:
    return session.get(LibraryTick, 1) or LibraryTick(id=1, tick=None, changes=0)


def alike(cards: Sequence[Card], card: Card, limit: int = 4) -> list[Card]:
    """Open cards of the same kind, the same item first."""
    others = [c for c in cards if c.status == CardStatus.OPEN and c.kind == card.kind and c.id != card.id]
    return sorted(others, key=lambda c: (c.need_item != card.need_item, _grade(c), c.project_id))[:limit]


def export_rows(session: Session, week: date | None) -> list[dict[str, object]]:
    """The public table (contracts §5), ordered by the random project number; blanked rows stay as empty
    places."""
    statement = select(Card).join(Card.cohort).options(contains_eager(Card.cohort)).order_by(Card.project_id)
    past: dict[int, str] = {}
    if week is not None:
        rows = session.execute(
            select(WeeklyStatus.card_id, WeeklyStatus.status).where(WeeklyStatus.tick == week)
        )
        past = {row[0]: row[1] for row in rows}
        statement = statement.where(
            Card.id.in_(select(WeeklyStatus.card_id).where(WeeklyStatus.tick == week))
        )
    shown_week = week or tick_of(session).tick
    statement = statement.where(ShelfCohort.retired.is_(False))
    return [_export_row(c, shown_week, past.get(c.id, c.status)) for c in session.scalars(statement)]


EXPORT_COLUMNS = [
    "week",
    "project_id",
    "cohort_id",
    "region_label",
    "household_size_band",
    "has_minor",
    "has_elder",
    "disability_group",
    "disease_group",
    "action_no",
    "need_item",
    "kind",
    "amount_band",
    "urgency",
    "status",
    "published_month",
]


def _export_row(card: Card, week: date | None, status: str) -> dict[str, object]:
    cohort = card.cohort
    return {
        "week": week.isoformat() if week else "",
        "project_id": card.project_id,
        "cohort_id": cohort.cohort_id,
        **cohort.label.as_dict(),
        "action_no": card.action_no or "",
        "need_item": card.need_item or "",
        "kind": card.kind or "",
        "amount_band": card.amount_band or "",
        "urgency": card.urgency or "",
        "status": CardStatus.RETIRED.value if card.blanked else status,
        "published_month": cohort.published_month,
    }


def stale_cards(session: Session, limit: int = 2000) -> list[Card]:
    """Cards that the search index has not seen in their present form."""
    statement = (
        select(Card)
        .join(Card.cohort)
        .where(Card.fresh)
        .options(contains_eager(Card.cohort))
        .order_by(Card.id)
    )
    return list(session.scalars(statement.limit(limit)))


def parameter_at(session: Session, key: str, day: date, region: str = "") -> int:
    """A dated parameter as the public side knows it: shipped values and those that arrived by letter."""
    rows = session.scalars(select(DatedParameter).where(DatedParameter.key == key))
    also = [Value(r.since, r.value, "office", r.region) for r in rows]
    return parameters.PARAMETERS[key].at(day, region, also)


FACET_LABELS = {"kind": {**KINDS, "company": "陪伴"}, "amount": {b: b for b in BAND_NAMES}}
