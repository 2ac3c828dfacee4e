"""Paying a charity's filed project at the provider's own page.

The pages' policy lets a form send to ourselves alone, so the way out is a plain link (去付款), never a form
that is redirected.
"""

from typing import cast

from flask import current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.core.answers import accepted
from app.core.clock import local_day
from app.core.errors import NotFound, Refusal
from app.core.guard import Desk, access
from app.core.messages import msg
from app.gifts.forms.claims import MoneyForm
from app.gifts.gateway import Gateway
from app.gifts.models import CharityProject, Claim, Payment
from app.gifts.operations import payments
from app.gifts.operations.claims import terms_of
from app.gifts.queries import card_of, charity_project_by_ref, claim_by_ref, payment_of, projects_taking
from app.gifts.states import HELD, PaymentState, hold_is_over
from app.gifts.views.claims import Answer, blueprint
from app.policy.catalogue import NAMES


@blueprint.get("/my/claims/<claim_ref>/pay")
@access("claim.read", subject=claim_by_ref)
def pay(desk: Desk, claim: Claim) -> Answer:
    return _page(desk, claim)


@blueprint.post("/my/claims/<claim_ref>/pay")
@access("claim.change", subject=claim_by_ref)
def start(desk: Desk, claim: Claim) -> Answer:
    form = _form(desk, claim)
    if not accepted(form, lambda: _start(desk, claim, form)):
        return _page(desk, claim, form, 422)
    return redirect(url_for("gifts.pay", claim_ref=claim.claim_ref), 303)


@blueprint.post("/my/claims/<claim_ref>/pay/stop")
@access("claim.change", subject=claim_by_ref)
def stop_paying(desk: Desk, claim: Claim) -> Response:
    """Closes the provider's page first; only then is the payment given up."""
    payment = _waiting(desk, claim)
    if payment is not None and payment.session_id:
        the_gateway().close(session_id=payment.session_id, payee=payment.charity_project.payee_account)
        payments.give_up_checkout(desk.session, payment, actor=desk.actor, now=desk.now)
        flash(_("这一页付款关掉了，没有扣钱。可以换个金额或项目。"))
    return redirect(url_for("gifts.pay", claim_ref=claim.claim_ref), 303)


@blueprint.get("/my/claims/<claim_ref>/paid")
@access("claim.read", subject=claim_by_ref)
def paid(desk: Desk, claim: Claim) -> str:
    """Where the provider sends the donor back to. Whether it was paid says its signed event alone."""
    payment = payment_of(desk.session, claim.pledge) if claim.pledge is not None else None
    if payment is None:
        raise NotFound
    return render_template("gifts/paid.html", claim=claim, payment=payment, states=PaymentState)


def the_gateway() -> Gateway:
    kept = current_app.extensions.get("gateway")
    if kept is None:
        kept = current_app.extensions["gateway"] = Gateway(current_app.extensions["settings"])
    return cast(Gateway, kept)


def _projects(desk: Desk, claim: Claim) -> list[CharityProject]:
    item = NAMES.get(claim.title)
    return projects_taking(desk.session, item.code if item is not None else None, local_day(desk.now))


def _form(desk: Desk, claim: Claim, *, fresh: bool = False) -> MoneyForm:
    form = MoneyForm(formdata=None) if fresh else MoneyForm()
    form.project.choices = {p.ref: p.name for p in _projects(desk, claim)}
    return form


def _start(desk: Desk, claim: Claim, form: MoneyForm) -> None:
    project = charity_project_by_ref(desk.session, form.project.data)
    if project is None:
        raise NotFound
    gateway = the_gateway()
    if not gateway.is_open:
        raise Refusal(msg("网上付款还没开通。可以先留着这一项，县里会告诉你怎么办。"))
    payment = payments.promise_money(
        desk.session, claim, project, amount_fen=form.fen, actor=desk.actor, now=desk.now
    )
    if payment.state != PaymentState.CREATED:
        return
    made = gateway.start(
        payment_ref=payment.payment_ref,
        amount_fen=payment.amount_fen,
        name=f"{project.name} · {claim.title}",
        payee=project.payee_account,
        paid_url=url_for("gifts.paid", claim_ref=claim.claim_ref, _external=True),
        back_url=url_for("gifts.pay", claim_ref=claim.claim_ref, _external=True),
    )
    payments.open_checkout(
        desk.session, payment, session_id=made.session_id, pay_url=made.url, actor=desk.actor, now=desk.now
    )


def _waiting(desk: Desk, claim: Claim) -> Payment | None:
    return payments.can_pay_again(desk.session, claim.pledge) if claim.pledge is not None else None


def _page(desk: Desk, claim: Claim, form: MoneyForm | None = None, status: int = 200) -> Answer:
    if claim.kind != "money":
        raise NotFound
    if claim.state not in HELD:
        return redirect(url_for("gifts.claim", claim_ref=claim.claim_ref), 303)
    projects = _projects(desk, claim)
    page = render_template(
        "gifts/pay.html",
        claim=claim,
        card=card_of(desk.session, claim),
        terms=terms_of(claim),
        closed=_closed(desk, claim, projects),
        projects={p.ref: p for p in projects},
        form=form or _form(desk, claim, fresh=True),
        payment=_waiting(desk, claim),
    )
    return page, status


def _closed(desk: Desk, claim: Claim, projects: list[CharityProject]) -> str:
    """Why nothing can be paid here now: key, region, hold, project. Blank when it can."""
    if not the_gateway().is_open:
        return "key"
    if not payments.money_is_on(desk.session, claim, local_day(desk.now)):
        return "region"
    if hold_is_over(claim, desk.now):
        return "hold"
    return "" if projects else "project"
