"""A household put right while it is with the village: its facts, its people, who has moved away."""

from typing import Any

from flask import render_template
from flask_babel import gettext as _

from app.cases.forms.household import AmendForm, LaterMemberForm, WhereaboutsForm
from app.cases.models import Case, Member
from app.cases.operations import amending
from app.cases.queries import IN_THE_VILLAGE, case_by_id
from app.cases.states import ENDED, CaseState
from app.cases.views.room import Answer, back, blueprint, expect, unchanged
from app.core.answers import accepted
from app.core.clock import local_day
from app.core.errors import BadInput, NotFound
from app.core.guard import Desk, access
from app.core.messages import msg

_OF_A_PERSON = (
    "relation",
    "name",
    "id_no",
    "birth_date",
    "sex",
    "disability_type",
    "disease_code",
    "school_stage",
    "employment",
    "status",
)
CONDITIONS = ("cond_a", "cond_b", "cond_c", "cond_d", "supporter_check")


@blueprint.route("/<int:case_id>/amend", methods=("GET", "POST"))
@access("case.check", subject=case_by_id)
def amend(desk: Desk, case: Case) -> Answer:
    expect(case, *IN_THE_VILLAGE)
    unchanged(case)
    form = AmendForm(data=_written(case))
    if not case.home_checks:
        for name in CONDITIONS:
            del form[name]
    if form.is_submitted() and accepted(form, lambda: _amend(desk, case, form)):
        return back(case, _("改好了，改了哪几项记在档案里。"))
    page = render_template("cases/amend.html", case=case, form=form, conditions=CONDITIONS)
    return (page, 422) if form.is_submitted() else page


def _written(case: Case) -> dict[str, Any]:
    home, fen = case.household, case.household.monthly_income_fen
    yuan = "" if fen is None else f"{fen / 100:.2f}".removesuffix(".00")
    return {
        "category": case.category,
        "narrative": case.narrative,
        "dibao_kind": home.dibao_kind,
        "monthly_income": yuan,
        "phone": home.phone,
        "address_detail": home.address_detail,
        **{name: getattr(case, name) for name in CONDITIONS},
    }


def _amend(desk: Desk, case: Case, form: AmendForm) -> None:
    amending.amend_household(desk.session, case, form.facts(), actor=desk.actor, now=desk.now)


@blueprint.route("/<int:case_id>/members/new", methods=("GET", "POST"))
@access("case.check", subject=case_by_id)
def new_member(desk: Desk, case: Case) -> Answer:
    expect(case, *IN_THE_VILLAGE)
    form = LaterMemberForm(relation="其他")

    def act() -> None:
        _born_by_today(desk, form)
        amending.add_member(desk.session, case, form.member(0), actor=desk.actor, now=desk.now)

    if form.is_submitted() and accepted(form, act):
        return back(case, _("补记了一位。"))
    return _member_page(case, None, form)


@blueprint.route("/<int:case_id>/members/<int:member_id>", methods=("GET", "POST"))
@access("case.check", subject=case_by_id)
def member(desk: Desk, case: Case, member_id: int) -> Answer:
    """All of a person while the case is with the village; afterwards only whether they still live there."""
    found = next((m for m in case.household.members if m.id == member_id), None)
    if found is None:
        raise NotFound
    if case.state not in IN_THE_VILLAGE:
        return _whereabouts(desk, case, found)
    unchanged(case)
    form = LaterMemberForm(data=_of(found))

    def act() -> None:
        _born_by_today(desk, form)
        amending.amend_member(desk.session, case, found, form.member(0), actor=desk.actor, now=desk.now)
        _set(desk, case, found, form.status.data)

    if form.is_submitted() and accepted(form, act):
        return back(case, _("改好了。"))
    return _member_page(case, found, form)


def _whereabouts(desk: Desk, case: Case, found: Member) -> Answer:
    expect(case, *(s for s in CaseState if s not in ENDED))
    form = WhereaboutsForm(data={"status": found.status})

    if form.is_submitted() and accepted(form, lambda: _set(desk, case, found, form.status.data)):
        return back(case, _("改好了。"))
    return _member_page(case, found, form)


def _set(desk: Desk, case: Case, found: Member, status: str) -> None:
    amending.set_whereabouts(desk.session, case, found, status, actor=desk.actor, now=desk.now)


def _of(found: Member) -> dict[str, Any]:
    grade = str(found.disability_grade) if found.disability_grade else ""
    return {name: getattr(found, name) or "" for name in _OF_A_PERSON} | {"disability_grade": grade}


def _born_by_today(desk: Desk, form: LaterMemberForm) -> None:
    if not form.born_by(local_day(desk.now)):
        raise BadInput(msg("出生日期不能晚于今天。"), field="birth_date")


def _member_page(case: Case, found: Member | None, form: Any) -> Answer:
    page = render_template("cases/member.html", case=case, member=found, form=form)
    return (page, 422) if form.is_submitted() else page
