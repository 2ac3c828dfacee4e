"""The county agrees to what a step said that an urgent bypass had gone past; a hold may end with it."""

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.guard import Desk, access
from app.followup.operations.late import verify_late_outcome
from app.followup.views.room import blueprint
from app.needs.models import CascadeOutcome
from app.needs.queries import outcome_by_id


@blueprint.post("/outcomes/<int:outcome_id>/verify")
@access("outcome.read", subject=outcome_by_id)
def verify_late(desk: Desk, outcome: CascadeOutcome) -> Response:
    met = verify_late_outcome(desk.session, outcome, actor=desk.actor, now=desk.now)
    done = _("核对好了，这一项已经落实。有人留着或正被问着的，一分钟内收到感谢。")
    flash(done if met else _("核对好了，欠的这一步补上了。"))
    return redirect(url_for("needs.show", need_id=outcome.need_id), 303)
