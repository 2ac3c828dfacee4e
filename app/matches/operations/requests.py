"""Runs that a county asks for. Its letter writes a line; a job of its own works them out, one by one.

A run is computed from a reading of the shelf and written in one short transaction with the end of its
request. Whatever breaks off in between leaves nothing but the count of tries, and is begun anew.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.core.outbox import send
from app.matches.models import RunRequest
from app.matches.operations.proposing import Batch, keep
from app.matches.queries import next_request, request_for_update, request_known, run_asked_for
from app.policy.actors import SYSTEM

log = logging.getLogger(__name__)
MOST_TRIES = 4


def receive_request(session: Session, payload: dict[str, Any], *, now: datetime) -> None:
    """The letter proposals.rerun: one line for each request, however often it comes."""
    if request_known(session, payload["request_ref"]):
        return
    session.add(
        RunRequest(
            request_ref=payload["request_ref"],
            county=payload["county"],
            due_at=now,
            created_at=now,
            created_by=SYSTEM.label,
        )
    )


def begin_next(session: Session, *, now: datetime) -> RunRequest | None:
    """The oldest that is due, its try counted and the office told that it is under way; None when all is
    done. One that broke off too often is given up, and the office hears that too."""
    while (request := next_request(session, now)) is not None:
        if request.tries < MOST_TRIES:
            request.tries += 1
            request.due_at = now + timedelta(seconds=2**request.tries)
            _tell(session, "proposals.started", request, now)
            return request
        log.error("run_given_up id=%s tries=%s", request.id, request.tries)
        request.closed_at = now
        _tell(session, "proposals.failed", request, now)
        session.flush()
    return None


def finish(session: Session, request_ref: str, batch: Batch, *, now: datetime) -> None:
    """The drafts, their letter and the end of the request: all of it or nothing. Twice is once."""
    request = request_for_update(session, request_ref)
    if request.closed_at is not None:
        return
    if run_asked_for(session, request_ref) is None:
        keep(session, batch, request_ref=request_ref, actor=SYSTEM, now=now)
    request.closed_at = now


def _tell(session: Session, kind: str, request: RunRequest, now: datetime) -> None:
    payload = {"request_ref": request.request_ref, "at": now.isoformat()}
    send(session, kind, payload, key=request.request_ref, subject="proposals", now=now)
