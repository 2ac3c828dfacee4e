"""Figures that come back from the library: how often each card was shown, opened and picked in a day."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.releases.models import NeedProject, SeenCard

CHUNK = 500


def keep_seen(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """`{day, cards: [[project_id, shows, opens, picks]]}`; numbers of no project of ours are left out."""
    day, rows = date.fromisoformat(payload["day"]), payload["cards"]
    for start in range(0, len(rows), CHUNK):
        _add(session, rows[start : start + CHUNK], day)


def _add(session: Session, rows: list[list[Any]], day: date) -> None:
    numbers = [row[0] for row in rows]
    ours = set(session.scalars(select(NeedProject.project_id).where(NeedProject.project_id.in_(numbers))))
    known = {
        seen.project_id: seen
        for seen in session.scalars(select(SeenCard).where(SeenCard.project_id.in_(numbers)))
    }
    for number, shows, opens, picks in rows:
        if number not in ours:
            continue
        seen = known.get(number)
        if seen is None:
            seen = SeenCard(project_id=number, shows=0, opens=0, picks=0, until=day)
            session.add(seen)
        seen.shows, seen.opens, seen.picks = seen.shows + shows, seen.opens + opens, seen.picks + picks
        seen.until = max(day, seen.until)
