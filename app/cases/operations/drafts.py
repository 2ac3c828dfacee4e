"""Forms not yet sent: kept on the server, encrypted, on any device (design §8). And looks at masked
fields."""

import json
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy.orm import Session

from app.cases.models import Case, Draft, Reveal
from app.cases.queries import WRITTEN_FORM, draft_of
from app.core import audit
from app.core.clock import local_day
from app.core.errors import BadInput
from app.core.messages import msg
from app.core.states import require
from app.policy import parameters
from app.policy.actors import Actor


def save_draft(
    session: Session, *, form: str, subject: str, content: dict[str, Any], actor: Actor, now: datetime
) -> Draft:
    text = json.dumps(content, ensure_ascii=False)
    found = draft_of(session, actor, form, subject)
    if found is None:
        found = Draft(
            officer_id=actor.account_id,
            form=form,
            subject=subject,
            content=text,
            saved_at=now,
            created_at=now,
            created_by=actor.label,
        )
        session.add(found)
    found.content, found.saved_at = text, now
    session.flush()
    return found


def content_of(draft: Draft | None) -> dict[str, Any]:
    """What was typed so far; empty when nothing was kept."""
    return cast(dict[str, Any], json.loads(draft.content)) if draft is not None else {}


def discard_draft(session: Session, *, form: str, subject: str, actor: Actor) -> None:
    found = draft_of(session, actor, form, subject)
    if found is not None:
        session.delete(found)


def leave_receipt(session: Session, draft: Draft, case: Case) -> None:
    """All that was typed goes; a second press, or the way back, finds the case instead of opening another."""
    draft.form, draft.content = WRITTEN_FORM, json.dumps({"case_id": case.id})
    session.flush()


def reveal_identity(session: Session, case: Case, *, reason: str, actor: Actor, now: datetime) -> Reveal:
    """Opens name, number, address and phone to a county officer for ten minutes. Raises BadInput without a
    reason."""
    require(actor, "case.reveal", case)
    if len(reason.strip()) < 4:
        raise BadInput(msg("请写明事由，至少 4 个字。这次查看会记一笔。"), field="reason")
    minutes = parameters.at("reveal_minutes", local_day(now))
    reveal = Reveal(
        case_id=case.id,
        officer_id=actor.account_id,
        reason=reason,
        expires_at=now + timedelta(minutes=minutes),
        created_at=now,
        created_by=actor.label,
    )
    session.add(reveal)
    audit.record(
        session, actor=actor, verb="identity.reveal", obj=case, now=now, fields=("name", "id_no", "address")
    )
    session.flush()
    return reveal
