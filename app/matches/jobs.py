"""Proposals lapse after their day."""

from datetime import datetime, timedelta

from app.core.house import House
from app.core.jobs import Periodic
from app.matches.operations.answering import expire


def expire_proposals(house: House, now: datetime) -> None:
    with house.public.transaction() as session:
        expire(session, now=now)


PERIODIC = (Periodic("matches.expire", timedelta(hours=1), expire_proposals),)
