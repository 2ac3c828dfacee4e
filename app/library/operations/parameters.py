"""Dated parameters that the office sends over."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.library.models import DatedParameter


def keep_parameter(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """`{key, value, region, valid_from}`; the same row twice is one row."""
    since = date.fromisoformat(payload["valid_from"])
    found = session.scalar(
        select(DatedParameter).where(
            DatedParameter.key == payload["key"],
            DatedParameter.region == payload["region"],
            DatedParameter.since == since,
        )
    )
    if found is None:
        found = DatedParameter(
            key=payload["key"], region=payload["region"], since=since, value=payload["value"], received_at=now
        )
        session.add(found)
    found.value = payload["value"]
