"""Many cases through one step of entry at a time, in few statements: for registers that arrive as a whole.

The rights, guards, log and timeline rows are those that `entry` and `filing` write one by one.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.cases.models import BatchItem, Case, Determination, Difficulty, EntryBatch
from app.cases.operations import filing
from app.cases.operations.consents import answer_text, consent_of
from app.cases.operations.entry import HomeSheet, Vote, check_vote, evaluation_of, vote_text, write_facts
from app.cases.operations.record import record_all, record_values
from app.cases.states import CASE, CONSENT
from app.core.clock import local_day
from app.core.states import ActorOf, advance_all, begin_all, require
from app.policy import parameters
from app.policy.actors import Actor, Role
from app.policy.calendar import add_working_days

Staff = Callable[[Role, str], Actor]  # who holds this post at this place
SheetOf = Callable[[Case], HomeSheet]


def check_all(
    session: Session, cases: Sequence[Case], sheet_of: SheetOf, *, staff: Staff, now: datetime
) -> None:
    """Homes that agree to be recorded; each sheet carries its household's other answers."""
    worker = village_of(staff)
    sheets = [(case, sheet_of(case)) for case in cases]
    for case, sheet in sheets:
        require(worker(case), "case.check", case)
        write_facts(case, sheet, actor=worker(case), now=now)
    _answer_all(session, sheets, worker, now)
    advance_all(session, CASE, cases, "finish_check", actor_of=worker, now=now)
    _steps(session, cases, lambda _: "两人入户核实，家里同意登记", "check", worker, now)


def _answer_all(
    session: Session, sheets: Sequence[tuple[Case, HomeSheet]], worker: ActorOf, now: datetime
) -> None:
    day = local_day(now)
    answers = [(consent_of(case, new, day), new.given) for case, sheet in sheets for new in sheet.consents]
    consents = [consent for consent, _ in answers]
    begin_all(session, CONSENT, consents, actor_of=worker, now=now)
    for action, yes in (("give", True), ("refuse", False)):
        said = [consent for consent, given in answers if given is yes]
        advance_all(session, CONSENT, said, action, actor_of=worker, now=now)
    rows = []
    for consent, given in answers:
        consent.case.consents.append(consent)
        text, ref = answer_text(consent, given=given), f"consent/{consent.id}"
        actor = worker(consent)
        rows.append(
            record_values(consent.case_id, kind="step", text=text, source_ref=ref, actor=actor, now=now)
        )
    record_all(session, rows)


def evaluate_all(session: Session, cases: Sequence[Case], vote: Vote, *, staff: Staff, now: datetime) -> None:
    """The same vote for every household; it has to be one that passes."""
    check_vote(vote, now)
    worker = village_of(staff)
    for case in cases:
        case.evaluations.append(evaluation_of(vote, actor=worker(case), now=now))
    advance_all(session, CASE, cases, "pass_evaluation", actor_of=worker, now=now)
    _steps(session, cases, lambda case: vote_text(case.evaluations[-1]), "vote", worker, now)


def submit_all(session: Session, cases: Sequence[Case], *, kind: str, staff: Staff, now: datetime) -> None:
    """Each with one difficulty of that kind; the caller has listed the needs."""
    worker, day = village_of(staff), local_day(now)
    due = add_working_days(day, parameters.at("determine_wd", day))
    for case in cases:
        case.difficulties.append(
            Difficulty(kind=kind, detail=None, created_at=now, created_by=worker(case).label)
        )
    advance_all(session, CASE, cases, "submit_list", actor_of=worker, now=now)
    for case in cases:
        case.due_on = due
    _steps(session, cases, lambda _: "困难清单、需求清单报到乡镇", "list", worker, now)


def determine_all(
    session: Session, cases: Sequence[Case], *, ref_no: str, staff: Staff, now: datetime
) -> None:
    """Every one accepted, at a meeting of this day."""
    lead = township_of(staff, Role.TOWNSHIP_LEAD)
    advance_all(session, CASE, cases, "determine", actor_of=lead, now=now)
    for case in cases:
        actor = lead(case)
        case.determinations.append(
            Determination(
                meeting_on=local_day(now),
                ref_no=ref_no,
                accepted=True,
                signed_by_key=actor.person_key,
                created_at=now,
                created_by=actor.label,
            )
        )
        case.due_on = None
    _steps(session, cases, lambda _: "乡镇研究认定", "determine", lead, now)


def file_all(session: Session, cases: Sequence[Case], *, staff: Staff, now: datetime) -> None:
    """One batch for each township, sent by its lead and filed whole by its county."""
    townships: dict[str, list[Case]] = {}
    for case in cases:
        townships.setdefault(case.area[:9], []).append(case)
    officer = township_of(staff, Role.TOWNSHIP_OFFICER)
    advance_all(session, CASE, cases, "put_in_batch", actor_of=officer, now=now)
    batches = [_batch(session, code, listed, staff, now) for code, listed in sorted(townships.items())]
    for case in cases:
        case.filing_no, case.filed_on = f"BA-{case.case_no}", local_day(now)
    county = county_of(staff)
    advance_all(session, CASE, cases, "file", actor_of=county, now=now)
    _decide_all(session, batches, county, now)
    for batch in batches:
        filing.finish_review(session, batch, actor=county(batch), now=now)


def _batch(session: Session, code: str, listed: Sequence[Case], staff: Staff, now: datetime) -> EntryBatch:
    maker, lead = staff(Role.TOWNSHIP_OFFICER, code), staff(Role.TOWNSHIP_LEAD, code)
    batch = filing.make_batch(session, actor=maker, now=now)
    batch.items = [
        BatchItem(case_id=case.id, case=case, live_key=case.id, created_at=now, created_by=maker.label)
        for case in listed
    ]
    filing.submit_batch(session, batch, actor=lead, now=now)
    filing.start_review(session, batch, actor=staff(Role.COUNTY_SWD, code[:6]), now=now)
    return batch


def _decide_all(session: Session, batches: Sequence[EntryBatch], county: ActorOf, now: datetime) -> None:
    rows = []
    for item in (item for batch in batches for item in batch.items):
        item.decision, item.decided_at, item.live_key = "filed", now, None
        text, ref = "县里备案，开始在帮", f"batch_item/{item.id}"
        actor = county(item)
        rows.append(record_values(item.case_id, kind="step", text=text, source_ref=ref, actor=actor, now=now))
    session.flush()
    record_all(session, rows)


def village_of(staff: Staff) -> ActorOf:
    return lambda thing: staff(Role.VILLAGE_WORKER, thing.area)


def township_of(staff: Staff, role: Role) -> ActorOf:
    return lambda thing: staff(role, thing.area[:9])


def county_of(staff: Staff) -> ActorOf:
    return lambda thing: staff(Role.COUNTY_SWD, thing.area[:6])


def _steps(
    session: Session,
    cases: Sequence[Case],
    text_of: Callable[[Case], str],
    code: str,
    actor_of: ActorOf,
    now: datetime,
) -> None:
    rows = [
        record_values(
            case.id,
            kind="step",
            text=text_of(case),
            source_ref=f"case/{case.id}/{code}/{case.version}",
            actor=actor_of(case),
            now=now,
        )
        for case in cases
    ]
    record_all(session, rows)
