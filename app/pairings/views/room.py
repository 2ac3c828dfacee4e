"""The space of one pairing: the next contact first, then the plan, the sentence, and a way to stop."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.models.partners import CADENCE
from app.core.answers import accepted
from app.core.clock import SHANGHAI, local_day
from app.core.guard import Desk, access
from app.pairings.forms import LogForm, PlanForm
from app.pairings.models import MOODS, VISIT_KINDS, Pairing, Visit
from app.pairings.operations import rhythm
from app.pairings.operations.pairing import stop
from app.pairings.operations.visits import LONGEST, keep_draft, log_visit, plan_visit
from app.pairings.queries import moves_of, pairing_by_ref, visit_by_ref
from app.pairings.states import (
    COMING,
    LOG_WITHIN,
    OPEN,
    PAIRING_LABELS,
    VISIT_LABELS,
    PairingState,
    VisitState,
)

blueprint = Blueprint("pairings", __name__)
Answer = str | Response | tuple[str, int]
_STORY = {
    "begin": "你愿意结这个对子",
    "agree": "家里也愿意",
    "activate": "结对开始",
    "decline": "这次没有结成",
    "stop": "你停下了",
    "end": "结对结束",
}


@dataclass(frozen=True)
class Past:
    """One line of what was."""

    at: datetime
    title: str
    text: str = ""


@blueprint.get("/my/pairings/<pairing_ref>")
@access("pairing.read", subject=pairing_by_ref)
def room(desk: Desk, pairing: Pairing) -> str:
    return _room(desk, pairing)


@blueprint.get("/my/pairings/<pairing_ref>/plan")
@access("visit.plan", subject=pairing_by_ref)
def plan(desk: Desk, pairing: Pairing) -> Answer:
    if pairing.state != PairingState.ACTIVE:
        return _back(pairing)
    ahead = rhythm.next_contact(pairing, desk.now)
    day = max(local_day(desk.now), ahead.due_on if ahead is not None else local_day(desk.now))
    return _plan_page(desk, pairing, PlanForm(formdata=None, planned_at=day, adults_n=pairing.adults_min))


@blueprint.post("/my/pairings/<pairing_ref>/plan")
@access("visit.plan", subject=pairing_by_ref)
def make_plan(desk: Desk, pairing: Pairing) -> Answer:
    form = PlanForm()

    def act() -> None:
        plan_visit(
            desk.session,
            pairing,
            planned_at=form.moment(),
            kind=form.kind.data,
            adults_n=form.adults_n.data,
            actor=desk.actor,
            now=desk.now,
        )

    if not accepted(form, act):
        return _plan_page(desk, pairing, form), 422
    flash(_("问村里了。家里方便的话，联系人会应下来，这里看得到。"))
    return _back(pairing)


@blueprint.post("/my/visits/<visit_ref>/log")
@access("visit.log", subject=visit_by_ref)
def log(desk: Desk, visit: Visit) -> Answer:
    form = LogForm()
    if not accepted(form, lambda: log_visit(desk.session, visit, form.log(), actor=desk.actor, now=desk.now)):
        return _room(desk, visit.pairing, writing=visit, form=form), 422
    flash(_("记下了。村里确认以后，时长就算数。"))
    return _back(visit.pairing)


@blueprint.post("/my/visits/<visit_ref>/draft")
@access("visit.log", subject=visit_by_ref)
def draft(desk: Desk, visit: Visit) -> str:
    """What the page keeps by itself while somebody writes."""
    sentence = request.form.get("sentence", "")
    keep_draft(desk.session, visit, sentence=sentence, actor=desk.actor, now=desk.now)
    return str(_("草稿 %(t)s 已存", t=desk.now.astimezone(SHANGHAI).strftime("%H:%M")))


@blueprint.get("/my/pairings/<pairing_ref>/stop")
@access("pairing.read", subject=pairing_by_ref)
def ask_stop(desk: Desk, pairing: Pairing) -> Answer:
    if pairing.state not in OPEN:
        return _back(pairing)
    return render_template("pairings/stop.html", pairing=pairing, coming=_coming(pairing))


@blueprint.post("/my/pairings/<pairing_ref>/stop")
@access("pairing.stop", subject=pairing_by_ref)
def stop_it(desk: Desk, pairing: Pairing) -> Response:
    stop(desk.session, pairing, actor=desk.actor, now=desk.now)
    flash(_("停下了。约好的都取消了，村里的同志会去说，社工会接上。谢谢你陪了这一段。"))
    return _back(pairing)


def _back(pairing: Pairing) -> Response:
    return redirect(url_for("pairings.room", pairing_ref=pairing.pairing_ref), 303)


def _plan_page(desk: Desk, pairing: Pairing, form: PlanForm) -> str:
    return render_template("pairings/plan.html", pairing=pairing, form=form)


def _room(desk: Desk, pairing: Pairing, *, writing: Visit | None = None, form: LogForm | None = None) -> str:
    to_write = rhythm.loggable(pairing, desk.now)
    visit = writing or (to_write[0] if to_write else None)
    if form is None and visit is not None:
        form = LogForm(formdata=None, sentence=visit.draft or "", minutes=60)
    return render_template(
        "pairings/room.html",
        pairing=pairing,
        label=PAIRING_LABELS[PairingState(pairing.state)],
        cadence=CADENCE.get(pairing.cadence, pairing.cadence),
        ahead=rhythm.next_contact(pairing, desk.now),
        cells=rhythm.strip(pairing, desk.now) if pairing.state == PairingState.ACTIVE else [],
        done=rhythm.done_count(pairing),
        visit=visit,
        form=form,
        longest=LONGEST,
        coming=[v for v in _coming(pairing) if v.planned_at > desk.now],
        visit_labels=VISIT_LABELS,
        visit_kinds=VISIT_KINDS,
        open=pairing.state in OPEN,
        past=_past(desk, pairing),
        now=desk.now,
        answer_by=rhythm.answer_by(pairing),
    )


def _coming(pairing: Pairing) -> list[Visit]:
    return [v for v in pairing.visits if v.state in COMING]


def _past(desk: Desk, pairing: Pairing) -> list[Past]:
    """The newest first; a visit that was agreed and never written down stands in it once its week is over."""
    moves = [(m.at, m.action) for m in moves_of(desk.session, pairing)]
    story = [Past(at, str(_(_STORY[action]))) for at, action in moves if action in _STORY]
    for visit in pairing.visits:
        unwritten = visit.state == VisitState.ACCEPTED and desk.now > visit.planned_at + LOG_WITHIN
        if visit.state not in COMING or unwritten:
            text = str(_("没有记")) if unwritten else _visit_text(visit)
            story.append(Past(visit.planned_at, _visit_title(visit), text))
    return sorted(story, key=lambda p: p.at)[::-1]


def _visit_title(visit: Visit) -> str:
    return str(_(VISIT_KINDS[visit.kind]))


def _visit_text(visit: Visit) -> str:
    words = [str(_(VISIT_LABELS[VisitState(visit.state)]))]
    if visit.minutes is not None:
        words.append(str(_("%(n)s 分钟", n=visit.minutes)))
    if visit.mood_code is not None:
        words.append(str(_(MOODS[visit.mood_code])))
    return " · ".join(words)
