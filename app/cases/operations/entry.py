"""Home check with consents on one sheet, evaluation, difficulties, determination (domain 4.2, decisions
29)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.cases.models import Case, Determination, Difficulty, Evaluation, HomeCheck
from app.cases.operations.consents import NewConsent, give_consent
from app.cases.operations.record import record
from app.cases.states import CASE, CaseState
from app.core.clock import local_day
from app.core.errors import BadInput, Refusal
from app.core.messages import msg
from app.core.states import advance, require
from app.policy import parameters
from app.policy.actors import Actor
from app.policy.calendar import add_working_days

_OF_A_PERSON = (
    "id_no",
    "id_index",
    "sex",
    "birth_date",
    "disability_type",
    "disability_grade",
    "disease_code",
    "school_stage",
    "employment",
)
WITH_THE_VILLAGE = (CaseState.EVAL_PASSED, CaseState.RETURNED_VILLAGE)


@dataclass(frozen=True)
class HomeSheet:
    """One visit, one sheet. `second_key` is the person key of whoever checked too, on site or by phone."""

    done_on: date
    second_key: str
    second_name: str
    second_by: str
    findings: str
    cond_a: str
    cond_b: str
    cond_c: str
    cond_d: str
    supporter_check: str
    dibao_kind: str
    consents: tuple[NewConsent, ...]


@dataclass(frozen=True)
class Vote:
    """An evaluation as minuted. Those recused do not vote; for + against + abstain = eligible."""

    held_on: date
    chair: str
    attendees_n: int
    recused_n: int
    votes_for: int
    votes_against: int
    votes_abstain: int
    minutes: str

    @property
    def eligible_n(self) -> int:
        return self.attendees_n - self.recused_n


def record_home_check(session: Session, case: Case, sheet: HomeSheet, *, actor: Actor, now: datetime) -> None:
    """Raises BadInput: one person on both lines, a day ahead. The case goes on to the evaluation if it can;
    a household that does not agree to be recorded is let go, and its people are free for later."""
    require(actor, "case.check", case)
    if case.state != CaseState.SCREENING:
        raise Refusal(msg("这户已经过了入户核实这一步。"))
    if sheet.second_key == actor.person_key:
        raise BadInput(msg("核实要两个人。请选另一位同志。"), field="second")
    if sheet.done_on > local_day(now):
        raise BadInput(msg("核实日期不能晚于今天。"), field="done_on")
    _write_sheet(session, case, sheet, actor=actor, now=now)
    if any(c.scope == "record" and not c.given for c in sheet.consents):
        advance(session, CASE, case, "end_without_consent", actor=actor, now=now)
        case.closed_on = local_day(now)
        release_household(case)
        _forget(case)
        _step(session, case, "家里不同意登记，到此为止", "check", actor, now)
    else:
        advance(session, CASE, case, "finish_check", actor=actor, now=now)
        _step(session, case, "两人入户核实，家里同意登记", "check", actor, now)


def _write_sheet(session: Session, case: Case, sheet: HomeSheet, *, actor: Actor, now: datetime) -> None:
    write_facts(case, sheet, actor=actor, now=now)
    for consent in sheet.consents:
        give_consent(session, case, consent, actor=actor, now=now)
    session.flush()


def write_facts(case: Case, sheet: HomeSheet, *, actor: Actor, now: datetime) -> None:
    """What the two saw, on the case and its household; the consents of the sheet are another matter."""
    check = HomeCheck(
        done_on=sheet.done_on,
        first_key=actor.person_key,
        second_key=sheet.second_key,
        second_name=sheet.second_name,
        second_by=sheet.second_by,
        findings=sheet.findings or None,
        created_at=now,
        created_by=actor.label,
    )
    case.home_checks.append(check)
    case.cond_a, case.cond_b, case.cond_c, case.cond_d = (
        sheet.cond_a,
        sheet.cond_b,
        sheet.cond_c,
        sheet.cond_d,
    )
    case.supporter_check = sheet.supporter_check or None
    case.household.dibao_kind = sheet.dibao_kind or case.household.dibao_kind


def record_evaluation(session: Session, case: Case, vote: Vote, *, actor: Actor, now: datetime) -> Evaluation:
    """Passes with more than half of the eligible in favour. Raises BadInput: quorum, sums, a day ahead."""
    check_vote(vote, now)
    evaluation = evaluation_of(vote, actor=actor, now=now)
    passed = evaluation.passed
    case.evaluations.append(evaluation)
    advance(session, CASE, case, "pass_evaluation" if passed else "fail_evaluation", actor=actor, now=now)
    _step(session, case, vote_text(evaluation), "vote", actor, now)
    return evaluation


def evaluation_of(vote: Vote, *, actor: Actor, now: datetime) -> Evaluation:
    """The minuted vote as a row; more than half of the eligible in favour pass."""
    return Evaluation(
        held_on=vote.held_on,
        chair=vote.chair,
        attendees_n=vote.attendees_n,
        recused_n=vote.recused_n,
        eligible_n=vote.eligible_n,
        votes_for=vote.votes_for,
        votes_against=vote.votes_against,
        votes_abstain=vote.votes_abstain,
        minutes=vote.minutes,
        passed=vote.votes_for * 2 > vote.eligible_n,
        recorded_by_key=actor.person_key,
        created_at=now,
        created_by=actor.label,
    )


def vote_text(evaluation: Evaluation) -> str:
    outcome = "通过" if evaluation.passed else "未通过"
    return f"民主评议{outcome}：同意 {evaluation.votes_for}，共 {evaluation.eligible_n} 人表决"


def check_vote(vote: Vote, now: datetime) -> None:
    """Raises BadInput: a day ahead, no quorum, votes that do not add up."""
    quorum = parameters.at("eval_quorum", local_day(now))
    if vote.held_on > local_day(now):
        raise BadInput(msg("评议日期不能晚于今天。"), field="held_on")
    if vote.attendees_n < quorum:
        raise BadInput(
            msg("到会至少要 {n} 人，现在是 {m} 人。", n=quorum, m=vote.attendees_n), field="attendees_n"
        )
    if vote.votes_for + vote.votes_against + vote.votes_abstain != vote.eligible_n or vote.eligible_n < 1:
        raise BadInput(
            msg("同意、反对、弃权加起来要等于到会减去回避，也就是 {n} 人。", n=vote.eligible_n),
            field="votes_for",
        )


def add_difficulty(
    session: Session, case: Case, *, kind: str, detail: str, actor: Actor, now: datetime
) -> None:
    """Only while the list is with the village."""
    require(actor, "case.submit_list", case)
    _with_the_village(case)
    case.difficulties.append(
        Difficulty(kind=kind, detail=detail or None, created_at=now, created_by=actor.label)
    )
    session.flush()


def remove_difficulty(session: Session, case: Case, difficulty: Difficulty, *, actor: Actor) -> None:
    """Only while the list is still with the village."""
    require(actor, "case.submit_list", case)
    _with_the_village(case)
    case.difficulties.remove(difficulty)
    session.delete(difficulty)
    session.flush()


def _with_the_village(case: Case) -> None:
    if case.state not in WITH_THE_VILLAGE:
        raise Refusal(msg("清单现在不在村里，不能改。要改，请乡镇先退回。"))


def submit_list(session: Session, case: Case, *, note: str = "", actor: Actor, now: datetime) -> None:
    """To the township: ten working days from now. The caller has listed the needs; `note` says what was
    mended."""
    again = case.state == CaseState.RETURNED_VILLAGE
    action = "resubmit" if again else "submit_list"
    advance(session, CASE, case, action, actor=actor, now=now, reason=note or None)
    case.due_on = add_working_days(local_day(now), parameters.at("determine_wd", local_day(now)))
    text = "补好了，再报到乡镇" if again else "困难清单、需求清单报到乡镇"
    _step(session, case, text, "list", actor, now)


def return_case(session: Session, case: Case, *, code: str, note: str, actor: Actor, now: datetime) -> None:
    advance(session, CASE, case, "return", actor=actor, now=now, reason=f"{code}：{note}" if note else code)
    case.due_on = None
    _step(session, case, f"乡镇退回补充：{code}", "return", actor, now)


def determine(
    session: Session,
    case: Case,
    *,
    accepted: bool,
    meeting_on: date,
    ref_no: str,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """The township's studied decision. Raises BadInput: a no without a reason, a meeting ahead of today."""
    if meeting_on > local_day(now):
        raise BadInput(msg("会议日期不能晚于今天。"), field="meeting_on")
    if not accepted and not reason.strip():
        raise BadInput(msg("不予认定要写明理由，村里要讲给这户人家听。"), field="reason")
    advance(
        session,
        CASE,
        case,
        "determine" if accepted else "decline",
        actor=actor,
        now=now,
        reason=reason or None,
    )
    case.determinations.append(
        Determination(
            meeting_on=meeting_on,
            ref_no=ref_no,
            accepted=accepted,
            reason=reason or None,
            signed_by_key=actor.person_key,
            created_at=now,
            created_by=actor.label,
        )
    )
    case.due_on = None
    if not accepted:
        release_household(case)
    session.flush()
    _step(session, case, "乡镇研究认定" if accepted else "乡镇研究后未认定", "determine", actor, now)


def reopen(session: Session, case: Case, *, facts: str, actor: Actor, now: datetime) -> None:
    if not facts.strip():
        raise BadInput(msg("请写明有什么新情况。"), field="facts")
    advance(session, CASE, case, "reopen", actor=actor, now=now, reason=facts)
    _step(session, case, "有新情况，重新核实", "reopen", actor, now)


def release_household(case: Case) -> None:
    """An ended case frees the household and its members for a later one."""
    case.open_key = None
    for member in case.household.members:
        member.open_key = None


def _forget(case: Case) -> None:
    """ "Not recorded" is meant: what the village had written down about the family goes."""
    case.narrative = case.cond_a = case.cond_b = case.cond_c = case.cond_d = case.supporter_check = None
    household = case.household
    household.address_detail = household.phone = household.phone_index = household.monthly_income_fen = None
    for check in case.home_checks:
        check.findings = None
    for consent in case.consents:
        consent.given_by = consent.proxy_reason = None
    for member in household.members:
        member.name = ""
        for column in _OF_A_PERSON:
            setattr(member, column, None)


def _step(session: Session, case: Case, text: str, code: str, actor: Actor, now: datetime) -> None:
    source = f"case/{case.id}/{code}/{case.version}"
    record(session, case, kind="step", text=text, source_ref=source, actor=actor, now=now)
