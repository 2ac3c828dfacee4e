"""Claiming a need, and everything about a claim (public side)."""

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.queries.partners import partner_of
from app.core.answers import accepted
from app.core.clock import local_day
from app.core.errors import NotFound, Refusal
from app.core.guard import Desk, access
from app.gifts.forms.claims import ClaimForm, PledgeForm
from app.gifts.models import Claim
from app.gifts.operations import claims
from app.gifts.operations.payments import money_is_on
from app.gifts.operations.pledges import make_pledge
from app.gifts.queries import card_of, claim_by_ref, live_claim_on, payment_of
from app.gifts.states import (
    CLAIM_LABELS,
    HELD,
    PAYMENT_LABELS,
    PLEDGE,
    PLEDGE_LABELS,
    ClaimState,
    PledgeState,
    hold_is_over,
)
from app.gifts.views.story import spoken, story_of
from app.library.models import Card
from app.library.queries import card_by_number, cards_like
from app.policy.catalogue import NAMES

blueprint = Blueprint("gifts", __name__)
Answer = str | Response | tuple[str, int]


@blueprint.app_template_global()
def my_live_claim(project_id: str) -> str | None:
    """For the project's page: the number of the reader's own live claim on it."""
    if g.get("actor") is None or g.get("desk") is None:
        return None
    found = live_claim_on(g.desk.session, g.actor, project_id)
    return found.claim_ref if found is not None else None


@blueprint.get("/library/<project_id>/claim")
@access("claim.make", subject=card_by_number)
def new(desk: Desk, card: Card) -> Response | tuple[str, int]:
    return _form_page(desk, card, ClaimForm(formdata=None))


@blueprint.post("/library/<project_id>/claim")
@access("claim.make", subject=card_by_number)
def create(desk: Desk, card: Card) -> Answer:
    form = ClaimForm()

    def act() -> None:
        claims.claim_card(
            desk.session,
            project_id=card.project_id,
            ready_on=form.ready_on.data,
            promised=form.promised.data,
            actor=desk.actor,
            now=desk.now,
        )

    try:
        if not accepted(form, act):
            return _form_page(desk, card, form, status=422)
    except Refusal:  # someone was faster, or a limit: the page says it calmly and offers like ones
        desk.session.expire(card)
        return _form_page(desk, card, ClaimForm(formdata=None), status=409)
    claim = live_claim_on(desk.session, desk.actor, card.project_id)
    if claim is None:
        raise NotFound
    days = (claim.lapses_at - claim.held_at).days
    flash(_("接好了，已为你保留 %(n)s 天。县里 %(d)s下班前给你打电话。", n=days, d=spoken(claim.contact_due)))
    return redirect(url_for("gifts.claim", claim_ref=claim.claim_ref), 303)


def _form_page(desk: Desk, card: Card, form: ClaimForm, status: int = 200) -> Response | tuple[str, int]:
    if card.blanked:
        raise NotFound
    own = live_claim_on(desk.session, desk.actor, card.project_id)
    if own is not None:
        return redirect(url_for("gifts.claim", claim_ref=own.claim_ref), 303)
    obstacle = claims.obstacle_to_claim(desk.session, card, actor=desk.actor, now=desk.now)
    page = render_template(
        "gifts/new.html",
        card=card,
        form=form,
        obstacle=obstacle,
        partner=partner_of(desk.session, desk.actor),
        alike=cards_like(desk.session, card) if obstacle is not None else [],
        day=local_day(desk.now),
    )
    return page, status


@blueprint.get("/my/claims/<claim_ref>")
@access("claim.read", subject=claim_by_ref)
def claim(desk: Desk, claim: Claim) -> str:
    return claim_page(desk, claim)


@blueprint.post("/my/claims/<claim_ref>/pledge")
@access("claim.change", subject=claim_by_ref)
def pledge(desk: Desk, claim: Claim) -> Answer:
    form = PledgeForm()

    def act() -> None:
        make_pledge(
            desk.session,
            claim,
            qty=form.qty.data,
            date_by=form.date_by.data,
            actor=desk.actor,
            now=desk.now,
        )

    if not accepted(form, act):
        return claim_page(desk, claim, form=form), 422
    done = _("说定了，县里和村里都知道了。东西按写的地点送。")
    flash(done if claim.kind == "goods" else _("说定了，村里的联系人会和你约时间。"))
    return _back(claim)


@blueprint.get("/my/claims/<claim_ref>/release")
@access("claim.read", subject=claim_by_ref)
def release(desk: Desk, claim: Claim) -> Answer:
    """Asks once; says what it costs."""
    if not _may_let_go(claim):
        return _back(claim)
    free = desk.now <= claims.regret_ends(claim, desk.now)
    return render_template("gifts/release.html", claim=claim, free=free)


@blueprint.post("/my/claims/<claim_ref>/release")
@access("claim.change", subject=claim_by_ref)
def let_go(desk: Desk, claim: Claim) -> Response:
    claims.release_claim(desk.session, claim, actor=desk.actor, now=desk.now)
    flash(_("放下了，这一项让给别人接。谢谢你说一声。"))
    return _back(claim)


def claim_page(desk: Desk, claim: Claim, form: PledgeForm | None = None) -> str:
    card, item = card_of(desk.session, claim), NAMES.get(claim.title)
    wanted = claims.wanted_qty(claim)
    return render_template(
        "gifts/claim.html",
        claim=claim,
        card=card if card is not None and not card.blanked else None,
        steps=story_of(desk.session, claim),
        terms=claims.terms_of(claim),
        wanted=wanted,
        unit=item.unit if item is not None else _("件"),
        form=form or PledgeForm(formdata=None, qty=wanted, date_by=max(claim.ready_on, local_day(desk.now))),
        label=status_words(claim),
        holding=claim.state in HELD,
        over=hold_is_over(claim, desk.now),
        late=claim.contacted_at is None and desk.now > claim.contact_due,
        payable=claim.kind == "money" and money_is_on(desk.session, claim, local_day(desk.now)),
        may_let_go=_may_let_go(claim),
        payment=payment_of(desk.session, claim.pledge) if claim.pledge else None,
        payment_labels=PAYMENT_LABELS,
    )


def status_words(claim: Claim) -> str:
    """The promise's word while it is under way, else the claim's."""
    if claim.state == ClaimState.CONVERTED and claim.pledge is not None:
        return PLEDGE_LABELS[PledgeState(claim.pledge.state)]
    return CLAIM_LABELS[ClaimState(claim.state)]


def _may_let_go(claim: Claim) -> bool:
    if claim.state in HELD:
        return True
    cancellable = claim.pledge is not None and PLEDGE.find(claim.pledge.state, "cancel") is not None
    return claim.state == ClaimState.CONVERTED and cancellable


def _back(claim: Claim) -> Response:
    return redirect(url_for("gifts.claim", claim_ref=claim.claim_ref), 303)
