"""A household written down on a phone: three short steps, each kept as a draft on the server."""

import re
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.cases.forms.household import HEAD, ConfirmForm, HouseholdForm, MemberForm
from app.cases.models import Case, Draft
from app.cases.operations.drafts import content_of, discard_draft, leave_receipt, save_draft
from app.cases.operations.opening import NewHousehold, open_one
from app.cases.queries import HOUSEHOLD_FORM, WRITTEN_FORM, draft_by_key, drafts_of
from app.cases.views.room import Answer, blueprint, later
from app.core.answers import accepted
from app.core.clock import SHANGHAI, local_day
from app.core.errors import BadInput, Refusal
from app.core.guard import Desk, access
from app.core.messages import msg
from app.core.tokens import token
from app.policy import lists

_KEY = re.compile(r"[0-9A-Z]{32}")
_NOT_TYPED = ("csrf_token", "key", "part", "later")
MOST_MEMBERS = 20
Content = dict[str, Any]


@blueprint.route("/new", methods=("GET", "POST"))
@access("case.enter")
def new(desk: Desk) -> Answer:
    """Step 1 of a new household. The draft begins with the first thing that is typed."""
    if request.method == "POST":
        key = _key()
        if (written := _receipt(desk, key)) is not None:
            return _written(written)
        return _household_answer(desk, key, _keep_household(desk, key))
    others = drafts_of(desk.session, desk.actor, HOUSEHOLD_FORM)
    return _household_page(HouseholdForm(formdata=None), key=token(), others=len(others))


@blueprint.route("/new/<key>", methods=("GET", "POST"))
@access("draft.write", subject=draft_by_key)
def draft(desk: Desk, kept: Draft) -> Answer:
    if kept.form == WRITTEN_FORM:
        return _written(kept)
    if request.method == "POST":
        return _household_answer(desk, kept.subject, _keep_household(desk, kept.subject))
    content = content_of(kept)
    form = HouseholdForm(formdata=MultiDict(content.get("household", {})))
    return _household_page(form, key=kept.subject, kept=kept)


@blueprint.post("/new/keep")
@access("case.enter")
def keep(desk: Desk) -> str:
    """Whatever is on the page, unchecked: a lost signal loses nothing."""
    part, key = request.form.get("part", "household"), _key()
    if _receipt(desk, key) is not None:
        return str(_("这一户已经登记了，这里不再存草稿。"))
    if part == "household":
        _keep_household(desk, key)
    else:
        content = _content(desk, key)
        _save(desk, key, content | {"typing": _typed()})
    return str(_("草稿 %(at)s 已存", at=f"{desk.now.astimezone(SHANGHAI):%H:%M}"))


@blueprint.route("/new/<key>/members", methods=("GET", "POST"))
@access("draft.write", subject=draft_by_key)
def members(desk: Desk, kept: Draft) -> Answer:
    """Step 2: one person a page; `n` opens one who is on the list already."""
    if kept.form == WRITTEN_FORM:
        return _written(kept)
    content = content_of(kept)
    place = request.args.get("n", type=int)
    if request.method == "GET":
        return _members_page(kept, content, _member_form(content, place), place)
    form = MemberForm(formdata=request.form)
    _save(desk, kept.subject, content | {"typing": _typed()})
    if "later" in request.form:
        return later(url_for("cases.index"))
    if not accepted(form, lambda: _add_member(desk, kept, content, form, place)):
        return _members_page(kept, content, form, place), 422
    flash(_("记下了。还有人就接着写，写完了看一遍。"))
    return redirect(url_for("cases.members", key=kept.subject), 303)


@blueprint.post("/new/<key>/members/<int:place>/remove")
@access("draft.write", subject=draft_by_key)
def remove_member(desk: Desk, kept: Draft, place: int) -> Response:
    if kept.form == WRITTEN_FORM:
        return _written(kept)
    content = content_of(kept)
    listed = content.get("members", [])
    if place < len(listed):
        _save(desk, kept.subject, content | {"members": listed[:place] + listed[place + 1 :]})
        flash(_("从草稿里拿掉了。"))
    return redirect(url_for("cases.members", key=kept.subject), 303)


@blueprint.route("/new/<key>/review", methods=("GET", "POST"))
@access("draft.write", subject=draft_by_key)
def review(desk: Desk, kept: Draft) -> Answer:
    """Step 3: the whole of it once more, then it is written."""
    if kept.form == WRITTEN_FORM:
        return _written(kept)
    content, form = content_of(kept), ConfirmForm()
    faults = _faults(content)
    opened: list[Case] = []
    if (
        form.is_submitted()
        and not faults
        and accepted(form, lambda: opened.append(_open(desk, kept, content)))
    ):
        leave_receipt(desk.session, kept, opened[0])
        flash(_("登记好了。下一步：两个人入户核实。"))
        return redirect(url_for("cases.show", case_id=opened[0].id), 303)
    page = render_template(
        "cases/review.html",
        kept=kept,
        content=content,
        faults=faults,
        form=form,
        lists=lists,
        key=kept.subject,
    )
    return (page, 422) if form.is_submitted() else page


@blueprint.route("/new/<key>/discard", methods=("GET", "POST"))
@access("draft.write", subject=draft_by_key)
def discard(desk: Desk, kept: Draft) -> Answer:
    if kept.form == WRITTEN_FORM:
        return _written(kept)
    if request.method == "GET":
        return render_template("cases/discard.html", kept=kept, content=content_of(kept))
    discard_draft(desk.session, form=HOUSEHOLD_FORM, subject=kept.subject, actor=desk.actor)
    flash(_("草稿扔掉了，什么也没有登记。"))
    return redirect(url_for("cases.index"), 303)


def _receipt(desk: Desk, key: str) -> Draft | None:
    """What is left of one's own draft that was written already."""
    kept = draft_by_key(desk.session, key)
    own = kept is not None and kept.officer_id == desk.actor.account_id
    return kept if kept is not None and own and kept.form == WRITTEN_FORM else None


def _written(kept: Draft) -> Response:
    """It became a case already: there is where one goes."""
    return redirect(url_for("cases.show", case_id=content_of(kept)["case_id"]), 303)


def _key() -> str:
    """The draft's own name, made when the empty page was shown."""
    found = request.form.get("key", "")
    if not _KEY.fullmatch(found):
        abort(400)
    return found


def _typed() -> dict[str, str]:
    return {k: v for k, v in request.form.items() if k not in _NOT_TYPED}


def _content(desk: Desk, key: str) -> Content:
    kept = draft_by_key(desk.session, key)
    return content_of(kept) if kept is not None and kept.officer_id == desk.actor.account_id else {}


def _save(desk: Desk, key: str, content: Content) -> None:
    content.setdefault("area", desk.actor.area)
    save_draft(
        desk.session, form=HOUSEHOLD_FORM, subject=key, content=content, actor=desk.actor, now=desk.now
    )


def _keep_household(desk: Desk, key: str) -> Content:
    content = _content(desk, key) | {"household": _typed()}
    _save(desk, key, content)
    return content


def _household_answer(desk: Desk, key: str, content: Content) -> Answer:
    if "later" in request.form:
        return later(url_for("cases.index"))
    form = HouseholdForm()
    if not form.validate():
        return _household_page(form, key=key, kept=draft_by_key(desk.session, key)), 422
    done = bool(content.get("members"))
    return redirect(url_for("cases.review" if done else "cases.members", key=key), 303)


def _household_page(form: HouseholdForm, *, key: str, kept: Draft | None = None, others: int = 0) -> str:
    return render_template("cases/new.html", form=form, key=key, kept=kept, others=others)


def _member_form(content: Content, place: int | None) -> MemberForm:
    listed = content.get("members", [])
    if place is not None and place < len(listed):
        return MemberForm(formdata=MultiDict(listed[place]))
    if content.get("typing"):
        return MemberForm(formdata=MultiDict(content["typing"]))
    return MemberForm(formdata=None, relation=HEAD if not listed else "配偶")


def _members_page(kept: Draft, content: Content, form: MemberForm, place: int | None) -> str:
    return render_template(
        "cases/members.html",
        kept=kept,
        key=kept.subject,
        listed=content.get("members", []),
        form=form,
        place=place,
        head=HEAD,
    )


def _add_member(desk: Desk, kept: Draft, content: Content, form: MemberForm, place: int | None) -> None:
    listed = list(content.get("members", []))
    others = [m for n, m in enumerate(listed) if n != place]
    if not form.born_by(local_day(desk.now)):
        raise BadInput(msg("出生日期不能晚于今天。"), field="birth_date")
    if form.relation.data == HEAD and any(m["relation"] == HEAD for m in others):
        raise BadInput(msg("这户已经有一位户主了。请选和户主的关系。"), field="relation")
    if form.id_no.data and any(m.get("id_no") == form.id_no.data for m in others):
        raise BadInput(msg("这个身份证号已经写给家里另一个人了。"), field="id_no")
    if len(others) >= MOST_MEMBERS:
        raise BadInput(msg("一户最多记 {n} 个人。", n=MOST_MEMBERS), field="name")
    written = {name: str(field.data or "") for name, field in form._fields.items() if name != "csrf_token"}
    if place is not None and place < len(listed):
        listed[place] = written
    else:
        listed.append(written)
    _save(desk, kept.subject, content | {"members": listed, "typing": {}})


def _faults(content: Content) -> list[tuple[str, str]]:
    """What still keeps the draft from being written, each with the page that mends it."""
    found = []
    household = HouseholdForm(
        formdata=MultiDict(content.get("household", {"category": ""})), meta={"csrf": False}
    )
    if not household.validate():
        found.append((_("第 1 步还没有写完整。"), "cases.draft"))
    if sum(m.get("relation") == HEAD for m in content.get("members", [])) != 1:
        found.append((_("还没有写户主。一户有一位“本人”。"), "cases.members"))
    return found


def _open(desk: Desk, kept: Draft, content: Content) -> Case:
    """Raises BadInput as `open_one` does; the draft's own name keeps a second press from opening a second
    case."""
    if content["area"] != desk.actor.area:
        raise Refusal(msg("这份草稿是在另一个村写的。请换到那个岗位再登记。"))
    form = HouseholdForm(formdata=MultiDict(content["household"]), meta={"csrf": False})
    form.validate()
    people = [MemberForm(formdata=MultiDict(m), meta={"csrf": False}) for m in content["members"]]
    household = NewHousehold(
        household_ref=f"S-{kept.subject[:12]}",
        village_code=content["area"],
        category=form.category.data,
        address_detail=form.address_detail.data or "",
        phone=form.phone.data or "",
        monthly_income_fen=form.income_fen(),
        narrative=form.narrative.data or "",
        dibao_kind=form.dibao_kind.data,
        members=tuple(person.member(n) for n, person in enumerate(people, start=1)),
    )
    return open_one(desk.session, household, actor=desk.actor, now=desk.now)
