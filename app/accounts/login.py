"""Sign-in on both sides: two cookies, two pages, never one account for both."""

import logging
from datetime import datetime
from urllib.parse import urlsplit

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask import session as cookie
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.accounts.models.office import Officer
from app.accounts.models.public import DonorAccount
from app.accounts.operations.signing import (
    check_donor,
    check_officer,
    choose_post,
    close_session,
    open_office_session,
    open_public_session,
)
from app.accounts.queries.sessions import (
    donor_actor_of,
    donor_by_login,
    live_office_session,
    live_public_session,
    office_actor_of,
    officer_by_login,
    valid_posts,
)
from app.core.clock import local_day
from app.core.errors import NotFound
from app.core.guard import COOKIE_KEY, Desk, Door, access, sign_cookie
from app.core.house import House

log = logging.getLogger(__name__)
ELDER_SECONDS = 365 * 24 * 3600
office = Blueprint("login", __name__)
public = Blueprint("login", __name__)


def office_door(house: House) -> Door:
    return Door(house, house.need_office(), office_actor_of, _touch_office, "login.form")


def public_door(house: House) -> Door:
    return Door(house, house.public, donor_actor_of, _touch_public, "login.form")


@office.get("/login")
@access("session.open")
def form(desk: Desk) -> str:
    return _page(desk, "accounts/office_login.html")


@public.get("/login", endpoint="form")
@access("session.open")
def public_form(desk: Desk) -> str:
    return _page(desk, "accounts/public_login.html")


@office.post("/login")
@access("session.open")
def enter(desk: Desk) -> Response | tuple[str, int]:
    login, password = request.form.get("login", "").strip(), request.form.get("password", "")
    officer = check_officer(desk.session, login=login, password=password, now=desk.now)
    if officer is None:
        return _refused(desk, "accounts/office_login.html", login)
    sign_cookie(open_office_session(desk.session, officer, now=desk.now))
    return redirect(_after(desk, officer), 303)


@public.post("/login", endpoint="enter")
@access("session.open")
def public_enter(desk: Desk) -> Response | tuple[str, int]:
    login, password = request.form.get("login", "").strip(), request.form.get("password", "")
    account = check_donor(desk.session, login=login, password=password, now=desk.now)
    if account is None:
        return _refused(desk, "accounts/public_login.html", login)
    sign_cookie(open_public_session(desk.session, account, now=desk.now))
    return redirect(_onward() or "/my", 303)


@office.post("/login/demo")
@access("session.open")
def demo(desk: Desk) -> Response:
    officer = officer_by_login(desk.session, request.form.get("login", ""))
    if not _demo_allowed() or officer is None or not officer.is_demo:
        raise NotFound
    sign_cookie(open_office_session(desk.session, officer, now=desk.now))
    return redirect(_after(desk, officer), 303)


@public.post("/login/demo", endpoint="demo")
@access("session.open")
def public_demo(desk: Desk) -> Response:
    account = donor_by_login(desk.session, request.form.get("login", ""))
    if not _demo_allowed() or account is None or not account.is_demo:
        raise NotFound
    sign_cookie(open_public_session(desk.session, account, now=desk.now))
    return redirect(_onward() or "/my", 303)


@office.get("/post")
@access("session.open")
def posts(desk: Desk) -> str:
    return render_template("accounts/posts.html", posts=_posts_of(desk))


@office.post("/post")
@access("session.open")
def choose(desk: Desk) -> Response:
    post_id = request.form.get("post", type=int) or 0
    choose_post(desk.session, secret=cookie.get(COOKIE_KEY, ""), post_id=post_id, now=desk.now)
    return redirect(_onward() or "/office/", 303)


@office.get("/elder")
@access("session.open")
def elder(desk: Desk) -> Response:
    """Turns the large view on or off for this browser, and leads back to the page it was asked for on."""
    answer = redirect(_onward() or "/office/", 303)
    value = "0" if request.cookies.get("elder") == "1" else "1"
    answer.set_cookie("elder", value, max_age=ELDER_SECONDS, samesite="Lax", path="/")
    return answer


@office.post("/logout")
@access("session.open")
def leave(desk: Desk) -> Response:
    close_session(desk.session, secret=cookie.get(COOKIE_KEY, ""), now=desk.now)
    cookie.clear()
    return redirect(url_for("login.form"), 303)


@public.post("/logout", endpoint="leave")
@access("session.open")
def public_leave(desk: Desk) -> Response:
    close_session(desk.session, secret=cookie.get(COOKIE_KEY, ""), now=desk.now)
    cookie.clear()
    return redirect("/", 303)


def _page(desk: Desk, template: str, *, login: str = "", wrong: bool = False) -> str:
    return render_template(
        template, login=login, wrong=wrong, onward=_onward() or "", demo_accounts=_demo_accounts(desk)
    )


def _refused(desk: Desk, template: str, login: str) -> tuple[str, int]:
    log.info("sign_in_refused")
    return _page(desk, template, login=login, wrong=True), 422


def _after(desk: Desk, officer: Officer) -> str:
    many = len(valid_posts(officer, local_day(desk.now))) > 1
    return url_for("login.posts", next=_onward()) if many else (_onward() or "/office/")


def _onward() -> str | None:
    """Where to go next: only a path of our own."""
    path = request.values.get("next", "")
    parts = urlsplit(path)
    own = (
        path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    )
    return path if own else None


def _posts_of(desk: Desk) -> list[object]:
    found = live_office_session(desk.session, cookie.get(COOKIE_KEY, ""), desk.now)
    if found is None:
        raise NotFound
    return list(valid_posts(desk.session.get_one(Officer, found.account_id), local_day(desk.now)))


def _demo_allowed() -> bool:
    return bool(current_app.extensions["settings"].demo)


def _demo_accounts(desk: Desk) -> list[Officer] | list[DonorAccount]:
    if not _demo_allowed():
        return []
    if desk.db.wing == "office":
        return list(
            desk.session.scalars(select(Officer).where(Officer.is_demo).order_by(Officer.id)).unique()
        )
    return list(
        desk.session.scalars(select(DonorAccount).where(DonorAccount.is_demo).order_by(DonorAccount.id))
    )


def _touch_office(session: Session, secret: str, now: datetime) -> None:
    found = live_office_session(session, secret, now)
    if found is not None:
        found.seen_at = now


def _touch_public(session: Session, secret: str, now: datetime) -> None:
    found = live_public_session(session, secret, now)
    if found is not None:
        found.seen_at = now


OFFICE = (office,)
PUBLIC = (public,)
