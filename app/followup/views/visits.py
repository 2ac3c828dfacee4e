"""The village's word on a visit: come or not, came or not, and for how long."""

from flask import request
from flask_babel import lazy_gettext as _

from app.core.answers import accepted
from app.core.guard import Desk, access
from app.followup.forms.pairs import MinutesForm
from app.followup.models import OfficeVisit
from app.followup.operations import visits
from app.followup.queries import visit_by_id
from app.followup.views.pairs import pair_page
from app.followup.views.room import Answer, blueprint, go

TOLD = {
    "accept": _("约好了，对方会看到。"),
    "refuse": _("回了“这次不方便”。对方可以另约时间。"),
    "cancel": _("取消了这一次，对方会看到。"),
    "miss": _("记下了，这次没有来。两次没有来，请县里看一看。"),
}


@blueprint.post("/visits/<int:visit_id>/answer")
@access("visit_check.answer", subject=visit_by_id)
def answer_visit(desk: Desk, visit: OfficeVisit) -> Answer:
    action = request.form.get("answer", "")
    visits.answer_visit(desk.session, visit, action, actor=desk.actor, now=desk.now)
    return go("pair", str(TOLD[action]), pair_id=visit.pair_id)


@blueprint.post("/visits/<int:visit_id>/confirm")
@access("visit_check.answer", subject=visit_by_id)
def confirm_visit(desk: Desk, visit: OfficeVisit) -> Answer:
    form = MinutesForm(prefix="visit")

    def act() -> None:
        visits.confirm_visit(desk.session, visit, minutes=form.minutes.data, actor=desk.actor, now=desk.now)

    if not accepted(form, act):
        return pair_page(desk, visit.pair, minutes_form=form, minutes_visit=visit.id), 422
    return go("pair", str(_("确认了，这些时间算数，也写进了户档案。")), pair_id=visit.pair_id)
