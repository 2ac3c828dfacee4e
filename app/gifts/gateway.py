"""Stripe's door: the only module that imports stripe. Hosted checkout, signed events; amounts in fen, CNY.

Stripe API 2026-10-28; https://docs.stripe.com/api/checkout/sessions
"""

from dataclasses import dataclass

import stripe

from app.config import Settings
from app.core.errors import Refusal
from app.core.messages import msg
from app.gifts.operations.payments import Settled

PAID = "checkout.session.completed"


@dataclass(frozen=True)
class Checkout:
    session_id: str
    url: str


class Gateway:
    """Built from the settings; `is_open` is False without a key, and then nothing else may be called."""

    def __init__(self, settings: Settings) -> None:
        self._secret = settings.stripe_webhook_secret
        self.is_open = bool(settings.stripe_secret_key and settings.stripe_webhook_secret)
        self._client: stripe.StripeClient | None = None
        if self.is_open:
            base = {"api": settings.stripe_api_base} if settings.stripe_api_base else {}
            self._client = stripe.StripeClient(
                settings.stripe_secret_key,
                base_addresses=base,  # type: ignore[arg-type]
                max_network_retries=1,
            )

    def start(self, *, payment_ref: str, amount_fen: int, name: str, back: str) -> Checkout:
        """Makes the hosted page. The payment's own number is the idempotency key. Raises Refusal when it is
        down."""
        if self._client is None:
            raise Refusal(msg("网上付款还没开通。可以先留着这一项，县里会告诉你怎么办。"))
        line = {
            "price_data": {"currency": "cny", "unit_amount": amount_fen, "product_data": {"name": name}},
            "quantity": 1,
        }
        try:
            made = self._client.v1.checkout.sessions.create(
                {
                    "mode": "payment",
                    "line_items": [line],  # type: ignore[list-item]
                    "client_reference_id": payment_ref,
                    "success_url": back,
                    "cancel_url": back,
                },
                {"idempotency_key": payment_ref},
            )
        except stripe.StripeError as error:
            raise Refusal(msg("付款的地方暂时连不上。你的认领还留着，过几分钟再试。")) from error
        return Checkout(made.id, made.url or "")

    def read_event(self, body: bytes, signature: str) -> Settled | None:
        """The paid checkout that a signed event tells of, None for other events. Raises Refusal for a bad
        signature."""
        try:
            event = stripe.Webhook.construct_event(body, signature, self._secret)  # type: ignore[no-untyped-call]
        except (ValueError, stripe.SignatureVerificationError) as error:
            raise Refusal(msg("签名不对。")) from error
        if event.type != PAID:
            return None
        paid = event.data.object
        if paid["payment_status"] != "paid":
            return None
        return Settled(
            event_id=event.id,
            kind=event.type,
            payment_ref=paid["client_reference_id"] or "",
            amount_fen=paid["amount_total"],
            currency=paid["currency"],
            intent_id=paid["payment_intent"] or "",
        )
