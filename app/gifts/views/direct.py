"""What the county asks an organisation for: an answer within its time, and nothing else (public side)."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.queries.partners import partner_of
from app.core.answers import accepted
from app.core.guard import Desk, access
from app.gifts.forms.claims import ClaimForm
from app.gifts.models import DirectOffer
from app.gifts.operations import direct
from app.gifts.queries import live_claim_on, offer_by_number
from app.gifts.states import OFFER_LABELS, OfferState
from app.gifts.views.story import spoken

blueprint = Blueprint("direct", __name__, url_prefix="/my/offers")
Answer = str | Response | tuple[str, int]


@blueprint.get("/<offer_no>")
@access("offer.read", subject=offer_by_number)
def show(desk: Desk, offer: DirectOffer) -> Answer:
    return _page(desk, offer, ClaimForm(formdata=None))


@blueprint.post("/<offer_no>")
@access("offer.answer", subject=offer_by_number)
def take(desk: Desk, offer: DirectOffer) -> Answer:
    form = ClaimForm()

    def act() -> None:
        direct.take_offer(
            desk.session,
            offer,
            ready_on=form.ready_on.data,
            promised=form.promised.data,
            actor=desk.actor,
            now=desk.now,
        )

    if not accepted(form, act):
        return _page(desk, offer, form, status=422)
    flash(_("接下了，谢谢你们。尺寸、数量一分钟内就到。"))
    return _to_claim(desk, offer) or redirect(url_for("mine.home"), 303)


@blueprint.post("/<offer_no>/decline")
@access("offer.answer", subject=offer_by_number)
def decline(desk: Desk, offer: DirectOffer) -> Response:
    direct.decline_offer(desk.session, offer, actor=desk.actor, now=desk.now)
    flash(_("知道了，县里另外找人。谢谢你们说一声。"))
    return redirect(url_for("mine.home"), 303)


def _page(desk: Desk, offer: DirectOffer, form: ClaimForm, status: int = 200) -> Answer:
    if offer.state == OfferState.TAKEN:
        going = _to_claim(desk, offer)
        if going is not None:
            return going
    waiting = offer.state == OfferState.OFFERED
    obstacle = direct.obstacle_to_take(desk.session, offer, actor=desk.actor, now=desk.now)
    page = render_template(
        "gifts/offer.html",
        offer=offer,
        form=form,
        waiting=waiting,
        obstacle=obstacle if waiting else None,
        partner=partner_of(desk.session, desk.actor),
        label=OFFER_LABELS[OfferState(offer.state)],
        until=spoken(offer.answer_by),
    )
    return page, status


def _to_claim(desk: Desk, offer: DirectOffer) -> Response | None:
    claim = live_claim_on(desk.session, desk.actor, offer.offer_no)
    return redirect(url_for("gifts.claim", claim_ref=claim.claim_ref), 303) if claim is not None else None
