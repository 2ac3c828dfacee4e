"""The township reads what the village sent, returns it, or records what its meeting decided."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.queries.colleagues import holders_of
from app.cases.models import Case
from app.cases.operations import entry as case_entry
from app.cases.queries import case_by_id
from app.cases.states import CASE, CaseState
from app.core.answers import accepted
from app.core.clock import local_day
from app.core.errors import BadInput, Refusal
from app.core.guard import Desk, access
from app.core.messages import msg
from app.core.states import require
from app.needs.forms.entry import YES, DetermineForm, ReturnForm
from app.needs.operations import entry
from app.needs.queries import needs_of
from app.needs.states import NeedState
from app.policy import lists
from app.policy.actors import Role

blueprint = Blueprint("determinations", __name__, url_prefix="/cases")
Answer = str | Response | tuple[str, int]


@blueprint.get("/<int:case_id>/determination")
@access("case.read", subject=case_by_id)
def show(desk: Desk, case: Case) -> str:
    require(desk.actor, "case.return", case)
    _still_here(case)
    return _page(desk, case)


@blueprint.post("/<int:case_id>/determination")
@access("case.determine", subject=case_by_id)
def determine(desk: Desk, case: Case) -> Answer:
    _still_here(case)
    form = DetermineForm(prefix="determine")
    if not accepted(form, lambda: _determine(desk, case, form)):
        return _page(desk, case, determine_form=form), 422
    yes = case.state == CaseState.DETERMINED
    return _back(case, _("认定了，可以编进批次。") if yes else _("没有认定，记下了。请村里讲给这户人家听。"))


@blueprint.post("/<int:case_id>/determination/return")
@access("case.return", subject=case_by_id)
def send_back(desk: Desk, case: Case) -> Answer:
    _still_here(case)
    form = ReturnForm(prefix="return")

    def act() -> None:
        case_entry.return_case(
            desk.session, case, code=form.code.data, note=form.note.data, actor=desk.actor, now=desk.now
        )

    if not accepted(form, act):
        return _page(desk, case, return_form=form), 422
    return _back(case, _("退回村里了，说了原因。"))


def _determine(desk: Desk, case: Case, form: DetermineForm) -> None:
    listed = {n.id for n in needs_of(desk.session, case.id) if n.state == NeedState.LISTED}
    kept = {int(n) for n in request.form.getlist("keep") if n.isdigit()}
    yes, dropped = form.accepted.data == YES, listed - kept
    if yes and dropped and not form.reason.data:
        raise BadInput(msg("划掉了 {n} 件需求，请写明为什么。", n=len(dropped)), field="reason")
    if yes and listed and not listed & kept:
        raise BadInput(msg("需求全划掉了。至少留一件；都不该有的，请退回村里。"), field="accepted")
    entry.determine(
        desk.session,
        case,
        accepted=yes,
        meeting_on=form.meeting_on.day,
        ref_no=form.ref_no.data,
        reason=form.reason.data or "",
        dropped=frozenset(dropped),
        actor=desk.actor,
        now=desk.now,
    )


def _still_here(case: Case) -> None:
    """Raises Refusal when the case has gone on, or has come back with another list, since the page was
    opened."""
    if case.state != CaseState.UNDER_DETERMINATION:
        raise Refusal(msg("这一户现在不在认定这一步。回到户档案，看看到了哪一步。"))
    seen = request.form.get("version", "")
    if seen and seen != str(case.version):
        raise Refusal(msg("你打开这一页以后，别人动过这一户。什么也没有写进去。请重新打开，看过再办。"))


def _back(case: Case, message: str) -> Response:
    flash(message)
    return redirect(url_for("cases.show", case_id=case.id), 303)


def _page(desk: Desk, case: Case, **forms: object) -> str:
    day = local_day(desk.now)
    shown = {
        "determine_form": DetermineForm(prefix="determine", formdata=None),
        "return_form": ReturnForm(prefix="return", formdata=None),
        **forms,
    }
    return render_template(
        "needs/determination.html",
        case=case,
        needs=[n for n in needs_of(desk.session, case.id) if n.state == NeedState.LISTED],
        kept=set(request.form.getlist("keep")) if "determine_form" in forms else None,
        lists=lists,
        stopped=CASE.obstacles(case, "determine", actor=desk.actor, now=desk.now),
        leads=holders_of(desk.session, Role.TOWNSHIP_LEAD, case.area[:9], day),
        today=day,
        **shown,
    )
