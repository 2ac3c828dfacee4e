"""What a claim waits for, who does it, and which of the page's forms that is."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _

from app.followup.models import Tie
from app.followup.states import TieState


@dataclass(frozen=True)
class Step:
    """`form` names the part of the page that opens; blank while somebody outside the office acts."""

    who: object
    what: object
    form: str = ""
    permission: str = ""


CALL = Step(
    _("县里经办或乡镇"), _("给认领人打个电话：谢谢他，说清要什么、送到哪里。"), "contact", "tie.contact"
)
AGREE = Step(_("认领人"), _("联系过了，等对方在网上说定数量和日子。"))
RECEIVE = Step(_("县里经办"), _("东西送到县接收点，当面点收。"), "arrive", "tie.receive")
BRING = Step(_("乡镇或村里"), _("送到家里，请家里签收。"), "hand_over", "tie.hand_over")
DO = Step(_("乡镇或村里"), _("联系人陪着去，做完请家里签收。"), "hand_over", "tie.hand_over")
PAY = Step(_("认领人"), _("等对方付到慈善组织备案的项目。"))
BUY = Step(_("慈善组织"), _("钱到项目了，等它采买并记一笔。"))
CONFIRM = Step(
    _("没有经手的另一位同志"), _("问家里一句：合用吗。经手的人不能自己确认。"), "confirm", "tie.confirm"
)
WRITTEN = Step("", _("家里确认合用，写回了户档案。"))
OVER = Step("", _("这次认领结束了，需求照旧有人管。"))
_AFTER_PROMISE = {"goods": RECEIVE, "service": DO}


def step_of(tie: Tie) -> Step:
    if tie.state == TieState.COMMITTED:
        return _AFTER_PROMISE.get(tie.kind) or _money(tie)
    return {
        TieState.HELD: CALL,
        TieState.CONTACTED: AGREE,
        TieState.ARRIVED: BRING,
        TieState.HANDED_OVER: CONFIRM,
        TieState.CONFIRMED: WRITTEN,
        TieState.ENDED: OVER,
    }[TieState(tie.state)]


def _money(tie: Tie) -> Step:
    if tie.paid_at is None:
        return PAY
    return BRING if tie.purchase else BUY


MOVES = {
    "begin": _("有人认领"),
    "record_contact": _("联系上了"),
    "commit": _("对方说定了"),
    "arrive": _("县接收点点收"),
    "hand_over": _("交到家里，签收了"),
    "confirm": _("家里确认合用"),
    "dispute": _("家里说不合用"),
    "reject": _("没有同意这次认领"),
    "let_go": _("没有办成，放回去重新找人"),
    "end": _("对方放下了，或者保留到期"),
}
PAIR_MOVES = {
    "begin": _("对方答应了，要问家里"),
    "agree": _("家里愿意"),
    "decline": _("家里这次没有同意"),
    "activate": _("结对开始"),
    "household_stop": _("家里想停下"),
    "end": _("结对结束"),
}
ENDED = {
    "released": _("对方放下了"),
    "lapsed": _("保留到期，让给别人"),
    "rejected": _("县里没有同意"),
    "let_go": _("没有办成，放回去了"),
    "withdrawn": _("家里撤回了同意"),
    "covered": _("政策或包抓单位先落实了，谢过对方"),
    "not_fit": _("要懂行或核验过的人，对方的登记里没有"),
    "not_free": _("认领到的时候，这一项已经不等人接"),
}
