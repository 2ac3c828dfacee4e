"""What a household waits for in each state: who acts, in one sentence, and the one button that is theirs."""

from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session

from app.accounts.queries.colleagues import holders_of
from app.cases.models import Case, EntryBatch
from app.cases.states import CASE, BatchState, CaseState
from app.core.messages import Message
from app.core.states import OfficeStateChange
from app.policy.access import Verdict, decide
from app.policy.actors import AREA_DIGITS, Actor, Role


@dataclass(frozen=True)
class NextStep:
    """`role` acts and holds `permission`; the guards of `action` speak before the page is opened.

    `also` is what somebody else may do on that page meanwhile.
    """

    who: object
    what: object
    role: Role | None = None
    permission: str = ""
    label: object = ""
    endpoint: str = ""
    action: str = ""
    also: str = ""
    also_label: object = ""


NEXT = {
    CaseState.SCREENING: NextStep(
        _("村里"),
        _("两个人到家里看，一张表记完核实和同意。"),
        Role.VILLAGE_WORKER,
        "case.check",
        _("记入户核实"),
        "cases.check",
    ),
    CaseState.EVAL_PENDING: NextStep(
        _("村里"),
        _("开民主评议会，把到会和票数记下来。"),
        Role.VILLAGE_WORKER,
        "case.evaluate",
        _("记民主评议"),
        "cases.evaluate",
    ),
    CaseState.EVAL_PASSED: NextStep(
        _("村里"),
        _("评议通过了，列出困难和需求，报乡镇。"),
        Role.VILLAGE_WORKER,
        "case.submit_list",
        _("列困难和需求"),
        "lists.show",
    ),
    CaseState.EVAL_FAILED: NextStep(
        _("村里"),
        _("评议没有通过。讲给这户人家听，告诉能走的现有政策；有了新情况可以再来。"),
        Role.VILLAGE_WORKER,
        "case.reopen",
        _("有新情况，重新核实"),
        "cases.reopen",
    ),
    CaseState.UNDER_DETERMINATION: NextStep(
        _("乡镇分管领导"),
        _("村里报来了，开会研究认定；缺东西就退回。"),
        Role.TOWNSHIP_LEAD,
        "case.determine",
        _("研究认定"),
        "determinations.show",
        "determine",
        "case.return",
        _("看材料，缺东西就退回"),
    ),
    CaseState.RETURNED_VILLAGE: NextStep(
        _("村里"),
        _("乡镇退回来了，按退回的原因补好，再报一次。"),
        Role.VILLAGE_WORKER,
        "case.submit_list",
        _("补好再报"),
        "lists.show",
    ),
    CaseState.DETERMINED: NextStep(
        _("乡镇经办"),
        _("认定了，编进批次，报县里备案。"),
        Role.TOWNSHIP_OFFICER,
        "batch.make",
        _("去编批次"),
        "batches.index",
    ),
    CaseState.BATCHED: NextStep(
        _("县社工部"),
        _("批次已经报到县里，等逐户备案。"),
        Role.COUNTY_SWD,
        "filing.decide",
        _("去备案"),
        "batches.show",
        also="batch.read",
        also_label=_("看这一批"),
    ),
    CaseState.OBJECTED: NextStep(
        _("乡镇分管领导"),
        _("县里写了依据，请乡镇再研究，答复县里。"),
        Role.TOWNSHIP_LEAD,
        "case.determine",
        _("答复异议"),
        "cases.answer",
    ),
    CaseState.FILED: NextStep(_("各部门和包抓单位"), _("每件需求走到哪一步，看一张图。")),
    CaseState.NOT_DETERMINED: NextStep(
        "", _("乡镇研究后没有认定。村里要讲给这户人家听；情况变了，可以重新登记。")
    ),
    CaseState.CLOSED: NextStep("", _("这一户已经结束。情况变了，可以重新登记。")),
}
IN_A_DRAFT = NextStep(
    _("乡镇分管领导"),
    _("编进批次了，等分管领导看过，报县里备案。"),
    Role.TOWNSHIP_LEAD,
    "batch.submit",
    _("去报送这一批"),
    "batches.show",
    also="batch.make",
    also_label=_("看这一批"),
)

# Which of those reasons the person who looks now has to read first.
_NOW = {
    CaseState.SCREENING: ("reopen",),
    CaseState.UNDER_DETERMINATION: ("resubmit",),
    CaseState.RETURNED_VILLAGE: ("return",),
    CaseState.DETERMINED: ("send_back", "reaffirm"),
    CaseState.NOT_DETERMINED: ("decline", "withdraw"),
    CaseState.OBJECTED: ("object",),
}
# The moves that carry a reason which the next person has to read.
_TELLING = {
    "return": _("乡镇退回的原因"),
    "send_back": _("县里退回的原因"),
    "object": _("县里异议的依据"),
    "reaffirm": _("乡镇的答复"),
    "withdraw": _("乡镇的答复"),
    "reopen": _("新情况"),
    "decline": _("未认定的理由"),
    "resubmit": _("村里补了什么"),
}


@dataclass(frozen=True)
class Next:
    """`mine`: it is this actor's turn. `beside`: not the turn, but something to do on the same page."""

    step: NextStep
    mine: bool
    beside: bool
    obstacles: tuple[Message, ...]


def step_of(case: Case, batch: EntryBatch | None) -> NextStep:
    drafted = case.state == CaseState.BATCHED and batch is not None and batch.state == BatchState.DRAFT
    return IN_A_DRAFT if drafted else NEXT[CaseState(case.state)]


def next_of(case: Case, batch: EntryBatch | None, actor: Actor, now: datetime) -> Next:
    step = step_of(case, batch)
    thing = batch if batch is not None and step.endpoint == "batches.show" else case
    mine, beside = (
        bool(p) and decide(actor, p, thing) is Verdict.ALLOW for p in (step.permission, step.also)
    )
    stopped = CASE.obstacles(case, step.action, actor=actor, now=now) if step.action and mine else []
    return Next(step, mine, beside and not mine, tuple(stopped))


def people_of(session: Session, step: NextStep, case: Case, day: date) -> list[str]:
    """Who may sign in to do it: the names of those at that post."""
    if step.role is None:
        return []
    return holders_of(session, step.role, case.area[: AREA_DIGITS[step.role]], day)


Told = list[tuple[object, OfficeStateChange]]


def telling(moves: list[OfficeStateChange]) -> Told:
    """The reasons on record, the newest first."""
    return [(_TELLING[m.action], m) for m in reversed(moves) if m.reason and m.action in _TELLING]


def pressing(case: Case, told: Told) -> Told:
    """The newest reason that bears on the present step."""
    wanted = _NOW.get(CaseState(case.state), ())
    return [(label, move) for label, move in told[:1] if move.action in wanted]
