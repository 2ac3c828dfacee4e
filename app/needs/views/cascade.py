"""Needs: the list of each role, and a need's page with its cascade."""

from types import SimpleNamespace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.queries.sessions import units_in
from app.cases.forms.fields import options
from app.core.answers import accepted
from app.core.guard import Desk, access
from app.needs.forms.cascade import BypassForm, OutcomeForm, ReasonForm, UnitForm
from app.needs.models import OUTCOMES, CascadeBypass, CascadeOutcome, Need
from app.needs.operations import cascade
from app.needs.queries import (
    bypass_by_id,
    bypass_of,
    bypasses_to_approve,
    need_by_id,
    needs_in_area,
    needs_to_record,
    outcome_by_id,
    outcomes_of,
    outcomes_to_verify,
    why_sent_back,
)
from app.needs.states import BYPASS, NEED, NEED_LABELS, OUTCOME, OutcomeState, nobody_came_in_time
from app.policy.access import Verdict, decide
from app.policy.actors import Role

blueprint = Blueprint("needs", __name__, url_prefix="/needs")
Answer = str | Response | tuple[str, int]


@blueprint.get("/")
@access("need.list_all")
def index(desk: Desk) -> str:
    """What waits for me first; below it every need in my reach."""
    state = request.args.get("state", "")
    states = (state,) if state in NEED_LABELS else ()
    page = needs_in_area(desk.session, desk.actor, states=states, page=request.args.get("page", 1, type=int))
    return render_template("needs/index.html", page=page, state=state, labels=NEED_LABELS, **_waiting(desk))


def _waiting(desk: Desk) -> dict[str, object]:
    role = desk.actor.role
    recording = role in (Role.COUNTY_DEPT, Role.DUTY_OFFICER)
    verifying = role in (Role.COUNTY_SWD, Role.TOWNSHIP_OFFICER)
    return {
        "to_record": needs_to_record(desk.session, desk.actor) if recording else [],
        "to_verify": outcomes_to_verify(desk.session, desk.actor) if verifying else [],
        "to_approve": bypasses_to_approve(desk.session, desk.actor) if role == Role.COUNTY_SWD_LEAD else [],
        "outcomes": OUTCOMES,
    }


@blueprint.get("/<int:need_id>")
@access("need.read", subject=need_by_id)
def show(desk: Desk, need: Need) -> str:
    return _page(desk, need)


@blueprint.post("/<int:need_id>/outcome")
@access("need.read", subject=need_by_id)
def record(desk: Desk, need: Need) -> Answer:
    form = OutcomeForm()

    def act() -> CascadeOutcome:
        return cascade.record_outcome(
            desk.session,
            need,
            outcome=form.outcome.data,
            covered_qty=form.covered_qty.data or 0,
            basis=form.basis.data,
            note=form.note.data or "",
            stage=form.stage.data,
            actor=desk.actor,
            now=desk.now,
        )

    if not accepted(form, act):
        return _page(desk, need, outcome_form=form), 422
    return _back(need, _("记下了，等另一位同志核对。"))


@blueprint.post("/outcomes/<int:outcome_id>/verify")
@access("outcome.read", subject=outcome_by_id)
def verify(desk: Desk, outcome: CascadeOutcome) -> Response:
    cascade.verify_outcome(desk.session, outcome, actor=desk.actor, now=desk.now)
    left = outcome.need.residual_qty
    done = _("核对好了，这一项已经解决。")
    fourth = _("核对好了，还差 %(n)s %(unit)s，留在第④步。", n=left, unit=outcome.need.item.unit)
    onward = _("核对好了，还差 %(n)s %(unit)s，往下一步走。", n=left, unit=outcome.need.item.unit)
    return _back(outcome.need, done if not left else fourth if outcome.stage == 4 else onward)


@blueprint.post("/outcomes/<int:outcome_id>/reject")
@access("outcome.read", subject=outcome_by_id)
def reject(desk: Desk, outcome: CascadeOutcome) -> Answer:
    form = ReasonForm(prefix="reject")

    def act() -> None:
        cascade.reject_outcome(desk.session, outcome, reason=form.reason.data, actor=desk.actor, now=desk.now)

    if not accepted(form, act):
        return _page(desk, outcome.need, reject_form=form), 422
    return _back(outcome.need, _("已退回，说了原因。记的同志可以重记。"))


@blueprint.post("/<int:need_id>/bypass")
@access("need.read", subject=need_by_id)
def ask_bypass(desk: Desk, need: Need) -> Answer:
    form = BypassForm(prefix="bypass")

    def act() -> CascadeBypass:
        return cascade.ask_bypass(
            desk.session,
            need,
            reason_code=form.reason_code.data,
            reason=form.reason.data,
            actor=desk.actor,
            now=desk.now,
        )

    if not accepted(form, act):
        return _page(desk, need, bypass_form=form), 422
    return _back(need, _("已提请负责人批急难直通。"))


@blueprint.post("/bypasses/<int:bypass_id>/approve")
@access("bypass.read", subject=bypass_by_id)
def approve_bypass(desk: Desk, bypass: CascadeBypass) -> Response:
    cascade.approve_bypass(desk.session, bypass, actor=desk.actor, now=desk.now)
    return _back(bypass.need, _("批了。这一项不公布，由县里直接找人对接；前两步照样要办。"))


@blueprint.post("/bypasses/<int:bypass_id>/refuse")
@access("bypass.read", subject=bypass_by_id)
def refuse_bypass(desk: Desk, bypass: CascadeBypass) -> Response:
    cascade.refuse_bypass(desk.session, bypass, actor=desk.actor, now=desk.now)
    return _back(bypass.need, _("没有批。这一项照常走前两步。"))


@blueprint.post("/<int:need_id>/unit")
@access("need.assign_unit", subject=need_by_id)
def assign_unit(desk: Desk, need: Need) -> Answer:
    form = _unit_form(desk, need)

    def act() -> None:
        cascade.assign_unit(
            desk.session, need.case, unit_id=form.unit_id.data, actor=desk.actor, now=desk.now
        )

    if not accepted(form, act):
        return _page(desk, need, unit_form=form), 422
    return _back(need, _("包抓单位定好了，它的联系人现在能看到这户的需求。"))


@blueprint.post("/<int:need_id>/close")
@access("need.read", subject=need_by_id)
def close(desk: Desk, need: Need) -> Response:
    cascade.close_need(desk.session, need, actor=desk.actor, now=desk.now)
    return _back(need, _("办结了，写回了档案。"))


def _back(need: Need, message: str) -> Response:
    flash(message)
    return redirect(url_for("needs.show", need_id=need.id), 303)


def _unit_form(desk: Desk, need: Need) -> UnitForm:
    form = UnitForm(prefix="unit")
    form.unit_id.choices = options((u.id, u.name) for u in units_in(desk.session, need.county_code))
    return form


def _page(desk: Desk, need: Need, **forms: object) -> str:
    bypass = bypass_of(desk.session, need.id)
    shown = {
        "outcome_form": OutcomeForm(formdata=None),
        "reject_form": ReasonForm(prefix="reject", formdata=None),
        "bypass_form": BypassForm(prefix="bypass", formdata=None),
        "unit_form": _unit_form(desk, need),
        **forms,
    }
    return render_template(
        "needs/show.html",
        need=need,
        bypass=bypass,
        outcomes=outcomes_of(desk.session, need.id),
        sent_back=why_sent_back(desk.session, need),
        recordable=_recordable(desk, need),
        refer_obstacle=nobody_came_in_time(need, desk.actor, desk.now),
        unit=_unit_name(desk, need),
        words=OUTCOMES,
        labels=NEED_LABELS,
        machines=(NEED, OUTCOME, BYPASS),
        **shown,
    )


def _recordable(desk: Desk, need: Need) -> list[int]:
    """The steps that this person may answer for now: its turn has come, or a bypass went past it."""
    waiting = {o.stage for o in need.outcomes if o.state == OutcomeState.RECORDED}
    about = {name: getattr(need, name) for name in ("area", "action_no", "unit_id", "cascade_stage")}
    steps = {n: SimpleNamespace(answerable=(n,), **about) for n in need.answerable if n not in waiting}
    return [n for n, step in steps.items() if decide(desk.actor, "outcome.record", step) is Verdict.ALLOW]


def _unit_name(desk: Desk, need: Need) -> str:
    return next((u.name for u in units_in(desk.session, need.county_code) if u.id == need.unit_id), "")
