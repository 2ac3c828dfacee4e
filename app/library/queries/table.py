"""The public table (contracts §5), now and as it was in past weeks."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from app.library.models import Card, ShelfCohort, WeeklyStatus
from app.library.queries.cards import tick_of
from app.library.states import CardStatus

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


def export_rows(session: Session, week: date | None) -> list[dict[str, object]]:
    """Ordered by the random project number; blanked rows stay as empty places."""
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


def weeks_kept(session: Session) -> list[date]:
    """The ticks whose table can be had again, the newest first."""
    return list(
        session.scalars(select(WeeklyStatus.tick).distinct().order_by(WeeklyStatus.tick.desc()).limit(60))
    )


def export_row(card: Card, week: date | None) -> dict[str, object]:
    """One row as it stands now."""
    return _export_row(card, week, card.status)


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
