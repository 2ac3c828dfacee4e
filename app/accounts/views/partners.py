"""Registering, and one's own profile (public side)."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.forms.partners import papers_form, profile_form, registration_form
from app.accounts.models.partners import ORGANISATION_KINDS, PAPERS, SKILLS, TIMES
from app.accounts.models.verification import ITEMS
from app.accounts.operations.papers import Paper
from app.accounts.operations.partners import Partner, add_papers, register, resubmit
from app.accounts.operations.signing import open_public_session
from app.accounts.queries.partners import partner_of
from app.accounts.queries.sessions import donor_by_login
from app.accounts.states import PARTNER_LABELS, SENT_AGAIN, PartnerState
from app.core.answers import accepted
from app.core.clock import local_day
from app.core.errors import NotFound
from app.core.guard import Desk, access, sign_cookie

blueprint = Blueprint("partners", __name__)
Answer = str | Response | tuple[str, int]
KINDS = {"volunteer": "志愿者", **ORGANISATION_KINDS}


@blueprint.get("/register")
@access("partner.register")
def choose(desk: Desk) -> str:
    return render_template("accounts/register.html", kinds=KINDS)


@blueprint.get("/register/<kind>")
@access("partner.register")
def new(desk: Desk, kind: str) -> str:
    return _registration(kind, _form_of(kind))


@blueprint.post("/register/<kind>")
@access("partner.register")
def create(desk: Desk, kind: str) -> Answer:
    form = _form_of(kind)

    def act() -> None:
        register(
            desk.session, form.profile(), login=form.login.data, password=form.password.data, now=desk.now
        )

    if not accepted(form, act):
        return _registration(kind, form), 422
    account = donor_by_login(desk.session, form.login.data)
    if account is None:
        raise NotFound
    sign_cookie(open_public_session(desk.session, account, now=desk.now))
    flash(_("登记好了，材料已经交到县里。核验一般要几个工作日，这里会显示结果。"))
    return redirect("/my", 303)


@blueprint.get("/my/profile")
@access("partner.home")
def profile(desk: Desk) -> str:
    return _profile(desk)


@blueprint.post("/my/profile")
@access("partner.home")
def send_again(desk: Desk) -> Answer:
    """After a return or an expiry."""
    partner = _own(desk)
    form = profile_form(partner.partner_kind)()

    def act() -> None:
        resubmit(desk.session, partner, form.profile(), actor=desk.actor, now=desk.now)

    if not accepted(form, act):
        return _profile(desk, form=form), 422
    flash(_("又交了一次，等县里核验。"))
    return redirect(url_for("partners.profile"), 303)


@blueprint.post("/my/profile/papers")
@access("partner.home")
def add(desk: Desk) -> Answer:
    """One proof more, while what stands goes on standing."""
    partner = _own(desk)
    form = papers_form(partner.partner_kind)()

    def act() -> None:
        files = [
            (name.removeprefix("paper_"), f.data) for name, f in form._fields.items() if f.type == "FileField"
        ]
        papers = [
            Paper(item, upload.filename, upload.read())
            for item, upload in files
            if upload and upload.filename
        ]
        add_papers(desk.session, partner, papers, actor=desk.actor, now=desk.now)

    if not accepted(form, act):
        return _profile(desk, more=form), 422
    flash(_("材料交上去了，等县里核验。"))
    return redirect(url_for("partners.profile"), 303)


def _form_of(kind: str) -> Any:
    if kind not in PAPERS:
        raise NotFound
    return registration_form(kind)()


def _registration(kind: str, form: Any) -> str:
    return render_template("accounts/registration.html", kind=kind, kind_name=KINDS[kind], form=form)


def _own(desk: Desk) -> Partner:
    partner = partner_of(desk.session, desk.actor)
    if partner is None:
        raise NotFound
    return partner


def _profile(desk: Desk, *, form: Any = None, more: Any = None) -> str:
    partner = _own(desk)
    again, today = partner.state in SENT_AGAIN, local_day(desk.now)
    return render_template(
        "accounts/profile.html",
        partner=partner,
        kind_name=KINDS[partner.partner_kind],
        state_name=PARTNER_LABELS[PartnerState(partner.state)],
        checks=[(ITEMS[i], i, partner.has_check(i, today)) for i in sorted(partner.checks)],
        form=form or (_filled(partner) if again else None),
        more=more
        or (papers_form(partner.partner_kind)() if partner.state == PartnerState.VERIFIED else None),
        skills=[SKILLS[s] for s in getattr(partner, "skills", []) if s in SKILLS],
        times=[TIMES[t] for t in getattr(partner, "times", []) if t in TIMES],
        days_left=(partner.valid_to - today).days if partner.valid_to is not None else None,
    )


def _filled(partner: Partner) -> Any:
    known = {"name": getattr(partner, "real_name", None)} if partner.partner_kind == "volunteer" else {}
    return profile_form(partner.partner_kind)(obj=partner, data=known)
