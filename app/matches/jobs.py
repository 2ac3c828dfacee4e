"""Every night a batch of proposals, and one whenever a county asks; proposals lapse after their day."""

from datetime import datetime, timedelta

from app.core.clock import at_local, local_day
from app.core.house import House
from app.core.jobs import Periodic
from app.matches.models import RunRequest
from app.matches.operations.answering import expire
from app.matches.operations.proposing import keep, work_out
from app.matches.operations.requests import begin_next, finish
from app.matches.queries import next_request, ran_since
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
    with house.public.transaction(writes=False) as session:
        if ran_since(session, tonight):
            return
        batch = work_out(session, now=now)
    with house.public.transaction() as session:
        if not ran_since(session, tonight):
            keep(session, batch, actor=SYSTEM, now=now)


def answer_requests(house: House, now: datetime) -> None:
    """Every run that was asked for. The shelf is read beside all other work; only what came of it is
    written, in one piece."""
    while (request := _begin(house, now)) is not None:
        with house.public.transaction(writes=False) as session:
            batch = work_out(session, county=request.county, now=now)
        with house.public.transaction() as session:
            finish(session, request.request_ref, batch, now=now)


def _begin(house: House, now: datetime) -> RunRequest | None:
    """Looks first: this comes round every second, and mostly there is nothing to write."""
    with house.public.transaction(writes=False) as session:
        if next_request(session, now) is None:
            return None
    with house.public.transaction() as session:
        return begin_next(session, now=now)


PERIODIC = (
    Periodic("matches.expire", timedelta(hours=1), expire_proposals),
    Periodic("matches.propose", timedelta(minutes=10), propose_nightly, aside=True),
    Periodic("matches.requests", timedelta(seconds=1), answer_requests, aside=True),
)
