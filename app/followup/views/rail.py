"""Four dots a claim: what is behind it with its date, what is next with its clock (mock-up 09)."""

from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _

from app.core.clock import local_day
from app.followup.models import Tie
from app.followup.queries.clocks import tie_clock
from app.followup.states import TieState
from app.pages import translate

DONE, NOW, WRONG, WAITING = "", "n", "x", "w"
WORDS = {DONE: "办好了", NOW: "在办", WRONG: "要处理", WAITING: "还没到"}


@dataclass(frozen=True)
class Dot:
    """`css` is one of the marks above; `below` a date or a clock."""

    css: str
    label: str
    below: str


def rail(tie: Tie, now: datetime) -> list[Dot]:
    stages = _stages(tie)
    reached = max((n for n, (_label, day) in enumerate(stages) if day is not None), default=-1)
    dots = []
    for n, (label, day) in enumerate(stages):
        if n <= reached:
            dots.append(Dot(DONE, label, _short(day)))
        elif n == reached + 1 and tie.state != TieState.ENDED:
            dots.append(_next_dot(tie, label, now))
        else:
            dots.append(Dot(WAITING, label, ""))
    return dots


def _stages(tie: Tie) -> list[tuple[str, date | None]]:
    called = local_day(tie.contacted_at) if tie.contacted_at else None
    paid = local_day(tie.paid_at) if tie.paid_at else None
    first = {
        "goods": [
            (_("说定"), tie.pledged_on),
            (_("送到县里"), tie.arrived_on),
            (_("交到家里"), tie.handed_on),
        ],
        "service": [(_("联系"), called), (_("说定"), tie.pledged_on), (_("做到家里"), tie.handed_on)],
        "money": [(_("说定"), tie.pledged_on), (_("付到项目"), paid), (_("交到家里"), tie.handed_on)],
    }[tie.kind]
    return [*first, (_("家里确认"), tie.confirmed_on)]


def _next_dot(tie: Tie, label: str, now: datetime) -> Dot:
    if tie.disputed_on is not None:
        return Dot(WRONG, label, _("不合用，等补"))
    found = tie_clock(tie, now)
    if found is None:
        return Dot(NOW, label, "")
    return Dot(WRONG if found.late else NOW, label, translate(found.text))


def _short(day: date | None) -> str:
    return f"{day.month}/{day.day}" if day is not None else ""
