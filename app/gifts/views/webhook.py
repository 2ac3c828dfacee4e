"""Where the payment provider reports, signed. Nothing personal is logged; the body is never kept."""

import logging

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.core.guard import Desk, access
from app.gifts.gateway import BadSignature
from app.gifts.operations.settling import Outcome, take_notice
from app.gifts.views.pay import the_gateway

blueprint = Blueprint("stripe", __name__)
log = logging.getLogger(__name__)


@blueprint.post("/webhooks/stripe")
@access("payment.notify")
def webhook(desk: Desk) -> Response:
    """400 for a body that is not signed; 409 for what comes too early, so that it comes again; else 200."""
    gateway = the_gateway()
    if not gateway.is_open:
        return _answer("closed", 404)
    try:
        notice = gateway.read_event(request.get_data(cache=True), request.headers.get("Stripe-Signature", ""))
    except BadSignature:
        log.warning("webhook_refused signature")
        return _answer("bad signature", 400)
    if notice is None:
        return _answer("ignored", 200)
    outcome = take_notice(desk.session, notice, now=desk.now)
    log.info("webhook news=%s outcome=%s", notice.news, outcome)
    return _answer(outcome, 409 if outcome is Outcome.TOO_EARLY else 200)


def _answer(word: str, status: int) -> Response:
    return Response(word, status=status, mimetype="text/plain")
