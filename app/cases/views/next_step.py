"""What a household waits for in each state: who acts, in one sentence, and the one button that is theirs."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _

from app.cases.models import Case
from app.cases.states import CASE, CaseState
from app.core.messages import Message
from app.core.states import OfficeStateChange
from app.policy.access import Verdict, decide
from app.policy.actors import Actor


@dataclass(frozen=True)
class NextStep:
    """`action` names the move whose guards already speak before the page is opened."""

    who: object
    what: object
    permission: str = ""
    label: object = ""
    endpoint: str = ""
    action: str = ""


NEXT = {
    CaseState.SCREENING: NextStep(
        _("村里"),
        _("两个人到家里看，一张表记完核实和同意。"),
        "case.check",
        _("记入户核实"),
        "cases.check",
    ),
    CaseState.EVAL_PENDING: NextStep(
        _("村里"), _("开民主评议会，把到会和票数记下来。"), "case.evaluate", _("记民主评议"), "cases.evaluate"
    ),
    CaseState.EVAL_PASSED: NextStep(
        _("村里"),
        _("评议通过了，列出困难和需求，报乡镇。"),
        "case.submit_list",
        _("列困难和需求"),
        "lists.show",
    ),
    CaseState.EVAL_FAILED: NextStep(
        _("村里"),
        _("评议没有通过。讲给这户人家听，告诉能走的现有政策；有了新情况可以再来。"),
        "case.reopen",
        _("有新情况，重新核实"),
        "cases.reopen",
    ),
    CaseState.UNDER_DETERMINATION: NextStep(
        _("乡镇"),
        _("村里报来了，开会研究认定；缺东西就退回。"),
        "case.return",
        _("研究认定"),
        "determinations.show",
    ),
    CaseState.RETURNED_VILLAGE: NextStep(
        _("村里"),
        _("乡镇退回来了，按退回的原因补好，再报一次。"),
        "case.submit_list",
        _("补好再报"),
        "lists.show",
    ),
    CaseState.DETERMINED: NextStep(
        _("乡镇"), _("认定了，编进批次，报县里备案。"), "batch.make", _("去编批次"), "batches.index"
    ),
    CaseState.BATCHED: NextStep(
        _("县社工部"), _("已经在批次里，等报送和备案。"), "batch.read", _("看这一批"), "batches.show"
    ),
    CaseState.OBJECTED: NextStep(
        _("乡镇分管领导"),
        _("县里写了依据，请乡镇再研究，答复县里。"),
        "case.determine",
        _("答复异议"),
        "cases.answer",
    ),
    CaseState.FILED: NextStep(_("各部门和包抓单位"), _("已备案，在帮。每件需求走到哪一步，看一张图。")),
    CaseState.NOT_DETERMINED: NextStep(
        "", _("乡镇研究后没有认定。村里要讲给这户人家听；情况变了，可以重新登记。")
    ),
    CaseState.CLOSED: NextStep("", _("这一户已经结束。情况变了，可以重新登记。")),
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
    step: NextStep
    mine: bool
    obstacles: tuple[Message, ...]


def next_of(case: Case, actor: Actor, now: datetime) -> Next:
    step = NEXT[CaseState(case.state)]
    mine = bool(step.permission) and decide(actor, step.permission, case) is Verdict.ALLOW
    stopped = CASE.obstacles(case, step.action, actor=actor, now=now) if step.action and mine else []
    return Next(step, mine, tuple(stopped))


def telling(moves: list[OfficeStateChange]) -> list[tuple[object, OfficeStateChange]]:
    """The reasons on record, the newest first."""
    return [(_TELLING[m.action], m) for m in reversed(moves) if m.reason and m.action in _TELLING]
