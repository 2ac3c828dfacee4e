"""Emergency freeze (domain 4.7): all cards of a cohort are hidden within a minute; a review decides whether
they come back as they were or leave for good. Who holds one of them keeps it."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.core.clock import local_day
from app.core.errors import BadInput
from app.core.messages import msg
from app.core.outbox import send
from app.core.states import advance
from app.policy.actors import Actor
from app.releases.models import Cohort
from app.releases.operations.shelf import take_off
from app.releases.states import COHORT


def freeze_cohort(session: Session, cohort: Cohort, *, reason: str, actor: Actor, now: datetime) -> None:
    """Raises BadInput without a reason; Refusal when it is not in the library."""
    _needs_words(reason)
    advance(session, COHORT, cohort, "freeze", actor=actor, now=now, reason=reason.strip())
    _tell(session, cohort, "cohort.freeze", now)


def unfreeze_cohort(session: Session, cohort: Cohort, *, note: str, actor: Actor, now: datetime) -> None:
    """Nothing is relabelled: what comes back is what was hidden, with what was blanked meanwhile."""
    _needs_words(note)
    advance(session, COHORT, cohort, "unfreeze", actor=actor, now=now, reason=note.strip())
    _tell(session, cohort, "cohort.unfreeze", now)


def retire_frozen(session: Session, cohort: Cohort, *, note: str, actor: Actor, now: datetime) -> None:
    """It does not come back. What nobody took may be published again under another label, a coarser one."""
    _needs_words(note)
    advance(session, COHORT, cohort, "take_off", actor=actor, now=now, reason=note.strip())
    day = local_day(now)
    take_off(session, cohort, cohort.projects, day=day, now=now)
    payload = {"tick": day.isoformat(), "cohorts": [cohort.cohort_id]}
    send(session, "cohorts.retire", payload, key=cohort.cohort_id, subject=cohort.cohort_id, now=now)


def _needs_words(text: str) -> None:
    if len(text.strip()) < 4:
        raise BadInput(msg("请写一句为什么，以后查得到。"), field="reason")


def _tell(session: Session, cohort: Cohort, kind: str, now: datetime) -> None:
    key, payload = f"{cohort.cohort_id}/{cohort.version}", {"cohort_id": cohort.cohort_id}
    send(session, kind, payload, key=key, subject=cohort.cohort_id, now=now)
