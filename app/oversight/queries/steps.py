"""The four cells of a need's line: ① policy, ② unit, ③ society, ④ delivered and written back."""

from collections.abc import Callable
from datetime import date

from app.core.clock import local_day
from app.core.messages import Message, msg
from app.followup.states import OfficeVisitState, PairState, TieState
from app.needs.models import OUTCOMES, CascadeOutcome
from app.needs.states import NeedState, OutcomeState
from app.oversight.queries.journey import Cell, Facts
from app.oversight.queries.late import tie_due, who_answers
from app.oversight.queries.need_tasks import answer_due
from app.oversight.queries.task import on_day
from app.releases.queries.fourth import fiscal_answer, fiscal_due
from app.releases.states import ProjectState

NOT_YET = Cell("none", msg("还没到"))
NOT_NEEDED = Cell("na", msg("不需要"))
CANCELLED = Cell("na", msg("已取消"))


def four_steps(facts: Facts) -> list[Cell]:
    cells = [_cascade(facts, 1), _cascade(facts, 2), _society(facts), _written_back(facts)]
    return [_leading(cell, later) for cell, later in zip(cells, [*cells[1:], None], strict=True)]


def _leading(cell: Cell, later: Cell | None) -> Cell:
    """The line that leads to a gap is drawn as one."""
    if cell.look == "done" and later is not None and later.look == "gap":
        return Cell("pre", cell.title, cell.note, cell.due)
    return cell


def month_day(day: date | None) -> str:
    return f"{day.month} 月 {day.day} 日" if day else ""


def _cascade(facts: Facts, stage: int) -> Cell:
    outcome = facts.outcome(stage)
    if outcome is not None:
        return _answered(facts, outcome)
    if facts.need.stage == stage:
        due = answer_due(facts.need, facts.since)
        return Cell("go", msg("等回话"), who_answers(facts.need, facts.units), due)
    if facts.owed(stage):
        return Cell("none", msg("先欠着"), msg("急难直通，这一步照样要办"))
    if facts.cancelled:
        return CANCELLED
    if facts.before(NeedState.STAGE1 if stage == 1 else NeedState.STAGE2):
        return NOT_YET
    return NOT_NEEDED if facts.solved_early else Cell("done", msg("走过了"))


def _answered(facts: Facts, outcome: CascadeOutcome) -> Cell:
    unit = facts.need.item.unit
    said = msg("{said} {n} {unit}", said=OUTCOMES[outcome.outcome], n=outcome.covered_qty, unit=unit)
    words: Message = said if outcome.covered_qty else msg(OUTCOMES[outcome.outcome])
    if outcome.state != OutcomeState.VERIFIED:
        return Cell("go", msg("等另一位核对"), words)
    if outcome.outcome == "not_applicable":
        return Cell("na", msg("不适用"), msg("{basis}", basis=outcome.basis))
    title = msg("已落实") if outcome.covered_qty else msg("已核对")
    if outcome.stage == 2:
        title = msg("已帮扶") if outcome.covered_qty else msg("单位看过")
    look = "full" if facts.solved_early and outcome.covered_qty and outcome.outcome == "covered" else "done"
    return Cell(look, title, msg("{words} · {basis}", words=str(words), basis=outcome.basis))


def _before_public(facts: Facts) -> Message:
    if facts.need.bypassed:
        return msg("急难直通，县里直接对接")
    if facts.project is None or facts.project.state == ProjectState.DROPPED:
        return msg("等初审公布")
    if facts.project.state == ProjectState.DRAFTED:
        return msg("初审过了，等复审")
    return msg("{day}起等公布", day=month_day(facts.need.stage3_on))


_GAPS: dict[NeedState, Callable[[Facts], Message]] = {
    NeedState.STAGE3: _before_public,
    NeedState.IN_COHORT: lambda f: msg("已同意公布，等周一的批次"),
    NeedState.PUBLISHED: lambda f: msg("已公布 {no}，等人接", no=f.project.project_id if f.project else ""),
}


def _society(facts: Facts) -> Cell:
    if facts.cancelled and facts.need.stage3_on is None:
        return CANCELLED
    if facts.solved_early:
        return NOT_NEEDED
    if facts.before(NeedState.STAGE3):
        return NOT_YET
    gap = _GAPS.get(NeedState(facts.need.state))
    if gap is not None:
        return Cell("gap", msg("还差这一项"), gap(facts))
    if facts.cancelled:
        return CANCELLED
    if facts.need.state == NeedState.STAGE4:
        return Cell("done", msg("没有人接"), msg("等到 {day}", day=month_day(facts.need.stage4_on)))
    return _taken(facts)


def _taken(facts: Facts) -> Cell:
    if facts.need.bypassed and facts.done and facts.tie is None:
        return Cell("na", msg("不用了"), msg("欠的前两步补上了"))
    if facts.pair is not None:
        words = {PairState.ASKING: msg("问家里愿不愿意"), PairState.AGREED: msg("家里同意，等定计划")}
        waiting = words.get(PairState(facts.pair.state))
        return Cell("go", msg("有人愿意"), waiting) if waiting else Cell("done", msg("已结对"))
    tie = facts.tie
    if tie is not None and tie.state in (TieState.HELD, TieState.CONTACTED):
        waiting = msg("要回电话") if tie.state == TieState.HELD else msg("联系过了，等说定")
        return Cell("go", msg("有人认领"), waiting, tie_due(tie))
    if tie is not None:
        return Cell("done", msg("有人接了"), msg("{no} · {day}", no=tie.project_id, day=_held_day(facts)))
    return Cell("done", msg("有人接了"))


def _held_day(facts: Facts) -> str:
    return month_day(local_day(facts.tie.held_at)) if facts.tie else ""


def _written_back(facts: Facts) -> Cell:
    need = facts.need
    if facts.cancelled:
        return CANCELLED
    if need.state == NeedState.CLOSED:
        return Cell(
            "full",
            msg("已办结"),
            msg("{met}实现，{closed}写回", met=month_day(need.met_on), closed=month_day(need.closed_on)),
        )
    if need.state == NeedState.MET:
        return Cell("full", msg("已实现"), msg("{met}确认", met=month_day(need.met_on)))
    if facts.before(NeedState.COMMITTED):
        return NOT_YET
    if need.state == NeedState.STAGE4:
        return _fiscal(facts)
    return _on_its_way(facts)


def _fiscal(facts: Facts) -> Cell:
    """With the finance bureau: asked, answered, or without a channel so far."""
    said = fiscal_answer(facts.need)
    if said is None:
        return Cell("go", msg("财政兜底"), msg("等财政看现有渠道"), on_day(fiscal_due(facts.need)))
    words = msg("等另一位核对") if said.state != OutcomeState.VERIFIED else msg("还差，上会商")
    return Cell("go", msg("财政兜底"), words)


def _on_its_way(facts: Facts) -> Cell:
    if facts.pair is not None:
        made = sum(
            v.state in (OfficeVisitState.LOGGED, OfficeVisitState.CONFIRMED) for v in facts.pair.visits
        )
        return Cell("go", msg("来过 {n} 次", n=made), msg("{day}起", day=month_day(facts.pair.starts_on)))
    tie = facts.tie
    if tie is None:
        return Cell("go", msg("在落实"))
    words = {
        TieState.COMMITTED: (msg("等送到"), msg("说定 {day}前", day=month_day(tie.date_by))),
        TieState.ARRIVED: (msg("到县接收点了"), msg("{day}点收", day=month_day(tie.arrived_on))),
        TieState.HANDED_OVER: (msg("已交到家里"), msg("等另一位问合不合用")),
    }
    title, note = words.get(TieState(tie.state), (msg("在落实"), None))
    return Cell("go", title, note, tie_due(tie))
