"""有人私下问：what partners ask about a project of this county, and the answer to it."""

from flask import render_template
from flask_babel import gettext as _

from app.core.answers import accepted
from app.core.guard import Desk, access
from app.followup.forms.inquiries import NoReplyForm, ReplyForm
from app.followup.models import Inquiry
from app.followup.operations import inquiries as asking
from app.followup.queries import moves_of
from app.followup.queries.clocks import clock
from app.followup.queries.inquiries import earlier_of, inquiries_page, inquiry_by_id
from app.followup.states import INQUIRY_LABELS
from app.followup.views.room import Answer, blueprint, go, number
from app.policy.questions import ANSWERS, FITTING, REASONS, TOPICS, answers_for


@blueprint.get("/inquiries")
@access("inquiry.list")
def inquiries(desk: Desk) -> str:
    waiting = inquiries_page(desk.session, desk.actor, waiting=True, page=number())
    return render_template(
        "followup/inquiries.html",
        waiting=waiting,
        over=inquiries_page(desk.session, desk.actor, waiting=False, page=number("over")),
        clocks={i.id: clock(i.due_on, desk.now) for i in waiting.items},
        topics=TOPICS,
        labels=INQUIRY_LABELS,
    )


@blueprint.get("/inquiries/<int:inquiry_id>")
@access("inquiry.read", subject=inquiry_by_id)
def inquiry(desk: Desk, inquiry: Inquiry) -> str:
    return _page(desk, inquiry)


@blueprint.post("/inquiries/<int:inquiry_id>/answer")
@access("inquiry.answer", subject=inquiry_by_id)
def answer_inquiry(desk: Desk, inquiry: Inquiry) -> Answer:
    form = _reply_form(inquiry)

    def act() -> None:
        asking.answer_inquiry(
            desk.session,
            inquiry,
            answers=form.answers.data or (),
            sentence=form.sentence.data or "",
            actor=desk.actor,
            now=desk.now,
        )

    if not accepted(form, act):
        return _page(desk, inquiry, reply=form), 422
    return go("inquiries", _("答复了，一分钟内对方看得到，别人看不到。"))


@blueprint.post("/inquiries/<int:inquiry_id>/decline")
@access("inquiry.answer", subject=inquiry_by_id)
def decline_inquiry(desk: Desk, inquiry: Inquiry) -> Answer:
    form = NoReplyForm()

    def act() -> None:
        asking.decline_inquiry(desk.session, inquiry, reason=form.reason.data, actor=desk.actor, now=desk.now)

    if not accepted(form, act):
        return _page(desk, inquiry, no_reply=form), 422
    return go("inquiries", _("告诉对方了：不便回答，和原因。"))


def _reply_form(inquiry: Inquiry, *, fresh: bool = False) -> ReplyForm:
    form = ReplyForm(formdata=None) if fresh else ReplyForm()
    form.answers.choices = list(answers_for(inquiry.topic).items())
    return form


def _page(
    desk: Desk, inquiry: Inquiry, *, reply: ReplyForm | None = None, no_reply: NoReplyForm | None = None
) -> str:
    return render_template(
        "followup/inquiry.html",
        inquiry=inquiry,
        clock=clock(inquiry.due_on, desk.now),
        earlier=earlier_of(desk.session, inquiry),
        moves=moves_of(desk.session, "inquiry", inquiry.id),
        reply=reply or _reply_form(inquiry, fresh=True),
        no_reply=no_reply or NoReplyForm(formdata=None),
        labels=INQUIRY_LABELS,
        topics=TOPICS,
        answers=ANSWERS,
        fitting=FITTING[inquiry.topic],
        reasons=REASONS,
    )
