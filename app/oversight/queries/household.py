"""One household on one page: people behind a mask, who is responsible, what was agreed, the way so far, who
looked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.accounts.models.office import Officer, Unit
from app.accounts.queries.colleagues import visitors_of
from app.cases.models import Case, CaseRecord, Consent, Member
from app.cases.queries import age_on, latest_consents, timeline_of
from app.cases.states import ConsentState
from app.core.audit import OfficeAudit
from app.core.messages import Message, msg
from app.policy import lists
from app.policy.actors import ROLE_LABELS, Role

RELATION_WORDS = {"本人": "户主"}
LOOKS_SHOWN = 8


@dataclass(frozen=True)
class Person:
    """A member as the page shows it: never a whole name, a number or a birthday."""

    relation: str
    masked: str
    facts: tuple[str, ...]


@dataclass(frozen=True)
class Agreed:
    purpose: str
    given: bool
    words: Message


@dataclass(frozen=True)
class Look:
    """Who opened or changed something of this household."""

    at: datetime
    who: str
    did: Message
    reason: str


def people_of(case: Case, day: date) -> list[Person]:
    return [_person(m, day) for m in case.household.members]


def masked(name: str) -> str:
    """The surname alone."""
    return f"{name[:1]}某" if name else "—"


def _person(member: Member, day: date) -> Person:
    facts = [f"{age_on(member.born, day)} 岁"] if member.born else []
    if member.disability_type:
        grade = f"{member.disability_grade} 级" if member.disability_grade else ""
        facts.append(f"{lists.DISABILITY_TYPE[member.disability_type]}{grade}")
    facts += [lists.DISEASE[member.disease_code]] if member.disease_code else []
    facts += [lists.SCHOOL_STAGE[member.school_stage]] if member.school_stage else []
    if member.status != "alive_here":
        facts.append(lists.MEMBER_STATUS[member.status])
    relation = lists.RELATION.get(member.relation, member.relation)
    return Person(RELATION_WORDS.get(member.relation, relation), masked(member.name), tuple(facts))


def unit_of(session: Session, case: Case) -> str:
    unit = session.get(Unit, case.duty_unit_id) if case.duty_unit_id else None
    return unit.name if unit else ""


def village_people(session: Session, case: Case, day: date) -> list[tuple[str, str]]:
    """Colleagues of the village and its township: role and name."""
    return [
        (ROLE_LABELS[Role(p.role)], p.officer.display_name) for p in visitors_of(session, case.area, day)[:4]
    ]


def agreements(case: Case, day: date) -> list[Agreed]:
    """Every purpose, asked or not, with its newest answer."""
    newest = latest_consents(case)
    return [_agreed(words, newest.get(scope), day) for scope, words in lists.CONSENT_SCOPE.items()]


def _agreed(purpose: str, consent: Consent | None, day: date) -> Agreed:
    if consent is None:
        return Agreed(purpose, False, msg("还没问"))
    when = f"{consent.given_on.year}-{consent.given_on.month:02d}-{consent.given_on.day:02d}"
    if consent.state == ConsentState.REFUSED:
        return Agreed(purpose, False, msg("没有同意 · {when}", when=when))
    if consent.state == ConsentState.WITHDRAWN:
        return Agreed(purpose, False, msg("撤回了 · {when}", when=str(consent.withdrawn_on or when)))
    if consent.expires_on is not None and consent.expires_on < day:
        return Agreed(purpose, False, msg("过期了，要再问 · {when}", when=str(consent.expires_on)))
    by = {"self": "本人", "guardian": "监护人", "proxy": "代办人"}[consent.capacity]
    return Agreed(purpose, True, msg("{by}同意 · {when}", by=by, when=when))


def way_so_far(session: Session, case: Case) -> Sequence[CaseRecord]:
    """The newest first."""
    return timeline_of(session, case.id)


_VERBS = {
    "case.read": msg("打开过这一户"),
    "need.read": msg("看过一件需求"),
    "tie.read": msg("看过一次认领"),
    "pair.read": msg("看过一次结对"),
    "project.read": msg("看过公布审核"),
    "identity.reveal": msg("看了遮住的身份信息"),
    "case.reveal": msg("看了遮住的身份信息"),
    "identity.complete": msg("补了身份证号"),
}


def looks_at(session: Session, case: Case, need_ids: Sequence[int]) -> list[Look]:
    """The last looks at the household and its needs. Several of one person in a row are one line."""
    of_this = or_(
        and_(OfficeAudit.object_type == "case", OfficeAudit.object_id == case.id),
        and_(OfficeAudit.object_type == "need", OfficeAudit.object_id.in_(list(need_ids))),
    )
    rows = session.scalars(select(OfficeAudit).where(of_this).order_by(OfficeAudit.id.desc()).limit(80)).all()
    ids = {r.actor_id for r in rows}
    names = {o.id: o.display_name for o in session.scalars(select(Officer).where(Officer.id.in_(ids)))}
    looks: list[Look] = []
    for row in rows:
        who = f"{names.get(row.actor_id, '')}（{ROLE_LABELS[Role(row.actor_role)]}）"
        look = Look(row.at, who, _VERBS.get(row.verb, msg("办了一步")), row.reason)
        if not looks or (looks[-1].who, looks[-1].did) != (look.who, look.did):
            looks.append(look)
    return looks[:LOOKS_SHOWN]
