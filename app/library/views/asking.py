"""私下问县里: one question about a project, and its answer, for the asker alone."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.answers import accepted
from app.core.clock import SHANGHAI, local_day
from app.core.errors import NotFound, Refusal
from app.core.guard import Desk, access
from app.library.forms import QuestionForm
from app.library.models import Card, Question
from app.library.operations.asking import (
    BEFORE,
    ask,
    drop_draft,
    keep_question,
    note_read,
    obstacle_to_ask,
)
from app.library.queries import card_by_number
from app.library.queries.questions import draft_on, question_by_ref, questions_of
from app.library.states import OVER, QUESTION_LABELS, QuestionState
from app.pages import translate
from app.policy import parameters
from app.policy.questions import ANSWERS, LONGEST_QUESTION, REASONS, TOPICS, topics_for

blueprint = Blueprint("questions", __name__)
Answer = str | Response | tuple[str, int]


@blueprint.get("/library/<project_id>/ask")
@access("question.ask", subject=card_by_number)
def new(desk: Desk, card: Card) -> Answer:
    draft = draft_on(desk.session, desk.actor, card)
    form = QuestionForm(formdata=None)
    if draft is not None:
        form.topic.data, form.text.data = draft.topic, draft.draft
    return _form_page(desk, card, form, draft)


@blueprint.post("/library/<project_id>/ask")
@access("question.ask", subject=card_by_number)
def create(desk: Desk, card: Card) -> Answer:
    form, topic, text = QuestionForm(), request.form.get("topic", ""), request.form.get("text", "")
    if "later" in request.form:
        kept = keep_question(desk.session, card, topic=topic, text=text, actor=desk.actor, now=desk.now)
        flash(_("存成草稿了，还没有发出。") if kept else translate(BEFORE))
        return redirect(url_for("questions.index"), 303)

    def act() -> None:
        ask(desk.session, card, topic=topic, text=text, actor=desk.actor, now=desk.now)

    try:
        status = 303 if accepted(form, act) else 422
    except Refusal:  # a limit: the page says which, and keeps what was written
        status = 409
    if status != 303:
        draft = keep_question(desk.session, card, topic=topic, text=text, actor=desk.actor, now=desk.now)
        return _form_page(desk, card, form, draft), status
    flash(_("问出去了。哪天前答复写在下面，只给你一个人看。"))
    return redirect(url_for("questions.index"), 303)


@blueprint.post("/library/<project_id>/ask/keep")
@access("question.ask", subject=card_by_number)
def keep(desk: Desk, card: Card) -> str:
    """What the page keeps by itself while somebody writes."""
    topic, text = request.form.get("topic", ""), request.form.get("text", "")
    if keep_question(desk.session, card, topic=topic, text=text, actor=desk.actor, now=desk.now) is None:
        return translate(BEFORE)
    return str(_("草稿 %(t)s 已存", t=desk.now.astimezone(SHANGHAI).strftime("%H:%M")))


@blueprint.post("/library/<project_id>/ask/drop")
@access("question.ask", subject=card_by_number)
def drop(desk: Desk, card: Card) -> Response:
    drop_draft(desk.session, card, actor=desk.actor, now=desk.now)
    flash(_("草稿删掉了。"))
    return redirect(url_for("questions.index"), 303)


@blueprint.get("/my/questions")
@access("question.ask")
def index(desk: Desk) -> str:
    return render_template(
        "library/questions/index.html",
        questions=questions_of(desk.session, desk.actor),
        labels=QUESTION_LABELS,
        topics=TOPICS,
    )


@blueprint.get("/my/questions/<question_ref>")
@access("question.read", subject=question_by_ref)
def show(desk: Desk, question: Question) -> str:
    return render_template(
        "library/questions/show.html",
        question=question,
        over=question.state in OVER,
        label=QUESTION_LABELS[QuestionState(question.state)],
        topics=TOPICS,
        answers=ANSWERS,
        reasons=REASONS,
    )


@blueprint.post("/my/questions/<question_ref>/read")
@access("question.read", subject=question_by_ref)
def read(desk: Desk, question: Question) -> Response:
    note_read(desk.session, question, actor=desk.actor, now=desk.now)
    return redirect(url_for("questions.index"), 303)


def _form_page(desk: Desk, card: Card, form: QuestionForm, draft: Question | None) -> str:
    if card.blanked:
        raise NotFound
    form.topic.choices = list(topics_for(card.kind).items())
    obstacle = obstacle_to_ask(desk.session, card, actor=desk.actor, now=desk.now)
    return render_template(
        "library/questions/new.html",
        card=card,
        form=form,
        draft=draft,
        obstacle=obstacle,
        waiting=obstacle is BEFORE,
        days=parameters.at("question_answer_wd", local_day(desk.now)),
        longest=LONGEST_QUESTION,
    )
