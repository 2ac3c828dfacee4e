"""Reading cases: always within the actor's area, always paged."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.cases.models import (
    BatchItem,
    Case,
    CaseRecord,
    Consent,
    Draft,
    EntryBatch,
    Household,
    Member,
    Reveal,
)
from app.cases.states import BatchState, CaseState, ConsentState
from app.core.paging import Page, paged
from app.core.secrets import blind_index
from app.core.states import OfficeStateChange
from app.policy import lists
from app.policy.actors import Actor, Role
from app.policy.lattice import Facts

CHILD_UNDER, ELDER_FROM = 18, 60
HOUSEHOLD_FORM, WRITTEN_FORM = "household", "household_written"
IN_THE_VILLAGE = (
    CaseState.SCREENING,
    CaseState.EVAL_PENDING,
    CaseState.EVAL_PASSED,
    CaseState.RETURNED_VILLAGE,
)
SORTS = {
    "turn": (Case.state.not_in(IN_THE_VILLAGE), Case.created_at.desc(), Case.id.desc()),
    "new": (Case.created_at.desc(), Case.id.desc()),
    "no": (Case.case_no,),
    "due": (Case.due_on, Case.id),
}


def case_by_id(session: Session, case_id: int) -> Case | None:
    return session.scalar(
        select(Case)
        .where(Case.id == case_id)
        .options(joinedload(Case.household).selectinload(Household.members))
    )


def whole_cases(session: Session, case_ids: Sequence[int]) -> list[Case]:
    """Cases with their people and everything that the steps of entry ask of them, in few statements."""
    found: dict[int, Case] = {}
    lists_of = (Case.home_checks, Case.evaluations, Case.determinations, Case.difficulties, Case.consents)
    options = [joinedload(Case.household).selectinload(Household.members), *map(selectinload, lists_of)]
    for at in range(0, len(case_ids), 500):
        part = case_ids[at : at + 500]
        rows = session.scalars(select(Case).where(Case.id.in_(part)).options(*options)).unique()
        found.update((case.id, case) for case in rows)
    return [found[i] for i in case_ids]


def in_scope(statement: Select[Case], actor: Actor) -> Select[Case]:
    """Only the cases that this actor's post reaches."""
    scoped = statement.where(Case.area.startswith(actor.area, autoescape=True))
    if actor.role == Role.DUTY_OFFICER:
        scoped = scoped.where(Case.duty_unit_id == actor.unit_id)
    return scoped


def cases_in_area(
    session: Session,
    actor: Actor,
    *,
    state: str = "",
    q: str = "",
    place: str = "",
    sort: str = "new",
    page: int = 1,
) -> Page:
    """`q`: a case number, or a whole resident number or phone (found by its blind index, never by likeness).

    `place`: a township or village; one outside the actor's area finds nothing.
    """
    statement = in_scope(select(Case), actor).options(
        joinedload(Case.household).selectinload(Household.members)
    )
    if place:
        statement = statement.where(Case.area.startswith(place, autoescape=True))
    if state:
        statement = statement.where(Case.state == state)
    if q:
        statement = statement.where(_named(q.strip()))
    return paged(session, statement.order_by(*SORTS.get(sort, SORTS["new"])), page)


def _named(q: str) -> ColumnElement[bool]:
    index = blind_index(q)
    by_person = select(Member.household_id).where(Member.id_index == index)
    by_phone = select(Household.id).where(Household.phone_index == index)
    return or_(Case.case_no.startswith(q, autoescape=True), Case.household_id.in_(by_person.union(by_phone)))


def counts_by_state(session: Session, actor: Actor) -> dict[str, int]:
    scoped = in_scope(select(Case), actor).order_by(None).subquery()
    return {
        state: n
        for state, n in session.execute(select(scoped.c.state, func.count()).group_by(scoped.c.state))
    }


def timeline_of(session: Session, case_id: int) -> Sequence[CaseRecord]:
    return session.scalars(
        select(CaseRecord)
        .where(CaseRecord.case_id == case_id)
        .order_by(CaseRecord.at.desc(), CaseRecord.id.desc())
    ).all()


def live_consent(session: Session, case_id: int, scope: str, day: date) -> Consent | None:
    """The consent for that purpose which holds on that day, or None."""
    return session.scalar(
        select(Consent)
        .where(
            Consent.case_id == case_id,
            Consent.scope == scope,
            Consent.state == ConsentState.GIVEN,
            or_(Consent.expires_on.is_(None), Consent.expires_on >= day),
        )
        .order_by(Consent.id.desc())
        .limit(1)
    )


def cases_consenting(session: Session, case_ids: Iterable[int], scope: str, day: date) -> set[int]:
    """Which of these cases have a live consent for that purpose."""
    rows = session.scalars(
        select(Consent.case_id).where(
            Consent.case_id.in_(list(case_ids)),
            Consent.scope == scope,
            Consent.state == ConsentState.GIVEN,
            or_(Consent.expires_on.is_(None), Consent.expires_on >= day),
        )
    )
    return set(rows)


def facts_of(household: Household, day: date) -> Facts:
    """What an acquaintance knows, on that day (decisions 22). Members who live there count; unknown births
    blank."""
    here = [m for m in household.members if m.status == "alive_here"]
    births = [m.born for m in here]
    known = bool(here) and all(births)
    ages = [age_on(b, day) for b in births if b is not None]
    return Facts(
        county=household.county_code,
        size=len(here) or None,
        minor=any(a < CHILD_UNDER for a in ages) if known or any(a < CHILD_UNDER for a in ages) else None,
        elder=any(a >= ELDER_FROM for a in ages) if known or any(a >= ELDER_FROM for a in ages) else None,
        disability=frozenset(lists.DISABILITY_GROUP[m.disability_type] for m in here if m.disability_type),
        disease=frozenset(lists.DISEASE_GROUP[m.disease_code] for m in here if m.disease_code),
        student=any(m.school_stage for m in here),
    )


def age_on(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def batch_by_id(session: Session, batch_id: int) -> EntryBatch | None:
    """With its households and their people."""
    people = joinedload(BatchItem.case).joinedload(Case.household).selectinload(Household.members)
    return session.scalar(
        select(EntryBatch)
        .where(EntryBatch.id == batch_id)
        .options(selectinload(EntryBatch.items).options(people))
    )


def batch_item_by_id(session: Session, item_id: int) -> BatchItem | None:
    return session.scalar(select(BatchItem).where(BatchItem.id == item_id))


def batches_in_area(session: Session, actor: Actor, *, state: str = "", page: int = 1) -> Page:
    """The newest first; the county sees a batch once it was sent."""
    statement = select(EntryBatch).where(EntryBatch.area.startswith(actor.area, autoescape=True))
    if actor.role in (Role.COUNTY_SWD, Role.COUNTY_SWD_LEAD):
        statement = statement.where(EntryBatch.state != BatchState.DRAFT)
    if state:
        statement = statement.where(EntryBatch.state == state)
    return paged(
        session, statement.options(selectinload(EntryBatch.items)).order_by(EntryBatch.id.desc()), page
    )


def draft_batches(session: Session, township: str) -> Sequence[EntryBatch]:
    """Batches of a township that still take households."""
    statement = select(EntryBatch).where(EntryBatch.area == township, EntryBatch.state == BatchState.DRAFT)
    return session.scalars(statement.order_by(EntryBatch.id)).all()


def determined_cases(session: Session, township: str) -> Sequence[Case]:
    return session.scalars(
        select(Case)
        .where(Case.area.startswith(township), Case.state == CaseState.DETERMINED)
        .options(joinedload(Case.household).selectinload(Household.members))
        .order_by(Case.case_no)
    ).all()


def draft_of(session: Session, actor: Actor, form: str, subject: str = "") -> Draft | None:
    return session.scalar(
        select(Draft).where(
            Draft.officer_id == actor.account_id, Draft.form == form, Draft.subject == subject
        )
    )


def drafts_of(session: Session, actor: Actor, form: str) -> Sequence[Draft]:
    return session.scalars(
        select(Draft)
        .where(Draft.officer_id == actor.account_id, Draft.form == form)
        .order_by(Draft.saved_at.desc())
    ).all()


def draft_by_key(session: Session, key: str) -> Draft | None:
    """A household that somebody has begun to write, or what is left of it once it was written: its case's id.

    Whose it is, the access table asks.
    """
    forms = (HOUSEHOLD_FORM, WRITTEN_FORM)
    return session.scalar(select(Draft).where(Draft.form.in_(forms), Draft.subject == key))


def live_item_of(session: Session, case_id: int) -> BatchItem | None:
    """The place of a case in a batch that has not decided on it yet."""
    return session.scalar(select(BatchItem).where(BatchItem.live_key == case_id))


def last_item_of(session: Session, case_id: int) -> BatchItem | None:
    """The newest batch that a case was in, decided or not."""
    return session.scalar(
        select(BatchItem).where(BatchItem.case_id == case_id).order_by(BatchItem.id.desc()).limit(1)
    )


def moves_of(session: Session, case_id: int) -> Sequence[OfficeStateChange]:
    """Who moved a case where, oldest first; the reasons of returns and answers stand in them."""
    return session.scalars(
        select(OfficeStateChange)
        .where(OfficeStateChange.subject_type == "case", OfficeStateChange.subject_id == case_id)
        .order_by(OfficeStateChange.id)
    ).all()


def latest_consents(case: Case) -> dict[str, Consent]:
    """The newest answer for each purpose."""
    return {c.scope: c for c in case.consents}


def open_reveal(session: Session, case_id: int, actor: Actor, now: datetime) -> Reveal | None:
    return session.scalar(
        select(Reveal).where(
            Reveal.case_id == case_id, Reveal.officer_id == actor.account_id, Reveal.expires_at > now
        )
    )
