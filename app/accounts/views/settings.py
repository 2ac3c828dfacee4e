"""我的设置 (public side): password, where one is signed in, phone and skills, how long the checks hold."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask import session as cookie
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.forms.settings import PasswordForm, contact_form
from app.accounts.models.verification import ITEMS
from app.accounts.operations import own
from app.accounts.operations.partners import Partner
from app.accounts.queries.partners import partner_of
from app.accounts.queries.sessions import open_sessions_of
from app.core.answers import accepted
from app.core.clock import local_day
from app.core.errors import NotFound
from app.core.guard import COOKIE_KEY, Desk, access
from app.core.tokens import digest

blueprint = Blueprint("settings", __name__, url_prefix="/my/settings")
SHOWN = 10
Answer = str | Response | tuple[str, int]


@blueprint.get("")
@access("partner.home")
def show(desk: Desk) -> str:
    return _page(desk)


@blueprint.post("/password")
@access("partner.home")
def password(desk: Desk) -> Answer:
    form = PasswordForm()
    if not form.validate_on_submit():
        return _page(desk, password=form), 422
    if not own.is_password_of(desk.session, actor=desk.actor, password=form.old.data, now=desk.now):
        form.old.errors = [_("现在的密码不对。连错 5 次，账号会停 15 分钟。")]
        return _page(desk, password=form), 422

    def act() -> None:
        own.change_password(
            desk.session,
            old=form.old.data,
            new=form.password.data,
            keep=cookie.get(COOKIE_KEY, ""),
            actor=desk.actor,
            now=desk.now,
        )

    if not accepted(form, act):
        return _page(desk, password=form), 422
    flash(_("密码改好了，别处的登录都退出了。"))
    return redirect(url_for("settings.show"), 303)


@blueprint.post("/contact")
@access("partner.home")
def contact(desk: Desk) -> Answer:
    partner = _own(desk)
    form = contact_form(partner.partner_kind)

    def act() -> None:
        own.change_contact(desk.session, partner, form.contact_given(), actor=desk.actor, now=desk.now)

    if not accepted(form, act):
        return _page(desk, contact=form), 422
    flash(_("记下了。"))
    return redirect(url_for("settings.show"), 303)


@blueprint.post("/sign-out")
@access("partner.home")
def sign_out(desk: Desk) -> Response:
    own.sign_out_everywhere(desk.session, actor=desk.actor, now=desk.now)
    cookie.clear()
    flash(_("每一处都退出了。要用，请再登录。"))
    return redirect(url_for("login.form"), 303)


def _own(desk: Desk) -> Partner:
    partner = partner_of(desk.session, desk.actor)
    if partner is None:
        raise NotFound
    return partner


def _page(desk: Desk, *, password: PasswordForm | None = None, contact: Any = None) -> str:
    partner, today = _own(desk), local_day(desk.now)
    here = digest(cookie.get(COOKIE_KEY, ""))
    signed_in = open_sessions_of(desk.session, desk.actor.account_id)
    return render_template(
        "accounts/settings.html",
        partner=partner,
        verified=partner.is_verified(today),
        days_left=(partner.valid_to - today).days if partner.valid_to is not None else None,
        checks=[(ITEMS[i], partner.checks[i], partner.has_check(i, today)) for i in sorted(partner.checks)],
        signed_in=sorted(((s, s.token_hash == here) for s in signed_in), key=lambda pair: not pair[1])[
            :SHOWN
        ],
        password=password or PasswordForm(formdata=None),
        contact=contact or contact_form(partner.partner_kind, formdata=None, obj=partner),
    )
