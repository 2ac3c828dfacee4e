"""Papers to the office, verdicts back, and checks that run out."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.operations.partners import expire_partners, take_verdict
from app.accounts.operations.verification import receive_papers
from app.core.house import House
from app.core.jobs import Periodic


def carry_papers(session: Session, payload: dict[str, Any], now: datetime) -> None:
    receive_papers(session, payload, now=now)


def carry_verdict(session: Session, payload: dict[str, Any], now: datetime) -> None:
    take_verdict(session, payload, now=now)


def expire(house: House, now: datetime) -> None:
    with house.public.transaction() as session:
        expire_partners(session, now=now)


TO_OFFICE = {"papers.submitted": carry_papers}
TO_PUBLIC = {"verdict.given": carry_verdict}
PERIODIC = (Periodic("accounts.expire", timedelta(hours=1), expire),)
