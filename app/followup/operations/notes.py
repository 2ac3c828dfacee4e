"""Lines in the household's timeline, each once however often its letter comes (I-30)."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.cases.operations import record
from app.followup.models import PairTie, Tie
from app.policy.actors import Actor


def note_tie(
    session: Session, tie: Tie, text: str, kind: str, code: str, *, actor: Actor, now: datetime
) -> None:
    record(
        session,
        tie.need.case,
        kind=kind,
        text=f"{tie.need.item.name}：{text}",
        source_ref=f"{tie.claim_ref}/{code}",
        need_id=tie.need_id,
        actor=actor,
        now=now,
    )


def note_pair(
    session: Session,
    pair: PairTie,
    text: str,
    code: str,
    *,
    actor: Actor,
    now: datetime,
    kind: str = "pairing",
) -> None:
    record(
        session,
        pair.case,
        kind=kind,
        text=f"{pair.need.item.name}：{text}",
        source_ref=f"{pair.pairing_ref}/{code}",
        need_id=pair.need_id,
        actor=actor,
        now=now,
    )
