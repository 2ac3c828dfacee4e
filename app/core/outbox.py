"""Letters between the wings. A letter is a row of the same transaction as the change that it tells.

Delivery: the far side handles it and notes the key in one transaction, then the near side marks it delivered.
A crash in between repeats the letter; the noted key makes the repetition change nothing.
"""

import json
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.database import Database, OfficeBase, PublicBase
from app.core.secrets import OfficeSecret, PublicSecret

Handler = Callable[[Session, dict[str, Any], datetime], None]
log = logging.getLogger(__name__)
_LONGEST_WAIT = timedelta(minutes=10)


class _Letter:
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str]
    subject: Mapped[str]
    sent_at: Mapped[datetime]
    due_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)


class OfficeLetter(_Letter, OfficeBase):
    __tablename__ = "letter"
    __table_args__ = (Index("ix_letter_waiting", "delivered_at", "id"),)
    payload: Mapped[str | None] = mapped_column(OfficeSecret)


class PublicLetter(_Letter, PublicBase):
    __tablename__ = "letter"
    __table_args__ = (Index("ix_letter_waiting", "delivered_at", "id"),)
    payload: Mapped[str | None] = mapped_column(PublicSecret)


class _Received:
    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    at: Mapped[datetime]


class OfficeReceived(_Received, OfficeBase):
    __tablename__ = "received_letter"


class PublicReceived(_Received, PublicBase):
    __tablename__ = "received_letter"


def _letter(wing: str) -> type[Any]:
    return OfficeLetter if wing == "office" else PublicLetter


def _received(wing: str) -> type[Any]:
    return OfficeReceived if wing == "office" else PublicReceived


def send(
    session: Session, kind: str, payload: dict[str, Any], *, key: str, subject: str, now: datetime
) -> None:
    """Writes a letter to the other wing. A key that was used before writes nothing: the letter is under
    way."""
    letter = _letter(session.info["wing"])
    full_key = f"{kind}/{key}"
    if session.scalar(select(letter.id).where(letter.key == full_key)) is not None:
        return
    text = json.dumps(payload, ensure_ascii=False)
    session.add(letter(key=full_key, kind=kind, subject=subject, payload=text, sent_at=now, due_at=now))
    session.flush()


def deliver(near: Database, far: Database, handlers: Mapping[str, Handler], *, now: datetime) -> int:
    """Carries the waiting letters that `handlers` can read from `near` to `far`, in order within a subject.

    Returns how many arrived; letters of other kinds stay for another carrier.
    """
    arrived = 0
    held_back: set[str] = set()
    for letter_id, subject in _waiting(near, list(handlers)):
        if subject in held_back:
            continue
        if _deliver_one(near, far, handlers, letter_id, now):
            arrived += 1
        else:
            held_back.add(subject)
    return arrived


def _waiting(near: Database, kinds: list[str]) -> list[tuple[int, str]]:
    letter = _letter(near.wing)
    with near.transaction(writes=False) as session:
        rows = session.execute(
            select(letter.id, letter.subject)
            .where(letter.delivered_at.is_(None), letter.kind.in_(kinds))
            .order_by(letter.id)
            .limit(2000)
        )
        return [(row[0], row[1]) for row in rows]


def _deliver_one(
    near: Database, far: Database, handlers: Mapping[str, Handler], letter_id: int, now: datetime
) -> bool:
    letter = _letter(near.wing)
    with near.transaction(writes=False) as session:
        found = session.get_one(letter, letter_id)
        if found.due_at > now:
            return False
        kind, key, payload = found.kind, found.key, found.payload or "{}"
    try:
        _hand_over(far, handlers[kind], key, json.loads(payload), now)
    except Exception as error:  # any fault keeps the letter; the next round tries again
        log.error("letter_failed kind=%s id=%s error=%s", kind, letter_id, type(error).__name__)
        _postpone(near, letter_id, now)
        return False
    with near.transaction() as session:
        done = session.get_one(letter, letter_id)
        done.delivered_at, done.payload = now, None
    return True


def _hand_over(far: Database, handler: Handler, key: str, payload: dict[str, Any], now: datetime) -> None:
    received = _received(far.wing)
    with far.transaction() as session:
        if session.get(received, key) is not None:
            return
        handler(session, payload, now)
        session.add(received(key=key, at=now))


def _postpone(near: Database, letter_id: int, now: datetime) -> None:
    with near.transaction() as session:
        late = session.get_one(_letter(near.wing), letter_id)
        late.tries += 1
        late.due_at = now + min(_LONGEST_WAIT, timedelta(seconds=2 ** min(late.tries, 10)))
