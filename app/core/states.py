"""State machines as tables of transitions. Only `begin` and `advance` set a state, and both write the log."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Index, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.database import OfficeBase, PublicBase, Row
from app.core.errors import NotAllowed, NotFound, Refusal
from app.core.messages import Message, msg
from app.core.secrets import OfficeSecret, PublicSecret
from app.policy.access import Verdict, decide
from app.policy.actors import Actor

Guard = Callable[[Any, Actor, datetime], Message | None]
ActorOf = Callable[[Any], Actor]


class _StateChange(Row):
    """One move of one thing. Append-only: triggers refuse UPDATE and DELETE."""

    subject_type: Mapped[str]
    subject_id: Mapped[int]
    from_state: Mapped[str]
    action: Mapped[str]
    to_state: Mapped[str]
    actor_id: Mapped[int]
    actor_role: Mapped[str]
    proxy_for: Mapped[str | None]
    at: Mapped[datetime]


class OfficeStateChange(_StateChange, OfficeBase):
    __tablename__ = "state_change"
    __table_args__ = (
        Index("ix_state_change_subject", "subject_type", "subject_id"),
        {"info": {"append_only": True}},
    )
    actor_name: Mapped[str | None] = mapped_column(OfficeSecret)
    reason: Mapped[str | None] = mapped_column(OfficeSecret)


class PublicStateChange(_StateChange, PublicBase):
    __tablename__ = "state_change"
    __table_args__ = (
        Index("ix_state_change_subject", "subject_type", "subject_id"),
        {"info": {"append_only": True}},
    )
    actor_name: Mapped[str | None] = mapped_column(PublicSecret)
    reason: Mapped[str | None] = mapped_column(PublicSecret)


@dataclass(frozen=True)
class Transition:
    """`action` takes a thing from one of `source` to `target` for those who hold `permission`, if every guard
    is silent. A guard answers None, or the sentence that says what is missing."""

    action: str
    source: StrEnum | tuple[StrEnum, ...]
    target: StrEnum
    permission: str
    guards: tuple[Guard, ...] = ()

    @property
    def sources(self) -> tuple[StrEnum, ...]:
        return self.source if isinstance(self.source, tuple) else (self.source,)


@dataclass(frozen=True)
class Machine:
    """A noun's whole life: its log, its first state, who may begin one, and the moves."""

    name: str
    log: type[OfficeStateChange] | type[PublicStateChange]
    first: StrEnum
    begin_permission: str
    transitions: tuple[Transition, ...]

    def find(self, state: str, action: str) -> Transition | None:
        return next((t for t in self.transitions if t.action == action and state in t.sources), None)

    def open_to(self, actor: Actor, thing: Any) -> list[Transition]:
        """The moves this actor may try now; their guards may still say what is missing."""
        return [
            t
            for t in self.transitions
            if thing.state in t.sources and decide(actor, t.permission, thing) is Verdict.ALLOW
        ]

    def obstacles(self, thing: Any, action: str, *, actor: Actor, now: datetime) -> list[Message]:
        """Why `action` would be refused now, in words; empty when nothing stands in the way."""
        move = self.find(thing.state, action)
        if move is None:
            return [_wrong_state()]
        return [message for guard in move.guards if (message := guard(thing, actor, now))]


def begin(session: Session, machine: Machine, thing: Any, *, actor: Actor, now: datetime) -> None:
    """Puts a new thing into its first state. Raises NotAllowed or NotFound."""
    require(actor, machine.begin_permission, thing)
    thing.state = machine.first
    thing.created_at = now
    thing.created_by = actor.label
    session.add(thing)
    session.flush()
    _log(session, machine, thing, "", "begin", actor=actor, now=now)


def begin_many(
    session: Session,
    machine: Machine,
    model: type[Any],
    rows: Sequence[dict[str, Any]],
    *,
    actor: Actor,
    now: datetime,
) -> list[int]:
    """`begin` for many new rows in few statements (imports): each is asked for, each gets its log row.

    `rows` are the columns of each thing. Returns their ids in the same order. Raises NotAllowed or NotFound.
    """
    for row in rows:
        require(actor, machine.begin_permission, SimpleNamespace(**row))
    made = {"state": machine.first, "created_at": now, "created_by": actor.label}
    insertion = insert(model).returning(model.id, sort_by_parameter_order=True)
    ids = list(session.scalars(insertion, [row | made for row in rows])) if rows else []
    log = [_log_values(machine, i, "", "begin", machine.first, actor=actor, now=now) for i in ids]
    if log:
        session.execute(insert(machine.log), log)
    return ids


def advance(
    session: Session,
    machine: Machine,
    thing: Any,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    reason: str | None = None,
    proxy_for: str | None = None,
) -> None:
    """Moves a thing along its table. Raises Refusal (wrong state, or a guard's sentence), NotAllowed,
    NotFound."""
    move = _allowed(machine, thing, action, actor, now)
    before, thing.state = thing.state, move.target
    session.flush()
    _log(session, machine, thing, before, action, actor=actor, now=now, reason=reason, proxy_for=proxy_for)


def begin_all(
    session: Session, machine: Machine, things: Sequence[Any], *, actor_of: ActorOf, now: datetime
) -> None:
    """`begin` for many new things in one flush: each is asked for, each gets its row in the log."""
    for thing in things:
        actor = actor_of(thing)
        require(actor, machine.begin_permission, thing)
        thing.state, thing.created_at, thing.created_by = machine.first, now, actor.label
    session.add_all(things)
    session.flush()
    _log_all(session, machine, [(t, "", "begin", actor_of(t)) for t in things], now)


def advance_all(
    session: Session,
    machine: Machine,
    things: Sequence[Any],
    action: str,
    *,
    actor_of: ActorOf,
    now: datetime,
) -> None:
    """`advance` for many things in one flush. All are asked before the first moves: one refusal, and none
    does."""
    moves = [(t, _allowed(machine, t, action, actor_of(t), now)) for t in things]
    rows = [(thing, thing.state, action, actor_of(thing)) for thing, _ in moves]
    for thing, move in moves:
        thing.state = move.target
    session.flush()
    _log_all(session, machine, rows, now)


def _log_all(
    session: Session, machine: Machine, rows: Sequence[tuple[Any, str, str, Actor]], now: datetime
) -> None:
    values = [
        _log_values(machine, thing.id, before, action, thing.state, actor=actor, now=now)
        for thing, before, action, actor in rows
    ]
    if values:
        session.execute(insert(machine.log), values)


def _allowed(machine: Machine, thing: Any, action: str, actor: Actor, now: datetime) -> Transition:
    moves = [t for t in machine.transitions if t.action == action]
    if not moves:
        raise ValueError(f"{machine.name} has no action {action}")
    move = machine.find(thing.state, action)
    require(actor, (move or moves[0]).permission, thing)
    if move is None:
        raise Refusal(_wrong_state())
    for guard in move.guards:
        message = guard(thing, actor, now)
        if message:
            raise Refusal(message)
    return move


def require(actor: Actor, permission: str, thing: Any = None) -> None:
    """Raises NotFound when the thing is hidden from the actor, NotAllowed when it is seen but not theirs to
    do."""
    verdict = decide(actor, permission, thing)
    if verdict is Verdict.HIDDEN:
        raise NotFound
    if verdict is Verdict.FORBIDDEN:
        raise NotAllowed


def _wrong_state() -> Message:
    return msg("这一步现在办不了：它刚刚走到了别的环节。请刷新页面，看看现在到了哪一步。")


def _log(
    session: Session,
    machine: Machine,
    thing: Any,
    before: str,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    reason: str | None = None,
    proxy_for: str | None = None,
) -> None:
    values = _log_values(machine, thing.id, before, action, thing.state, actor=actor, now=now)
    session.add(machine.log(**values | {"proxy_for": proxy_for, "reason": reason}))


def _log_values(
    machine: Machine, thing_id: int, before: str, action: str, after: str, *, actor: Actor, now: datetime
) -> dict[str, Any]:
    return {
        "subject_type": machine.name,
        "subject_id": thing_id,
        "from_state": before,
        "action": action,
        "to_state": after,
        "actor_id": actor.account_id,
        "actor_name": actor.name,
        "actor_role": actor.role,
        "proxy_for": None,
        "reason": None,
        "at": now,
        "created_at": now,
        "created_by": actor.label,
    }
