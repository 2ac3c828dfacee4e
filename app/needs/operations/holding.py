"""Step ③ seen from the office: held, promised, delivered, confirmed. Letters move a need with SYSTEM as
actor."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.core.clock import local_day
from app.core.errors import BadInput
from app.core.messages import msg
from app.core.states import advance
from app.needs.models import Need
from app.needs.states import NEED, NeedState
from app.policy.actors import Actor


def hold(session: Session, need: Need, *, actor: Actor, now: datetime) -> None:
    advance(session, NEED, need, "hold", actor=actor, now=now)


def offer(session: Session, need: Need, *, actor: Actor, now: datetime) -> None:
    """One organisation is asked directly (domain 4.9 staff_direct): until it answers nobody else can be."""
    advance(session, NEED, need, "offer", actor=actor, now=now)


def free(session: Session, need: Need, *, on_shelf: bool = True, actor: Actor, now: datetime) -> None:
    """A hold or a promise ended without help: the need is open again, or waits in step ③ if its card is
    gone."""
    action = "cancel_pledge" if need.state == NeedState.COMMITTED else "free"
    advance(session, NEED, need, action if on_shelf else "put_back", actor=actor, now=now)


def commit(session: Session, need: Need, *, actor: Actor, now: datetime) -> None:
    advance(session, NEED, need, "commit", actor=actor, now=now)


def deliver(session: Session, need: Need, *, actor: Actor, now: datetime) -> None:
    advance(session, NEED, need, "deliver", actor=actor, now=now)


def confirm(
    session: Session, need: Need, *, qty: int, on_shelf: bool = True, actor: Actor, now: datetime
) -> bool:
    """Lowers the residual by what was confirmed; True when nothing is missing any more. Raises BadInput."""
    if not 0 < qty <= need.residual_qty:
        raise BadInput(msg("确认的数量要在 1 到 {n} 之间。", n=need.residual_qty), field="qty")
    need.residual_qty -= qty
    met = need.residual_qty == 0
    part = "confirm_part" if on_shelf else "confirm_part_off_shelf"
    advance(session, NEED, need, "confirm_full" if met else part, actor=actor, now=now)
    if met:
        need.met_on = local_day(now)
    return met


def dispute(session: Session, need: Need, *, reason: str, actor: Actor, now: datetime) -> None:
    advance(session, NEED, need, "dispute", actor=actor, now=now, reason=reason)
