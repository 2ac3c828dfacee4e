"""Where a household is stuck: for each need that is not done, who is waited for and by when; before filing,
the case itself."""

from collections.abc import Callable
from datetime import datetime, timedelta

from app.cases.models import Case
from app.cases.states import CaseState
from app.core.messages import Message, msg
from app.followup.states import PairState, TieState
from app.needs.models import OUTCOMES
from app.needs.states import BypassState, NeedState, OutcomeState
from app.oversight.queries import doors
from app.oversight.queries.journey import Facts, Stuck
from app.oversight.queries.late import BYPASS_HOURS, pair_due, tie_due, who_answers
from app.oversight.queries.need_tasks import answer_due
from app.oversight.queries.task import at_moment, on_day
from app.releases.queries.fourth import fiscal_answer, fiscal_due
from app.releases.states import ProjectState

VILLAGE, TOWNSHIP, TOWNSHIP_LEAD = msg("村里"), msg("乡镇经办"), msg("乡镇分管领导")
COUNTY, COUNTY_LEAD = msg("县社工部经办"), msg("县社工部负责人")

_CASE: dict[CaseState, tuple[Message, Message]] = {
    CaseState.SCREENING: (msg("还没做完入户核实"), VILLAGE),
    CaseState.EVAL_PENDING: (msg("还没民主评议"), VILLAGE),
    CaseState.EVAL_PASSED: (msg("评议通过了，还没列清单报乡镇"), VILLAGE),
    CaseState.RETURNED_VILLAGE: (msg("乡镇退回，还没补"), VILLAGE),
    CaseState.UNDER_DETERMINATION: (msg("村里报来了，还没研究认定"), TOWNSHIP_LEAD),
    CaseState.DETERMINED: (msg("认定了，还没编进批次"), TOWNSHIP),
    CaseState.BATCHED: (msg("在批次里，还没备案"), COUNTY),
    CaseState.OBJECTED: (msg("县里有异议，还没答复"), TOWNSHIP_LEAD),
}


def case_stuck(case: Case) -> Stuck | None:
    """While the household is on its way in; None once it is filed or over."""
    found = _CASE.get(CaseState(case.state))
    if found is None:
        return None
    return Stuck(found[0], found[1], on_day(case.due_on), doors.CASE, {"case_id": case.id})


def need_stuck(facts: Facts) -> Stuck | None:
    """None for what is done, cancelled, or going its way without waiting for anybody here."""
    find = _BY_STATE.get(NeedState(facts.need.state))
    return find(facts) if find else None


def _at_need(facts: Facts, what: Message, who: Message, *, clock: bool = False) -> Stuck:
    due = answer_due(facts.need, facts.since) if clock else None
    return Stuck(what, who, due, doors.NEED, {"need_id": facts.need.id})


def _listed(facts: Facts) -> Stuck | None:
    return (
        _at_need(facts, msg("补列的，还没确认"), TOWNSHIP)
        if facts.need.case.state == CaseState.FILED
        else None
    )


def _cascade(facts: Facts) -> Stuck:
    bypass = facts.bypass
    if bypass is not None and bypass.state == BypassState.ASKED:
        due = at_moment(bypass.created_at + timedelta(hours=BYPASS_HOURS))
        return Stuck(msg("急难直通，还没批"), COUNTY_LEAD, due, doors.NEED, {"need_id": facts.need.id})
    outcome = facts.outcome(facts.need.stage)
    if outcome is not None:
        checker = COUNTY if facts.need.stage == 1 else TOWNSHIP
        return _at_need(facts, msg("记了“{said}”，还没核对", said=OUTCOMES[outcome.outcome]), checker)
    what = msg("第①步还没回话") if facts.need.stage == 1 else msg("第②步还没回话")
    return _at_need(facts, what, who_answers(facts.need, facts.units), clock=True)


def _stage3(facts: Facts) -> Stuck:
    need, project = facts.need, facts.project
    if need.bypassed:
        args = {"need_id": need.id}
        return Stuck(msg("急难直通，还没找到对接的"), COUNTY, None, doors.DIRECT_NEED, args)
    if project is None or project.state != ProjectState.DRAFTED:
        return Stuck(msg("还没初审公布"), COUNTY, None, doors.NEED_REVIEW, {"need_id": need.id})
    args = {"project_id": project.id}
    if project.flags and not project.safeguarded:
        return Stuck(msg("还没看保护意见"), msg("妇联、卫健或民政"), None, doors.PROJECT, args)
    return Stuck(msg("还没复审"), COUNTY_LEAD, None, doors.PROJECT, args)


def _stage4(facts: Facts) -> Stuck:
    args, said = {"need_id": facts.need.id}, fiscal_answer(facts.need)
    if said is None:
        due = on_day(fiscal_due(facts.need))
        return Stuck(msg("第④步还没回话"), msg("县财政局"), due, doors.FOURTH_NEED, args)
    if said.state != OutcomeState.VERIFIED:
        return _at_need(facts, msg("财政答复了，还没核对"), COUNTY)
    return Stuck(msg("现有渠道不够，等会商"), COUNTY, None, doors.FOURTH_NEED, args)


def _in_cohort(facts: Facts) -> Stuck:
    args = {"project_id": facts.project.id} if facts.project else {}
    return Stuck(msg("同意公布了，等周一 08:00 的批次"), None, None, doors.PROJECT, args)


def _published(facts: Facts) -> Stuck:
    args = {"project_id": facts.project.id} if facts.project else {}
    return Stuck(msg("公布了，等人接"), None, None, doors.PROJECT, args)


def _held(facts: Facts) -> Stuck | None:
    return _pair(facts) if facts.pair is not None else _tie(facts)


def _pair(facts: Facts) -> Stuck | None:
    pair = facts.pair
    if pair is None or pair.state not in (PairState.ASKING, PairState.AGREED):
        return None
    args = {"pair_id": pair.id}
    if pair.state == PairState.ASKING:
        return Stuck(msg("有人愿意结对，还没问家里"), VILLAGE, pair_due(pair), doors.PAIR, args)
    return Stuck(msg("家里同意了，还没定计划"), COUNTY, None, doors.PAIR, args)


_TIE: dict[TieState, tuple[Message, Message]] = {
    TieState.HELD: (msg("有人认领，还没回电话"), msg("县社工部或乡镇经办")),
    TieState.CONTACTED: (msg("联系过了，还没说定"), msg("认领人")),
    TieState.COMMITTED: (msg("说定了，还没送到"), msg("认领人")),
    TieState.ARRIVED: (msg("到县接收点了，还没送到家里"), msg("乡镇经办或村里")),
    TieState.HANDED_OVER: (msg("已交到家里，还没问合不合用"), msg("村里或乡镇，没经手的一位")),
}


def _tie(facts: Facts) -> Stuck | None:
    tie = facts.tie
    if facts.need.state == NeedState.HELD and (tie is None or tie.state == TieState.ENDED):
        args = {"need_id": facts.need.id}
        return Stuck(msg("直接问了一家，等它答复"), msg("问的那家"), None, doors.DIRECT_NEED, args)
    found = _TIE.get(TieState(tie.state)) if tie is not None else None
    if tie is None or found is None:
        return None
    return Stuck(found[0], found[1], tie_due(tie), doors.TIE, {"tie_id": tie.id})


def _met(facts: Facts) -> Stuck:
    return _at_need(facts, msg("已实现，还没办结"), TOWNSHIP)


_BY_STATE: dict[NeedState, Callable[[Facts], Stuck | None]] = {
    NeedState.LISTED: _listed,
    NeedState.STAGE1: _cascade,
    NeedState.STAGE2: _cascade,
    NeedState.STAGE3: _stage3,
    NeedState.IN_COHORT: _in_cohort,
    NeedState.PUBLISHED: _published,
    NeedState.HELD: _held,
    NeedState.COMMITTED: _held,
    NeedState.DELIVERED: _held,
    NeedState.STAGE4: _stage4,
    NeedState.MET: _met,
}


def most_pressing(rows: list[tuple[Facts, Stuck]], now: datetime) -> list[tuple[Facts, Stuck]]:
    """What is past its time first, then what is due, then the rest."""

    def order(row: tuple[Facts, Stuck]) -> tuple[bool, bool, float]:
        due = row[1].due
        return (due is None or not due.late(now), due is None, due.at.timestamp() if due else 0.0)

    return sorted(rows, key=order)
