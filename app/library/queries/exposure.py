"""How often cards were shown, opened and picked; nothing about who looked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.library.models import Card, Exposure


@dataclass(frozen=True)
class Seen:
    project_id: str
    shows: int
    opens: int
    picks: int


def unsent_days(session: Session, before: date) -> Sequence[date]:
    """Days that are over and whose figures the office has not got, the oldest first."""
    statement = select(Exposure.day).where(Exposure.sent.is_(False), Exposure.day < before)
    return session.scalars(statement.distinct().order_by(Exposure.day)).all()


def seen_on(session: Session, day: date) -> list[Seen]:
    rows = session.execute(
        select(Card.project_id, Exposure.shows, Exposure.opens, Exposure.picks)
        .join(Card, Card.id == Exposure.card_id)
        .where(Exposure.day == day)
        .order_by(Card.project_id)
    )
    return [Seen(*row) for row in rows]
