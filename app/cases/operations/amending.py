"""Facts of a household put right while the case is with the village; what changed is named, not its value."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from app.cases.models import Case, Member
from app.cases.operations.opening import NewMember, member_values
from app.cases.operations.record import record
from app.cases.queries import IN_THE_VILLAGE
from app.cases.states import ENDED
from app.core import audit
from app.core.errors import BadInput, Refusal
from app.core.messages import msg
from app.core.secrets import blind_index
from app.core.states import require
from app.policy.actors import Actor

HEAD = "本人"
_WORDS = {
    "category": "类别",
    "narrative": "家里的情况",
    "cond_a": "现有政策",
    "cond_b": "赡养抚养",
    "cond_c": "还难在哪",
    "cond_d": "为什么自己解决不了",
    "supporter_check": "赡养、抚养义务",
    "address_detail": "住址",
    "phone": "电话",
    "monthly_income_fen": "月收入",
    "dibao_kind": "低保",
}
_OF_THE_CASE = ("category", "narrative", "cond_a", "cond_b", "cond_c", "cond_d", "supporter_check")


@dataclass(frozen=True)
class Facts:
    """What may be put right; a condition that is None was not asked and stays as it is."""

    category: str
    dibao_kind: str
    address_detail: str
    narrative: str
    phone: str = ""
    monthly_income_fen: int | None = None
    cond_a: str | None = None
    cond_b: str | None = None
    cond_c: str | None = None
    cond_d: str | None = None
    supporter_check: str | None = None


def amend_household(session: Session, case: Case, facts: Facts, *, actor: Actor, now: datetime) -> list[str]:
    """Returns the words of what changed. Raises Refusal when the case is not with the village."""
    _with_the_village(case, actor)
    changed = []
    for name, words in _WORDS.items():
        thing: Any = case if name in _OF_THE_CASE else case.household
        value = getattr(facts, name)
        kept = value is None and name.startswith(("cond_", "supporter"))
        if kept or (getattr(thing, name) or None) == (value or None):
            continue
        setattr(thing, name, value if value != "" else None)
        changed.append((name, words))
    case.household.phone_index = blind_index(facts.phone) if facts.phone else None
    if changed:
        _note(session, case, "改了：" + "、".join(words for _, words in changed), actor=actor, now=now)
        fields = tuple(name for name, _ in changed)
        audit.record(session, actor=actor, verb="case.amend", obj=case, now=now, fields=fields)
    return [words for _, words in changed]


def add_member(session: Session, case: Case, new: NewMember, *, actor: Actor, now: datetime) -> Member:
    """Raises BadInput: a second head, somebody of another open household."""
    _with_the_village(case, actor)
    _one_head(case, None, new.relation)
    taken = {m.member_ref for m in case.household.members}
    ref = next(f"M{n}" for n in range(1, len(taken) + 2) if f"M{n}" not in taken)
    values = member_values(new) | {"member_ref": ref}
    member = Member(household=case.household, created_at=now, created_by=actor.label, **values)
    session.add(member)
    _flush(session)
    _note(session, case, "补记了一位家里人", actor=actor, now=now)
    audit.record(session, actor=actor, verb="case.amend", obj=case, now=now, fields=("members",))
    return member


def amend_member(
    session: Session, case: Case, member: Member, new: NewMember, *, actor: Actor, now: datetime
) -> None:
    """Raises BadInput as `add_member` does, and when the household would have no head."""
    _with_the_village(case, actor)
    _one_head(case, member, new.relation)
    values = member_values(new) | {"member_ref": member.member_ref}
    changed = [name for name, value in values.items() if getattr(member, name) != value]
    for name in changed:
        setattr(member, name, values[name])
    _flush(session)
    if changed:
        _note(session, case, "改了一位家里人的情况", actor=actor, now=now)
        fields = tuple(name for name in changed if name not in ("id_index", "open_key"))
        audit.record(session, actor=actor, verb="case.amend", obj=case, now=now, fields=fields)


def set_whereabouts(
    session: Session, case: Case, member: Member, status: str, *, actor: Actor, now: datetime
) -> None:
    """At home, away, moved or deceased: life goes on after filing too."""
    require(actor, "case.check", case)
    if case.state in ENDED:
        raise Refusal(msg("这一户已经结束，不再改了。"))
    if member.status == status:
        return
    member.status = status
    _note(session, case, "更新了一位家里人在不在家", actor=actor, now=now)
    audit.record(session, actor=actor, verb="case.amend", obj=case, now=now, fields=("status",))


def _with_the_village(case: Case, actor: Actor) -> None:
    require(actor, "case.check", case)
    if case.state not in IN_THE_VILLAGE:
        raise Refusal(msg("这户现在不在村里办，不能改。要改，请乡镇先退回。"))


def _one_head(case: Case, member: Member | None, relation: str) -> None:
    others = [m for m in case.household.members if m is not member]
    heads = sum(m.relation == HEAD for m in others) + (relation == HEAD)
    if heads > 1:
        raise BadInput(msg("这户已经有一位户主了。请选和户主的关系。"), field="relation")
    if heads < 1:
        raise BadInput(msg("一户要有一位户主，这一位要写“本人”。"), field="relation")


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        raise BadInput(msg("这个人已经在一户在帮家庭里。请与县社工部联系。"), field="id_no") from error


def _note(session: Session, case: Case, text: str, *, actor: Actor, now: datetime) -> None:
    """The case's version goes up too: a page that was opened before is refused."""
    flag_modified(case, "category")
    session.flush()
    ref = f"case/{case.id}/amend/{case.version}"
    record(session, case, kind="note", text=text, source_ref=ref, actor=actor, now=now)
