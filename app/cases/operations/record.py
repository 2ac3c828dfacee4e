"""The household's timeline: one row for each thing that happened, once."""

from datetime import datetime

from sqlalchemy import select
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
    session.add(
        CaseRecord(
            case_id=case.id,
            need_id=need_id,
            kind=kind,
            text=text,
            source_ref=source_ref,
            actor_label=actor.label,
            at=now,
            created_at=now,
            created_by=actor.label,
        )
    )
    session.flush()
