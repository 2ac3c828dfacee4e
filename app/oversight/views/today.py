"""The start page of every role: five things first, then all that waits, then the picture."""

from flask import render_template

from app.core.clock import SHANGHAI
from app.core.guard import Desk, access
from app.oversight.queries.board import board_of
from app.oversight.queries.figures import figures_of
from app.oversight.queries.late import late_in
from app.oversight.queries.today import today_of
from app.oversight.views.room import blueprint
from app.policy.access import Verdict, decide

SHOWN_LATE = 6
WEEKDAYS = "一二三四五六日"


@blueprint.get("/")
@access("today.see")
def today(desk: Desk) -> str:
    sees_all = decide(desk.actor, "late.see") is Verdict.ALLOW
    late = late_in(desk.session, desk.actor.area, desk.now) if sees_all else []
    moment = desk.now.astimezone(SHANGHAI)
    return render_template(
        "oversight/today.html",
        today=today_of(desk.session, desk.actor, desk.now),
        day=moment,
        weekday=WEEKDAYS[moment.weekday()],
        figures=figures_of(desk.session, desk.actor, desk.now),
        sees_all=sees_all,
        board=board_of(desk.session, desk.actor, late) if sees_all else [],
        late=late,
        shown_late=SHOWN_LATE,
    )
