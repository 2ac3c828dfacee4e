"""The county's verification desk: one looks item by item, another decides (domain 4.17)."""

import base64

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.forms.verification import FirstCheckForm, ReasonForm
from app.accounts.models.partners import ORGANISATION_KINDS, PAPER_LABELS
from app.accounts.models.verification import HOW, ITEMS, Verification
from app.accounts.operations import verification as desk_work
from app.accounts.queries.partners import (
    dossiers_of,
    moves_of,
    twins_of,
    verification_by_id,
    verification_counts,
    verifications_in_area,
)
from app.accounts.states import VERIFICATION, VERIFICATION_LABELS, VerificationState
from app.core.answers import accepted
from app.core.errors import NotFound
from app.core.guard import Desk, access
from app.policy.actors import Role

blueprint = Blueprint("verifications", __name__, url_prefix="/verifications")
Answer = str | Response | tuple[str, int]
KINDS = {"volunteer": "志愿者", **ORGANISATION_KINDS}
LEAD = Role.COUNTY_SWD_LEAD
ENDINGS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}


@blueprint.get("/")
@access("verification.list")
def index(desk: Desk) -> str:
    """Those that wait for this officer come first; the tabs show the rest."""
    counts = verification_counts(desk.session, desk.actor)
    waiting = VerificationState.CHECKING if desk.actor.role == LEAD else VerificationState.SUBMITTED
    state = request.args.get("state", waiting)
    if state not in VERIFICATION_LABELS:
        state = waiting
    page = verifications_in_area(
        desk.session, desk.actor, state=state, page=request.args.get("page", 1, type=int)
    )
    return render_template(
        "accounts/verifications.html",
        page=page,
        counts=counts,
        state=state,
        labels=VERIFICATION_LABELS,
        kinds=KINDS,
    )


@blueprint.get("/<int:verification_id>")
@access("verification.read", subject=verification_by_id)
def show(desk: Desk, dossier: Verification) -> str:
    return _page(desk, dossier)


@blueprint.get("/<int:verification_id>/papers/<int:paper_id>")
@access("verification.read", subject=verification_by_id)
def paper(desk: Desk, dossier: Verification, paper_id: int) -> Response:
    """A picture opens in the page, a PDF is downloaded; both under a name that says nothing."""
    found = next((p for p in dossier.papers if p.id == paper_id), None)
    if found is None:
        raise NotFound
    answer = Response(base64.b64decode(found.content), mimetype=found.mime)
    place = "attachment" if found.mime == "application/pdf" else "inline"
    answer.headers["Content-Disposition"] = f'{place}; filename="paper-{found.id}.{ENDINGS[found.mime]}"'
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@blueprint.post("/<int:verification_id>/check")
@access("verification.read", subject=verification_by_id)
def check(desk: Desk, dossier: Verification) -> Answer:
    form = FirstCheckForm()

    def act() -> None:
        passed = frozenset(form.passed.data or ())
        desk_work.first_check(desk.session, dossier, passed=passed, actor=desk.actor, now=desk.now)

    if not accepted(form, act):
        return _page(desk, dossier, check_form=form), 422
    return _back(dossier, _("初审记下了，等负责人复审。"))


@blueprint.post("/<int:verification_id>/verify")
@access("verification.read", subject=verification_by_id)
def verify(desk: Desk, dossier: Verification) -> Response:
    desk_work.verify(desk.session, dossier, actor=desk.actor, now=desk.now)
    return _back(dossier, _("核验通过，结果已经告诉对方。"))


@blueprint.post("/<int:verification_id>/return")
@access("verification.read", subject=verification_by_id)
def turn_back(desk: Desk, dossier: Verification) -> Answer:
    form = ReasonForm()

    def act() -> None:
        desk_work.turn_back(desk.session, dossier, reason=form.reason.data, actor=desk.actor, now=desk.now)

    if not accepted(form, act):
        return _page(desk, dossier, reason_form=form), 422
    return _back(dossier, _("退回去了，对方看得到原因，补好会再交来。"))


@blueprint.post("/<int:verification_id>/reject")
@access("verification.read", subject=verification_by_id)
def reject(desk: Desk, dossier: Verification) -> Answer:
    form = ReasonForm()

    def act() -> None:
        desk_work.reject(desk.session, dossier, reason=form.reason.data, actor=desk.actor, now=desk.now)

    if not accepted(form, act):
        return _page(desk, dossier, reason_form=form), 422
    return _back(dossier, _("没有通过，原因已经告诉对方。"))


def _back(dossier: Verification, said: str) -> Response:
    flash(said)
    return redirect(url_for("verifications.show", verification_id=dossier.id), 303)


def _page(
    desk: Desk,
    dossier: Verification,
    *,
    check_form: FirstCheckForm | None = None,
    reason_form: ReasonForm | None = None,
) -> str:
    earlier = [d for d in dossiers_of(desk.session, dossier.token) if d.id != dossier.id]
    open_steps = {t.action for t in VERIFICATION.open_to(desk.actor, dossier)}
    return render_template(
        "accounts/verification.html",
        dossier=dossier,
        fields=desk_work.fields_of(dossier),
        earlier=earlier,
        passed_before=next((d.checks for d in earlier if d.checks), {}),
        twins=twins_of(desk.session, dossier),
        moves=moves_of(desk.session, dossier),
        handed_in={p.item for p in dossier.papers},
        items=ITEMS,
        how=HOW,
        papers=PAPER_LABELS,
        kind_name=KINDS[dossier.kind],
        state_name=VERIFICATION_LABELS[VerificationState(dossier.state)],
        open_steps=open_steps,
        why_not=VERIFICATION.obstacles(dossier, "verify", actor=desk.actor, now=desk.now),
        check_form=check_form or FirstCheckForm(formdata=None),
        reason_form=reason_form or ReasonForm(formdata=None),
    )
