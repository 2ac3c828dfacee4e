"""Step ④ (domain 4.4 refer): what nobody took in its time is put to the finance bureau by two people."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.answers import accepted
from app.core.clock import local_day
from app.core.guard import Desk, access
from app.needs.models import OUTCOMES, Need, Referral
from app.needs.queries import need_by_id, referral_by_id, referrals_of, referrals_to_approve
from app.needs.states import NEED_LABELS, REFERRAL, REFERRAL_LABELS
from app.policy.actors import Role
from app.releases.forms.fourth import DossierForm, MeetingForm
from app.releases.operations import referral as referring
from app.releases.queries import project_of_need
from app.releases.queries.fourth import (
    fiscal_answer,
    fiscal_due,
    fourth_page,
    may_be_referred_page,
    with_dossiers,
)
from app.releases.views.workbench import blueprint

Answer = str | Response | tuple[str, int]


@blueprint.get("/fourth")
@access("referral.list")
def fourth(desk: Desk) -> str:
    """What waits for a word of this person first, then what the finance bureau has been asked."""
    session, actor, day = desk.session, desk.actor, local_day(desk.now)
    page = fourth_page(session, actor, page=request.args.get("page", 1, type=int))
    county = actor.role in (Role.COUNTY_SWD, Role.COUNTY_SWD_LEAD)
    ripe = may_be_referred_page(session, actor, day, page=request.args.get("ripe", 1, type=int))
    return render_template(
        "releases/fourth.html",
        page=page,
        rows=with_dossiers(session, page.items),
        asked=referrals_to_approve(session, actor) if county else [],
        ripe=ripe if county else None,
        outcomes=OUTCOMES,
        today=day,
    )


@blueprint.get("/fourth/<int:need_id>")
@access("referral.read", subject=need_by_id)
def fourth_need(desk: Desk, need: Need) -> str:
    return _page(desk, need)


@blueprint.post("/fourth/<int:need_id>")
@access("referral.ask", subject=need_by_id)
def refer(desk: Desk, need: Need) -> Answer:
    form = DossierForm()

    def act() -> None:
        referring.ask_referral(desk.session, need, dossier=form.dossier.data, actor=desk.actor, now=desk.now)

    if not accepted(form, act):
        return _page(desk, need, dossier_form=form), 422
    return _to(need, _("提上去了，等负责人批。批以前这一项照样等人接。"))


@blueprint.post("/referrals/<int:referral_id>/approve")
@access("referral.approve", subject=referral_by_id)
def approve_referral(desk: Desk, referral: Referral) -> Response:
    referring.approve_referral(desk.session, referral, actor=desk.actor, now=desk.now)
    return _to(referral.need, _("批了，转到第④步，请财政看有没有现有渠道。"))


@blueprint.post("/referrals/<int:referral_id>/refuse")
@access("referral.approve", subject=referral_by_id)
def refuse_referral(desk: Desk, referral: Referral) -> Response:
    referring.refuse_referral(desk.session, referral, actor=desk.actor, now=desk.now)
    return _to(referral.need, _("没有批。这一项留在第③步，接着找人。"))


@blueprint.post("/referrals/<int:referral_id>/meeting")
@access("referral.table", subject=referral_by_id)
def table_referral(desk: Desk, referral: Referral) -> Answer:
    form = MeetingForm(prefix="meeting")

    def act() -> None:
        referring.table_referral(
            desk.session, referral, on=form.meeting_on.data, actor=desk.actor, now=desk.now
        )

    if not accepted(form, act):
        return _page(desk, referral.need, meeting_form=form), 422
    return _to(referral.need, _("记下了会商的日子。"))


def _to(need: Need, told: str) -> Response:
    flash(told)
    return redirect(url_for("releases.fourth_need", need_id=need.id), 303)


def _page(desk: Desk, need: Need, **forms: object) -> str:
    earlier = referrals_of(desk.session, need.id)
    shown = {
        "dossier_form": DossierForm(formdata=None),
        "meeting_form": MeetingForm(prefix="meeting", formdata=None),
        **forms,
    }
    project = project_of_need(desk.session, need.id)
    return render_template(
        "releases/fourth_need.html",
        need=need,
        referral=earlier[0] if earlier else None,
        earlier=earlier[1:],
        stop=referring.obstacle(need, project, actor=desk.actor, now=desk.now),
        answers=[o for o in need.outcomes if o.stage == 4],
        answer=fiscal_answer(need),
        due=fiscal_due(need),
        machine=REFERRAL,
        words=OUTCOMES,
        labels=NEED_LABELS,
        referral_labels=REFERRAL_LABELS,
        **shown,
    )
