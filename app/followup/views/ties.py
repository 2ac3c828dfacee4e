"""落实跟踪: every claim on its way, and one claim with the step that is next (mock-up 09)."""

from collections.abc import Callable
from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.utils import redirect

from app.core.answers import accepted
from app.core.clock import local_day
from app.core.guard import Desk, access
from app.followup.forms.ties import (
    ArriveForm,
    ConfirmForm,
    ContactForm,
    DisputeForm,
    HandOverForm,
    ReasonForm,
)
from app.followup.models import RECEIPT_BY, RECEIPT_METHOD, Tie
from app.followup.operations import claims
from app.followup.queries import moves_of, tie_by_id
from app.followup.queries.clocks import tie_clock
from app.followup.queries.lists import SHOWS, tie_counts, ties_page
from app.followup.states import TIE, TIE_LABELS, TieState
from app.followup.views.next_step import ENDED, MOVES, step_of
from app.followup.views.rail import WORDS, rail
from app.followup.views.room import Answer, asked, blueprint, go, number, others_who_confirm
from app.policy.catalogue import KINDS

FORMS: dict[str, type[Any]] = {
    "contact": ContactForm,
    "reject": ReasonForm,
    "let_go": ReasonForm,
    "arrive": ArriveForm,
    "hand_over": HandOverForm,
    "confirm": ConfirmForm,
    "dispute": DisputeForm,
}


@blueprint.get("/")
@access("tie.list")
def index(desk: Desk) -> str:
    """What stands out first; filters and page stand in the address."""
    show, kind = asked("show", SHOWS), asked("kind", ("", *KINDS))
    q = request.args.get("q", "").strip()[:40]
    page = ties_page(desk.session, desk.actor, desk.now, show=show, q=q, kind=kind, page=number())
    return render_template(
        "followup/index.html",
        page=page,
        rows=[(tie, rail(tie, desk.now), step_of(tie), tie_clock(tie, desk.now)) for tie in page.items],
        counts=tie_counts(desk.session, desk.actor, desk.now),
        asked={"show": show, "kind": kind, "q": q},
        kinds=KINDS,
        labels=TIE_LABELS,
        dot_words=WORDS,
    )


@blueprint.get("/ties/<int:tie_id>")
@access("tie.read", subject=tie_by_id)
def tie(desk: Desk, tie: Tie) -> str:
    return _page(desk, tie)


@blueprint.post("/ties/<int:tie_id>/contact")
@access("tie.contact", subject=tie_by_id)
def contact(desk: Desk, tie: Tie) -> Answer:
    def act(form: Any) -> None:
        claims.record_contact(desk.session, tie, note=form.note.data or "", actor=desk.actor, now=desk.now)

    return _take(desk, tie, "contact", act, _("记下了，对方那边也看得到“县里联系过了”。"))


@blueprint.post("/ties/<int:tie_id>/reject")
@access("tie.contact", subject=tie_by_id)
def reject(desk: Desk, tie: Tie) -> Answer:
    def act(form: Any) -> None:
        claims.reject_claim(desk.session, tie, reason=form.reason.data, actor=desk.actor, now=desk.now)

    return _take(desk, tie, "reject", act, _("已回绝，说了原因。这一项重新等人接。"))


@blueprint.post("/ties/<int:tie_id>/let-go")
@access("tie.let_go", subject=tie_by_id)
def let_go(desk: Desk, tie: Tie) -> Answer:
    def act(form: Any) -> None:
        claims.let_go(desk.session, tie, reason=form.reason.data, actor=desk.actor, now=desk.now)

    return _take(desk, tie, "let_go", act, _("放回去了，重新等人接。对方会收到你写的那句话。"))


@blueprint.post("/ties/<int:tie_id>/arrive")
@access("tie.receive", subject=tie_by_id)
def arrive(desk: Desk, tie: Tie) -> Answer:
    def act(form: Any) -> None:
        claims.arrive(
            desk.session,
            tie,
            qty=form.qty.data,
            agreed=form.agreed.data,
            actor=desk.actor,
            now=desk.now,
        )

    return _take(desk, tie, "arrive", act, _("点收好了。请乡镇或村里送到家里，三个工作日内。"))


@blueprint.post("/ties/<int:tie_id>/hand-over")
@access("tie.hand_over", subject=tie_by_id)
def hand_over(desk: Desk, tie: Tie) -> Answer:
    def act(form: Any) -> None:
        claims.hand_over(
            desk.session,
            tie,
            receipt_by=form.receipt_by.data,
            receipt_method=form.receipt_method.data,
            receipt_name=form.receipt_name.data or "",
            actor=desk.actor,
            now=desk.now,
        )

    return _take(desk, tie, "hand_over", act, _("签收记好了。由没有经手的另一位同志问家里合不合用。"))


@blueprint.post("/ties/<int:tie_id>/confirm")
@access("tie.confirm", subject=tie_by_id)
def confirm(desk: Desk, tie: Tie) -> Answer:
    def act(form: Any) -> None:
        claims.confirm(desk.session, tie, qty=form.qty.data, actor=desk.actor, now=desk.now)

    form = FORMS["confirm"](prefix="confirm")
    if not accepted(form, lambda: act(form)):
        return _page(desk, tie, confirm_form=form), 422
    left = tie.need.residual_qty
    done = _("写回户档案了。这一项已实现。")
    rest = _("写回户档案了。还差 %(n)s %(unit)s，重新等人接。", n=left, unit=tie.need.item.unit)
    return go("tie", rest if left else done, tie_id=tie.id)


@blueprint.post("/ties/<int:tie_id>/dispute")
@access("tie.confirm", subject=tie_by_id)
def dispute(desk: Desk, tie: Tie) -> Answer:
    def act(form: Any) -> None:
        claims.dispute(desk.session, tie, reason=form.reason.data, actor=desk.actor, now=desk.now)

    return _take(desk, tie, "dispute", act, _("记下了。已告诉对方有一点要补，不算谁的错。"))


@blueprint.get("/ties/<int:tie_id>/slip")
@access("tie.read", subject=tie_by_id)
def slip(desk: Desk, tie: Tie) -> Answer:
    """A sheet to print and take along: the household signs on paper, the answer is typed in afterwards."""
    if tie.state not in (TieState.COMMITTED, TieState.ARRIVED, TieState.HANDED_OVER):
        return redirect(url_for("followup.tie", tie_id=tie.id), 303)
    return render_template("followup/slip.html", tie=tie)


def _take(desk: Desk, tie: Tie, name: str, act: Callable[[Any], None], told: str) -> Answer:
    form = FORMS[name](prefix=name)
    if not accepted(form, lambda: act(form)):
        return _page(desk, tie, **{f"{name}_form": form}), 422
    return go("tie", told, tie_id=tie.id)


def _page(desk: Desk, tie: Tie, **forms: object) -> str:
    blank: dict[str, object] = {
        f"{name}_form": made(prefix=name, formdata=None) for name, made in FORMS.items()
    }
    blank["confirm_form"] = ConfirmForm(prefix="confirm", formdata=None, qty=tie.qty or 1)
    took_part = {tie.counted_by_key, tie.handed_by_key}
    return render_template(
        "followup/tie.html",
        tie=tie,
        need=tie.need,
        dots=rail(tie, desk.now),
        dot_words=WORDS,
        clock=tie_clock(tie, desk.now),
        step=step_of(tie),
        machine=TIE,
        labels=TIE_LABELS,
        kinds=KINDS,
        ended=ENDED,
        moves=moves_of(desk.session, "tie", tie.id),
        move_words=MOVES,
        receipt=(RECEIPT_BY.get(tie.receipt_by or ""), RECEIPT_METHOD.get(tie.receipt_method or "")),
        confirmers=others_who_confirm(desk.session, tie.area, local_day(desk.now), took_part),
        **{**blank, **forms},
    )
