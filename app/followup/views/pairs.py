"""结对 in the office: the list, and one pairing from the household's answer to its end."""

from typing import Any

from flask import render_template
from flask_babel import gettext as _

from app.accounts.models.partners import CADENCE, ORGANISATION_KINDS, SKILLS
from app.accounts.models.verification import ITEMS as CHECKS
from app.cases.operations.consents import WRITTEN_BELOW, youngest_age
from app.core.answers import accepted
from app.core.clock import local_day
from app.core.guard import Desk, access
from app.followup.forms.pairs import AgreeForm, EndForm, MinutesForm, PlanForm
from app.followup.models import PairTie
from app.followup.operations import pairings
from app.followup.queries import moves_of, pair_by_id
from app.followup.queries.clocks import asking_ends, pair_clock
from app.followup.queries.lists import PAIR_SHOWS, pair_counts, pairs_page, visits_waiting
from app.followup.states import OFFICE_VISIT, PAIR, PAIR_LABELS, VISIT_LABELS
from app.followup.views.next_step import MOVES, PAIR_MOVES
from app.followup.views.room import Answer, asked, blueprint, go, number
from app.pairings.models import MOODS, VISIT_KINDS


@blueprint.get("/pairs")
@access("pair.list")
def pairs(desk: Desk) -> str:
    """Visits that wait for the village first, then the pairings."""
    show = asked("show", PAIR_SHOWS)
    page = pairs_page(desk.session, desk.actor, show=show, page=number())
    return render_template(
        "followup/pairs.html",
        page=page,
        rows=[(pair, pair_clock(pair, desk.now)) for pair in page.items],
        counts=pair_counts(desk.session, desk.actor),
        visits=visits_waiting(desk.session, desk.actor, desk.now),
        show=show,
        labels=PAIR_LABELS,
        cadences=CADENCE,
        visit_labels=VISIT_LABELS,
        visit_kinds=VISIT_KINDS,
    )


@blueprint.get("/pairs/<int:pair_id>")
@access("pair.read", subject=pair_by_id)
def pair(desk: Desk, pair: PairTie) -> str:
    return pair_page(desk, pair)


@blueprint.post("/pairs/<int:pair_id>/agree")
@access("pair.ask", subject=pair_by_id)
def agree(desk: Desk, pair: PairTie) -> Answer:
    form = AgreeForm(prefix="agree")

    def act() -> None:
        pairings.record_answer(desk.session, pair, form.answer(), actor=desk.actor, now=desk.now)

    if not accepted(form, act):
        return pair_page(desk, pair, agree_form=form), 422
    return go("pair", _("记下了，家里愿意。县里来定计划。"), pair_id=pair.id)


@blueprint.post("/pairs/<int:pair_id>/decline")
@access("pair.ask", subject=pair_by_id)
def decline(desk: Desk, pair: PairTie) -> Answer:
    """No reason is asked, and nothing else changes for the household (I-40)."""
    no = pairings.Answer(False)
    pairings.record_answer(desk.session, pair, no, actor=desk.actor, now=desk.now)
    told = _("记下了。对方只会知道“本次未能结对”，不影响这户别的帮扶。")
    return go("pair", told, pair_id=pair.id)


@blueprint.post("/pairs/<int:pair_id>/activate")
@access("pair.activate", subject=pair_by_id)
def activate(desk: Desk, pair: PairTie) -> Answer:
    form = PlanForm(prefix="plan")

    def act() -> None:
        pairings.activate(desk.session, pair, form.plan(), actor=desk.actor, now=desk.now)

    if not accepted(form, act):
        return pair_page(desk, pair, plan_form=form), 422
    return go("pair", _("结对开始了。对方现在能看到联系人和第一次见面的日子。"), pair_id=pair.id)


@blueprint.post("/pairs/<int:pair_id>/end")
@access("pair.end", subject=pair_by_id)
def end(desk: Desk, pair: PairTie) -> Answer:
    form = EndForm(prefix="end")

    def act() -> None:
        pairings.end_pair(
            desk.session,
            pair,
            met=form.how.data == "met",
            reason=form.reason.data or "",
            actor=desk.actor,
            now=desk.now,
        )

    if not accepted(form, act):
        return pair_page(desk, pair, end_form=form), 422
    met = form.how.data == "met"
    told = _("记下了，请村里或乡镇问家里确认。") if met else _("结束了。联系方式对方已经看不到了。")
    return go("pair", told, pair_id=pair.id)


@blueprint.post("/pairs/<int:pair_id>/stop")
@access("pair.ask", subject=pair_by_id)
def stop(desk: Desk, pair: PairTie) -> Answer:
    """The household wants to stop; nobody asks why."""
    pairings.stop_for_household(desk.session, pair, actor=desk.actor, now=desk.now)
    return go("pair", _("停下了。约好的来访都取消，联系方式对方已经看不到。"), pair_id=pair.id)


@blueprint.post("/pairs/<int:pair_id>/confirm")
@access("tie.confirm", subject=pair_by_id)
def confirm_goal(desk: Desk, pair: PairTie) -> Answer:
    pairings.confirm_goal(desk.session, pair, actor=desk.actor, now=desk.now)
    return go("pair", _("写回户档案了。这一项已实现。"), pair_id=pair.id)


def pair_page(desk: Desk, pair: PairTie, **forms: Any) -> str:
    """`minutes_form` comes with the visit it belongs to, as `minutes_visit`."""
    youngest = youngest_age(pair.case, local_day(desk.now)) if pair.minor else None
    return render_template(
        "followup/pair.html",
        pair=pair,
        need=pair.need,
        clock=pair_clock(pair, desk.now),
        asking_ends=asking_ends(pair),
        machine=PAIR,
        visit_machine=OFFICE_VISIT,
        labels=PAIR_LABELS,
        visit_labels=VISIT_LABELS,
        visit_kinds=VISIT_KINDS,
        moods=MOODS,
        skill_words="、".join(SKILLS.get(code, code) for code in pair.donor_skills),
        cadences=CADENCE,
        donor_kinds={"volunteer": _("志愿者"), **ORGANISATION_KINDS},
        checks=CHECKS,
        written=youngest is not None and youngest < WRITTEN_BELOW,
        moves=moves_of(desk.session, "pair_tie", pair.id),
        move_words={**MOVES, **PAIR_MOVES},
        **{**_blank_forms(pair), **forms},
    )


def _blank_forms(pair: PairTie) -> dict[str, Any]:
    capacity, method = ("guardian", "paper") if pair.minor else (None, None)
    return {
        "agree_form": AgreeForm(prefix="agree", formdata=None, capacity=capacity, method=method),
        "plan_form": _plan_form(pair),
        "end_form": EndForm(prefix="end", formdata=None),
        "minutes_form": MinutesForm(prefix="visit", formdata=None),
        "minutes_visit": None,
    }


def _plan_form(pair: PairTie) -> PlanForm:
    return PlanForm(prefix="plan", formdata=None, cadence=pair.cadence, contacts_min=12, visits_min=4)
