"""Counting what was shown; the figures of a finished day go to the office by letter. Never who looked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.core.outbox import send
from app.library.models import Card, Exposure
from app.library.queries.exposure import seen_on, unsent_days


@dataclass
class Tally:
    shows: int = 0
    opens: int = 0
    picks: int = 0


def count_exposure(session: Session, tallies: Mapping[str, Tally], *, day: date) -> None:
    """Adds to the day's figures of each card; numbers that are not on the shelf are left out."""
    if not tallies:
        return
    rows = session.execute(select(Card.id, Card.project_id).where(Card.project_id.in_(tallies)))
    numbers = {row[1]: row[0] for row in rows}
    there = set(
        session.scalars(
            select(Exposure.card_id).where(Exposure.day == day, Exposure.card_id.in_(numbers.values()))
        )
    )
    fresh = [{"card_id": n, "day": day} for n in numbers.values() if n not in there]
    if fresh:
        session.execute(insert(Exposure), fresh)
    for number, tally in tallies.items():
        if number in numbers:
            _add(session, numbers[number], day, tally)


def _add(session: Session, card_id: int, day: date, tally: Tally) -> None:
    session.execute(
        update(Exposure)
        .where(Exposure.card_id == card_id, Exposure.day == day)
        .values(
            shows=Exposure.shows + tally.shows,
            opens=Exposure.opens + tally.opens,
            picks=Exposure.picks + tally.picks,
        )
    )


def tell_exposure(session: Session, *, today: date, now: datetime) -> int:
    """One letter for each day that is over; returns how many days."""
    days = unsent_days(session, today)
    for day in days:
        cards = [[s.project_id, s.shows, s.opens, s.picks] for s in seen_on(session, day)]
        send(
            session,
            "cards.seen",
            {"day": day.isoformat(), "cards": cards},
            key=day.isoformat(),
            subject="exposure",
            now=now,
        )
        session.execute(update(Exposure).where(Exposure.day == day).values(sent=True))
    return len(days)
