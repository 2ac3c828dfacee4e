"""Every night a batch of proposals; and proposals lapse after their day."""

from datetime import datetime, timedelta

from app.core.clock import at_local, local_day
from app.core.house import House
from app.core.jobs import Periodic
from app.matches.operations.answering import expire
from app.matches.operations.proposing import propose
from app.matches.queries import ran_since
from app.policy.actors import SYSTEM

NIGHT_HOUR, NIGHT_MINUTE = 3, 30


def expire_proposals(house: House, now: datetime) -> None:
    with house.public.transaction() as session:
        expire(session, now=now)


def propose_nightly(house: House, now: datetime) -> None:
    """Once a day, from 03:30; a worker that was down then does it when it is back."""
    tonight = at_local(local_day(now), NIGHT_HOUR, NIGHT_MINUTE)
    if now < tonight:
        return
    with house.public.transaction() as session:
        if not ran_since(session, tonight):
            propose(session, actor=SYSTEM, now=now)


PERIODIC = (
    Periodic("matches.expire", timedelta(hours=1), expire_proposals),
    Periodic("matches.propose", timedelta(minutes=10), propose_nightly),
)
