"""What happened with a claim and what comes next, as a timeline from the first day to 已确认."""

from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from app.core.clock import SHANGHAI
from app.core.money import yuan
from app.core.states import PublicStateChange
from app.gifts.models import Claim, Pledge
from app.gifts.queries import moves_of
from app.gifts.states import ENDED, HELD, ClaimState, PledgeState
from app.policy.catalogue import NAMES

Moves = dict[str, PublicStateChange]
_ORDER = (
    PledgeState.PLEDGED,
    PledgeState.PAY_PENDING,
    PledgeState.PAID,
    PledgeState.ARRIVED,
    PledgeState.HANDED_OVER,
    PledgeState.CONFIRMED,
)
# The office's words for: someone was a moment faster; and: it asks for more than the card may say.
_REJECTED = {
    "not_free": lazy_gettext("别人先办到了，这一项不用了。"),
    "not_fit": lazy_gettext("县里核对了，这一项要的条件，你的登记里还没有。别的都可以接，这一次不留记录。"),
}


@dataclass
class Step:
    """One line. `mark` is the timeline's class: blank for done, `now`, `todo`."""

    title: str
    text: str = ""
    at: datetime | None = None
    done: bool = False
    mark: str = ""


def story_of(session: Session, claim: Claim) -> list[Step]:
    pledge = claim.pledge
    moves = moves_of(session, "claim", claim.id)
    pledge_moves = moves_of(session, "pledge", pledge.id) if pledge is not None else {}
    steps = [_held(claim), _contact(claim), _promise(claim, moves), *_delivery(claim, pledge_moves)]
    if claim.state in ENDED:
        return [*(s for s in steps if s.done), _ending(claim, moves)]
    if claim.state not in HELD:  # promised without a call: that step is not missed
        steps = [s for s in steps if s.done or s is not steps[1]]
    return _marked(steps)


def _marked(steps: list[Step]) -> list[Step]:
    marks = iter(["now"])
    for step in steps:
        step.mark = "" if step.done else next(marks, "todo")
    return steps


def spoken(moment: date | datetime) -> str:
    """11 月 30 日, in Ningxia."""
    day = moment.astimezone(SHANGHAI).date() if isinstance(moment, datetime) else moment
    return f"{day.month} 月 {day.day} 日"


def _held(claim: Claim) -> Step:
    text = _("为你保留到 %(d)s，别人暂时接不了。", d=spoken(claim.lapses_at))
    return Step(_("接下了"), text if claim.state in HELD else "", claim.held_at, done=True)


def _contact(claim: Claim) -> Step:
    if claim.contacted_at is not None:
        return Step(_("县里联系过了"), "", claim.contacted_at, done=True)
    due = _("%(d)s下班前给你打电话。我们晚了，保留的日子跟着顺延。", d=spoken(claim.contact_due))
    return Step(_("县里联系你"), due)


def _promise(claim: Claim, moves: Moves) -> Step:
    made, pledge = moves.get("convert"), claim.pledge
    if made is None or pledge is None:
        waits = _("付到慈善组织备案的项目") if claim.kind == "money" else _("说定数量和日子")
        return Step(waits, _("到期没有说定，就让给别人。"))
    if claim.kind == "money":
        project = pledge.charity_project.name if pledge.charity_project else ""
        words = _("%(y)s，付到“%(p)s”。", y=yuan(pledge.amount_fen), p=project)
        return Step(_("付好了"), words, made.at, done=True)
    return Step(_("说定了"), promised_words(pledge), made.at, done=True)


def promised_words(pledge: Pledge) -> str:
    item = NAMES.get(pledge.claim.title)
    unit = item.unit if item is not None else _("件")
    return str(_("%(n)s %(u)s，%(d)s前。", n=pledge.qty, u=unit, d=spoken(pledge.date_by)))


def _delivery(claim: Claim, moves: Moves) -> list[Step]:
    pledge = claim.pledge
    steps = [_purchase(pledge)] if claim.kind == "money" else []
    if claim.kind == "goods":
        waits = _("点收后由乡镇和村里转交。")
        steps.append(_step(pledge, moves, PledgeState.ARRIVED, "arrive", _("送到县接收点"), waits))
    handed = _("办到家里") if claim.kind == "service" else _("交到家里")
    waits = _("由村里的同志办，家里签收。")
    steps.append(_step(pledge, moves, PledgeState.HANDED_OVER, "hand_over", handed, waits))
    asks = _("由没有经手的另一位同志问一句：合用吗。")
    if pledge is not None and pledge.state == PledgeState.DISPUTED:
        asks = _("问过了，有一点不合用，要补一补。")
    steps.append(_step(pledge, moves, PledgeState.CONFIRMED, "confirm", _("家里确认，写回档案"), asks))
    return steps


def _purchase(pledge: Pledge | None) -> Step:
    if pledge is not None and pledge.purchase is not None:
        on = spoken(pledge.purchased_on) if pledge.purchased_on else ""
        return Step(_("慈善组织办好了"), _("%(on)s：%(what)s", on=on, what=pledge.purchase), done=True)
    return Step(_("慈善组织采买或支付"), _("办好后记在这里，发票由慈善组织开。"))


def _step(
    pledge: Pledge | None, moves: Moves, state: PledgeState, action: str, title: str, waits: str
) -> Step:
    move = moves.get(action)
    if pledge is None or move is None or not _reached(pledge, state):
        return Step(title, waits)
    return Step(title, "", move.at, done=True)


def _reached(pledge: Pledge, state: PledgeState) -> bool:
    """A promise that is disputed or was called off goes back to where it was only promised."""
    now = PledgeState(pledge.state)
    return now in _ORDER and _ORDER.index(now) >= _ORDER.index(state)


def _ending(claim: Claim, moves: Moves) -> Step:
    if claim.state == ClaimState.REJECTED:
        move = moves.get("reject")
        reason = move.reason if move is not None else ""
        words = str(_REJECTED.get(reason or "", reason or ""))
        return Step(_("县里没有同意"), words, claim.ended_at, done=True)
    if claim.state == ClaimState.THANKED:
        words = _("政策或包抓单位也在办，先办成了。不用再送，谢谢你愿意。不算你放下，不留记录。")
        return Step(_("这一项已经落实"), words, claim.ended_at, done=True)
    if claim.state == ClaimState.LAPSED:
        return Step(_("保留到期，让给别人了"), _("没关系。想接的时候再来。"), claim.ended_at, done=True)
    return Step(_("放下了"), _("已经让给别人接，不用解释。"), claim.ended_at, done=True)
