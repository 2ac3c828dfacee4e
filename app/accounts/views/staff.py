"""Staff accounts, posts and units, for the platform's administrator alone."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.forms.staff import (
    UNIT_KIND_LABELS,
    EndPostForm,
    OfficerForm,
    PasswordForm,
    PostForm,
    UnitForm,
)
from app.accounts.models.office import Officer, Post
from app.accounts.operations import staff
from app.accounts.operations.officers import NewOfficer, give_post, make_officer, make_unit
from app.accounts.queries.staff import STATES, all_units, is_over, last_seen, officer_by_id, officers_page
from app.core.answers import accepted
from app.core.clock import local_day
from app.core.errors import BadInput, NotFound
from app.core.guard import Desk, access
from app.core.messages import msg
from app.policy.actors import AREA_DIGITS, OFFICE_ROLES, Role
from app.policy.regions import counties, region_in_words

blueprint = Blueprint("staff", __name__, url_prefix="/staff")
Answer = str | Response | tuple[str, int]
LEVELS = {6: "县", 9: "乡镇（街道）", 12: "村（社区）"}


@dataclass(frozen=True)
class Asked:
    """The filters of the address, each a known value or blank."""

    q: str = ""
    role: str = ""
    county: str = ""
    state: str = ""


@blueprint.get("/")
@access("account.read")
def index(desk: Desk) -> str:
    asked = _asked()
    page = officers_page(
        desk.session,
        q=asked.q,
        role=asked.role,
        county=asked.county,
        state=asked.state,
        now=desk.now,
        page=request.args.get("page", 1, type=int),
    )
    return render_template(
        "accounts/staff.html",
        page=page,
        asked=asked,
        roles=OFFICE_ROLES,
        counties=counties(),
        over=lambda post: is_over(post, local_day(desk.now)),
    )


def _asked() -> Asked:
    def known(name: str, values: set[str]) -> str:
        given = request.args.get(name, "")
        return given if given in values else ""

    return Asked(
        q=request.args.get("q", "").strip()[:40],
        role=known("role", {r.value for r in OFFICE_ROLES}),
        county=known("county", {c.code for c in counties()}),
        state=known("state", set(STATES)),
    )


@blueprint.route("/new", methods=("GET", "POST"))
@access("account.make")
def new(desk: Desk) -> Answer:
    form = OfficerForm()
    made: list[Officer] = []

    def act() -> None:
        wanted = NewOfficer(
            login=form.login.data,
            password=form.password.data,
            role=Role(form.role.data),
            display_name=form.name.data,
            scope=_scope(form),
            unit=form.unit.data or "",
            person_id_no=form.id_no.data or "",
        )
        made.append(make_officer(desk.session, wanted, actor=desk.actor, now=desk.now))

    if form.is_submitted() and accepted(form, act):
        flash(_("账号开好了。把登录名和密码当面告诉本人。"))
        return redirect(url_for("staff.show", officer_id=made[0].id), 303)
    page = render_template("accounts/staff_new.html", form=form, units=all_units(desk.session))
    return (page, 422) if form.is_submitted() else page


@blueprint.get("/<int:officer_id>")
@access("account.read", subject=officer_by_id)
def show(desk: Desk, officer: Officer) -> str:
    return _page(desk, officer)


@blueprint.post("/<int:officer_id>/posts")
@access("account.make", subject=officer_by_id)
def add_post(desk: Desk, officer: Officer) -> Answer:
    form = PostForm()

    def act() -> None:
        give_post(
            desk.session,
            officer,
            role=Role(form.role.data),
            scope=_scope(form),
            unit=form.unit.data or "",
            actor=desk.actor,
            now=desk.now,
        )

    if not accepted(form, act):
        return _page(desk, officer, post_form=form), 422
    return _back(officer, _("加了一个岗位，下次登录就能选。"))


@blueprint.post("/<int:officer_id>/posts/<int:post_id>/end")
@access("account.make", subject=officer_by_id)
def end_post(desk: Desk, officer: Officer, post_id: int) -> Answer:
    post = _post_of(officer, post_id)
    form = EndPostForm(prefix=f"post{post.id}")

    def act() -> None:
        staff.end_post(desk.session, post, last_day=form.last_day.data, actor=desk.actor, now=desk.now)

    if not accepted(form, act):
        return _page(desk, officer, end_forms={post.id: form}), 422
    return _back(officer, _("记下了，过了那天这个岗位就进不来了。"))


@blueprint.post("/<int:officer_id>/unlock")
@access("account.make", subject=officer_by_id)
def unlock(desk: Desk, officer: Officer) -> Response:
    staff.unlock(desk.session, officer, actor=desk.actor, now=desk.now)
    return _back(officer, _("解锁了，现在可以再登录。"))


@blueprint.post("/<int:officer_id>/password")
@access("account.make", subject=officer_by_id)
def password(desk: Desk, officer: Officer) -> Answer:
    form = PasswordForm(prefix="pw")

    def act() -> None:
        staff.reset_password(
            desk.session, officer, password=form.password.data, actor=desk.actor, now=desk.now
        )

    if not accepted(form, act):
        return _page(desk, officer, password_form=form), 422
    return _back(officer, _("密码换好了，他在别处的登录都退出了。"))


@blueprint.post("/<int:officer_id>/stop")
@access("account.make", subject=officer_by_id)
def stop(desk: Desk, officer: Officer) -> Response:
    staff.stop_account(desk.session, officer, actor=desk.actor, now=desk.now)
    return _back(officer, _("账号停了，在别处的登录也退出了。"))


@blueprint.post("/<int:officer_id>/resume")
@access("account.make", subject=officer_by_id)
def resume(desk: Desk, officer: Officer) -> Response:
    staff.let_in_again(desk.session, officer, actor=desk.actor, now=desk.now)
    return _back(officer, _("账号又能用了。"))


@blueprint.route("/units", methods=("GET", "POST"))
@access("account.make")
def units(desk: Desk) -> Answer:
    form = UnitForm()

    def act() -> None:
        make_unit(
            desk.session,
            name=form.name.data,
            kind=form.kind.data,
            region_code=form.county.data,
            actions=tuple(int(n) for n in form.actions.data or ()),
            safeguarding=form.safeguarding.data,
            finance=form.finance.data,
            actor=desk.actor,
            now=desk.now,
        )

    if form.is_submitted() and accepted(form, act):
        flash(_("单位建好了。"))
        return redirect(url_for("staff.units"), 303)
    page = render_template(
        "accounts/staff_units.html", form=form, units=all_units(desk.session), kinds=UNIT_KIND_LABELS
    )
    return (page, 422) if form.is_submitted() else page


def _scope(form: PostForm) -> str:
    """The region code of what was typed. Raises BadInput for an unknown place, or one of another level."""
    digits = AREA_DIGITS.get(Role(form.role.data))
    if digits is None:
        return ""
    place = region_in_words(form.place.data or "")
    if place is None:
        raise BadInput(msg("找不到这个地方。从县写起，用空格隔开，例如：红寺堡区 红寺堡镇。"), field="place")
    if len(place.code) != digits:
        raise BadInput(msg("这个岗位要写到{level}，不多不少。", level=LEVELS[digits]), field="place")
    return place.code


def _post_of(officer: Officer, post_id: int) -> Post:
    found = next((p for p in officer.posts if p.id == post_id), None)
    if found is None:
        raise NotFound
    return found


def _back(officer: Officer, said: str) -> Response:
    flash(said)
    return redirect(url_for("staff.show", officer_id=officer.id), 303)


def _page(
    desk: Desk,
    officer: Officer,
    *,
    post_form: PostForm | None = None,
    password_form: PasswordForm | None = None,
    end_forms: dict[int, EndPostForm] | None = None,
) -> str:
    day = local_day(desk.now)
    running = [p for p in officer.posts if not is_over(p, day)]
    fresh = {p.id: EndPostForm(prefix=f"post{p.id}", formdata=None) for p in running}
    return render_template(
        "accounts/staff_one.html",
        officer=officer,
        running=running,
        over=[p for p in officer.posts if is_over(p, day)],
        locked=officer.status == "locked" or (officer.locked_until or desk.now) > desk.now,
        seen=last_seen(desk.session, officer),
        units=all_units(desk.session),
        post_form=post_form or PostForm(formdata=None),
        password_form=password_form or PasswordForm(prefix="pw", formdata=None),
        end_forms=fresh | (end_forms or {}),
    )
