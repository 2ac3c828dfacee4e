"""The household's timeline: one row for each thing that happened, once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.cases.models import Case, CaseRecord
from app.policy.actors import Actor


def record(
    session: Session,
    case: Case,
    *,
    kind: str,
    text: str,
    source_ref: str,
    need_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Writes a row unless one with the same kind and source stands already (I-30)."""
    known = select(CaseRecord.id).where(CaseRecord.kind == kind, CaseRecord.source_ref == source_ref)
    if session.scalar(known) is not None:
        return
    row = record_values(
        case.id, kind=kind, text=text, source_ref=source_ref, need_id=need_id, actor=actor, now=now
    )
    session.add(CaseRecord(**row))
    session.flush()


def record_values(
    case_id: int,
    *,
    kind: str,
    text: str,
    source_ref: str,
    need_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> dict[str, Any]:
    """The columns of a row, for those who write many at once."""
    return {
        "case_id": case_id,
        "need_id": need_id,
        "kind": kind,
        "text": text,
        "source_ref": source_ref,
        "actor_label": actor.label,
        "at": now,
        "created_at": now,
        "created_by": actor.label,
    }


def record_all(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Rows of `record_values` whose sources are new, in one statement."""
    if rows:
        session.execute(insert(CaseRecord), list(rows))
