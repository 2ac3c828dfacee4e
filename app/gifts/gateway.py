"""Stripe's door: the only module that imports stripe. Hosted checkout, signed events; amounts in fen, CNY.

Every call is made for the charity's own account (direct charges): the money never passes through ours.
Stripe API 2026-10-28; https://docs.stripe.com/api/checkout/sessions, https://docs.stripe.com/connect/direct-charges
"""

import logging
from dataclasses import dataclass
from typing import Any

import stripe

from app.config import Settings
from app.core.errors import Refusal
from app.core.messages import msg
from app.gifts.operations.settling import News, Notice

PAID = ("checkout.session.completed", "checkout.session.async_payment_succeeded")
NOT_PAID = ("checkout.session.expired", "checkout.session.async_payment_failed")
GIVEN_BACK = "charge.refunded"
SECONDS = 10
DOWN = msg("付款的地方暂时连不上。你的认领还留着，过几分钟再试。")
log = logging.getLogger(__name__)


class BadSignature(Exception):
    """The body was not signed with our secret, or too long ago."""


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
                http_client=stripe.RequestsClient(timeout=SECONDS),
            )

    def start(
        self, *, payment_ref: str, amount_fen: int, name: str, payee: str, paid_url: str, back_url: str
    ) -> Checkout:
        """Makes the hosted page; the payment's own number is the idempotency key, so that a repeated call
        finds the same page. Raises Refusal when the provider does not answer or says no."""
        line = {
            "price_data": {"currency": "cny", "unit_amount": amount_fen, "product_data": {"name": name}},
            "quantity": 1,
        }
        wish: Any = {
            "mode": "payment",
            "line_items": [line],
            "client_reference_id": payment_ref,
            "payment_intent_data": {"metadata": {"payment_ref": payment_ref}},
            "success_url": paid_url,
            "cancel_url": back_url,
        }
        try:
            made = self._open().v1.checkout.sessions.create(wish, self._options(payment_ref, payee))
        except stripe.StripeError as error:
            raise self._down("start", error) from error
        return Checkout(made.id, made.url or "")

    def close(self, *, session_id: str, payee: str) -> None:
        """Takes the hosted page down. Raises Refusal when it can't be: the money may be on its way."""
        try:
            self._open().v1.checkout.sessions.expire(
                session_id, None, self._options(f"close-{session_id}", payee)
            )
        except stripe.InvalidRequestError as error:
            self._down("close", error)
            raise Refusal(msg("这一笔可能已经付了，正在等回音。过一两分钟再看。")) from error
        except stripe.StripeError as error:
            raise self._down("close", error) from error

    def refund(self, *, payment_ref: str, intent_id: str, payee: str) -> None:
        """Gives all of it back; asked again, it changes nothing. Raises Refusal."""
        wish: Any = {"payment_intent": intent_id, "metadata": {"payment_ref": payment_ref}}
        try:
            self._open().v1.refunds.create(wish, self._options(f"refund-{payment_ref}", payee))
        except stripe.StripeError as error:
            raise self._down("refund", error) from error

    def read_event(self, body: bytes, signature: str) -> Notice | None:
        """What a signed event tells of one of our payments, None for other events. Raises BadSignature."""
        try:
            event = stripe.Webhook.construct_event(body, signature, self._secret)
        except (ValueError, stripe.SignatureVerificationError) as error:
            raise BadSignature from error
        about = event.data.object.to_dict()
        if event.type in PAID and about["payment_status"] == "paid":
            return _of_session(event.id, News.PAID, about)
        if event.type in NOT_PAID:
            return _of_session(event.id, News.EXPIRED, about)
        return _of_charge(event.id, about) if event.type == GIVEN_BACK else None

    def _open(self) -> stripe.StripeClient:
        if self._client is None:
            raise Refusal(msg("网上付款还没开通。可以先留着这一项，县里会告诉你怎么办。"))
        return self._client

    @staticmethod
    def _options(key: str, payee: str) -> Any:
        return {"idempotency_key": key, "stripe_account": payee}

    @staticmethod
    def _down(step: str, error: stripe.StripeError) -> Refusal:
        log.warning("stripe_refused step=%s error=%s code=%s", step, type(error).__name__, error.code)
        return Refusal(DOWN)


def _of_session(event_id: str, news: News, session: dict[str, Any]) -> Notice:
    return Notice(
        event_id=event_id,
        news=news,
        payment_ref=session.get("client_reference_id") or "",
        amount_fen=session.get("amount_total") or 0,
        currency=session.get("currency") or "",
        intent_id=session.get("payment_intent") or "",
    )


def _of_charge(event_id: str, charge: dict[str, Any]) -> Notice:
    return Notice(
        event_id=event_id,
        news=News.REFUNDED,
        payment_ref=(charge.get("metadata") or {}).get("payment_ref") or "",
        amount_fen=charge["amount_refunded"],
        currency=charge["currency"],
        intent_id=charge.get("payment_intent") or "",
    )
