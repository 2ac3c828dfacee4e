"""Staff accounts: made by the platform administrator or by the command, never by self-registration."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models.office import Officer, Post, Unit
from app.accounts.operations.signing import hash_password
from app.accounts.queries.sessions import officer_by_login
from app.core import audit
from app.core.clock import local_day
from app.core.errors import BadInput
from app.core.messages import msg
from app.core.secrets import blind_index
from app.core.states import require
from app.policy.actors import AREA_DIGITS, Actor, Role
from app.policy.regions import region


@dataclass(frozen=True)
class NewOfficer:
    """What an account needs. `person_id_no` ties two accounts of one person together; `scope` is a region
    code; `password_hash` stands for a password that was hashed already (the demo's many accounts share
    one)."""

    login: str
    password: str
    role: Role
    display_name: str = ""
    scope: str = ""
    unit: str = ""
    grid: str = ""
    phone: str = ""
    person_id_no: str = ""
    is_demo: bool = False
    password_hash: str = ""


def make_unit(
    session: Session,
    *,
    name: str,
    kind: str,
    region_code: str,
    actions: tuple[int, ...] = (),
    safeguarding: bool = False,
    finance: bool = False,
    actor: Actor,
    now: datetime,
) -> Unit:
    """Returns the unit of that name there, made if absent."""
    found = session.scalar(select(Unit).where(Unit.name == name, Unit.region_code == region_code))
    if found is not None:
        return found
    unit = Unit(
        name=name,
        kind=kind,
        region_code=region_code,
        actions=sorted(actions),
        safeguarding=safeguarding,
        finance=finance,
        created_at=now,
        created_by=actor.label,
    )
    session.add(unit)
    session.flush()
    return unit


def make_officer(session: Session, new: NewOfficer, *, actor: Actor, now: datetime) -> Officer:
    """Raises BadInput: login taken, scope of the wrong length or unknown, unit unknown."""
    if officer_by_login(session, new.login) is not None:
        raise BadInput(msg("登录名“{login}”已经有人用了，请换一个。", login=new.login), field="login")
    _check_scope(new.role, new.scope)
    unit = _unit_named(session, new.unit, new.scope)
    officer = Officer(
        login=new.login,
        display_name=new.display_name or new.login,
        phone=new.phone or None,
        person_key=blind_index(new.person_id_no or f"login:{new.login}"),
        password_hash=new.password_hash or hash_password(new.password),
        status="active",
        is_demo=new.is_demo,
        created_at=now,
        created_by=actor.label,
    )
    session.add(officer)
    session.flush()
    add_post(session, officer, role=new.role, scope=new.scope, unit=unit, grid=new.grid, actor=actor, now=now)
    return officer


def add_post(
    session: Session,
    officer: Officer,
    *,
    role: Role,
    scope: str,
    unit: Unit | None = None,
    grid: str = "",
    actor: Actor,
    now: datetime,
) -> Post:
    """Gives an officer a role at a place; a change of role leaves an audit row."""
    post = Post(
        officer=officer,
        role=role,
        region_code=scope,
        unit_id=unit.id if unit else None,
        grid=grid or None,
        valid_from=local_day(now),
        created_at=now,
        created_by=actor.label,
    )
    session.add(post)
    session.flush()
    audit.record(session, actor=actor, verb="post.given", obj=post, now=now, reason=str(role))
    return post


def give_post(
    session: Session, officer: Officer, *, role: Role, scope: str, unit: str = "", actor: Actor, now: datetime
) -> Post:
    """A further post, with the same checks as a first one. Raises BadInput."""
    require(actor, "account.make", officer)
    _check_scope(role, scope)
    found = _unit_named(session, unit, scope)
    return add_post(session, officer, role=role, scope=scope, unit=found, actor=actor, now=now)


def _check_scope(role: Role, scope: str) -> None:
    digits = AREA_DIGITS.get(role)
    if digits is None:
        return
    if len(scope) != digits or region(scope) is None:
        raise BadInput(
            msg("这个岗位的辖区代码要 {n} 位，而且在区划表里。现在是“{code}”。", n=digits, code=scope),
            field="scope",
        )


def _unit_named(session: Session, name: str, scope: str) -> Unit | None:
    if not name:
        return None
    unit = session.scalar(select(Unit).where(Unit.name == name, Unit.region_code == scope[:6]))
    if unit is None:
        raise BadInput(msg("这个县里没有叫“{unit}”的单位。请先建单位。", unit=name), field="unit")
    return unit
