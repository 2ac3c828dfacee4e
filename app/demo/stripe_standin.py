"""A stand-in for Stripe, spoken to over real HTTP by the official library: the calls that the gateway makes,
a plain pay page, and signed webhooks that are sent again until they are taken. No money moves.

    python -m app.demo.stripe_standin --port 8001 --webhook http://127.0.0.1:8000/webhooks/stripe --secret x
"""

import hashlib
import hmac
import json
import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import requests
from flask import Flask, Response, redirect, render_template, request
from werkzeug.serving import BaseWSGIServer, make_server

from app.core.clock import Clock
from app.core.money import yuan

Thing = dict[str, Any]
WAITS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)  # seconds before each try of a webhook
log = logging.getLogger(__name__)
HERE = Path(__file__).resolve().parent


class Refused(Exception):
    """An error answer in the provider's own shape."""

    def __init__(self, status: int, kind: str, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.body = status, {"error": {"type": kind, "code": code, "message": message}}


def missing(what: str) -> Refused:
    return Refused(404, "invalid_request_error", "resource_missing", f"No such {what}.")


@dataclass
class StandIn:
    """All that it knows, in memory. Events go to `webhook`; while it is blank they are only kept."""

    webhook: str = ""
    secret: str = "whsec_standin"
    waits: tuple[float, ...] = WAITS
    sessions: dict[str, Thing] = field(default_factory=dict)
    charges: dict[str, Thing] = field(default_factory=dict)
    answers: dict[str, tuple[str, Thing]] = field(default_factory=dict)
    events: list[Thing] = field(default_factory=list)
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def once(self, make: Callable[[Thing], Thing]) -> Thing:
        """The provider's idempotency: one key, one answer; the same key with another body is refused."""
        key, body = request.headers.get("Idempotency-Key", ""), request.get_data(cache=True).decode()
        with self.lock:
            known = self.answers.get(key) if key else None
            if known is not None and known[0] != request.path + body:
                raise Refused(400, "idempotency_error", "idempotency_key_in_use", "Key of another call.")
            made = known[1] if known is not None else make(nested(request.form.items(multi=True)))
            if key:
                self.answers[key] = (request.path + body, made)
        return made

    def know(self, ledger: dict[str, list[Thing]]) -> None:
        """Pages and charges from before it was started: those of the demo's data."""
        self.sessions.update((s["id"], s) for s in ledger["sessions"])
        self.charges.update((c["payment_intent"], c) for c in ledger["charges"])

    def open_session(self, wish: Thing) -> Thing:
        line = wish["line_items"]["0"]["price_data"]
        number = "cs_test_" + secrets.token_hex(12)
        self.sessions[number] = {
            "id": number,
            "object": "checkout.session",
            "amount_total": int(line["unit_amount"]),
            "currency": line["currency"],
            "client_reference_id": wish["client_reference_id"],
            "status": "open",
            "payment_status": "unpaid",
            "payment_intent": None,
            "success_url": wish["success_url"],
            "cancel_url": wish["cancel_url"],
            "url": f"{self.url}/pay/{number}",
            "name": line["product_data"]["name"],
            "payment_metadata": wish.get("payment_intent_data", {}).get("metadata", {}),
            "account": request.headers.get("Stripe-Account", ""),
        }
        return self.sessions[number]

    def session(self, number: str) -> Thing:
        if number not in self.sessions:
            raise missing("checkout.session")
        return self.sessions[number]

    def expire(self, number: str) -> Thing:
        found = self.session(number)
        if found["status"] != "open":
            raise Refused(400, "invalid_request_error", "resource_invalid_state", "Not open.")
        found["status"] = "expired"
        self.tell("checkout.session.expired", found)
        return found

    def pay(self, number: str) -> Thing:
        """What happens at the provider when the payer pays; a second press changes nothing."""
        found = self.session(number)
        if found["status"] == "open":
            intent = "pi_" + secrets.token_hex(12)
            found.update(status="complete", payment_status="paid", payment_intent=intent)
            self.charges[intent] = {
                "id": "ch_" + secrets.token_hex(12),
                "object": "charge",
                "amount": found["amount_total"],
                "amount_refunded": 0,
                "currency": found["currency"],
                "payment_intent": intent,
                "metadata": found["payment_metadata"],
                "account": found["account"],
            }
            self.tell("checkout.session.completed", found)
        return found

    def refund(self, wish: Thing) -> Thing:
        charge = self.charges.get(wish.get("payment_intent", ""))
        if charge is None:
            raise missing("payment_intent")
        left = charge["amount"] - charge["amount_refunded"]
        amount = int(wish.get("amount", left))
        if not 0 < amount <= left:
            raise Refused(400, "invalid_request_error", "charge_already_refunded", "Nothing left.")
        charge["amount_refunded"] += amount
        self.tell("charge.refunded", charge)
        number = "re_" + secrets.token_hex(12)
        return {"id": number, "object": "refund", "amount": amount, "status": "succeeded"}

    def tell(self, kind: str, about: Thing) -> None:
        """Makes the event and sends it from a thread of its own, so that no caller waits for us."""
        event = {
            "id": "evt_" + secrets.token_hex(12),
            "object": "event",
            "type": kind,
            "account": about["account"],
            "data": {"object": dict(about)},
        }
        self.events.append(event)
        if self.webhook:
            threading.Thread(target=self.deliver, args=(event,), daemon=True).start()

    def deliver(self, event: Thing) -> bool:
        """Tries until it is taken, a little later each time. False when it never was."""
        pause = threading.Event()
        for wait in self.waits:
            pause.wait(wait)
            if self.send(event) == 200:
                return True
        log.warning("webhook_given_up type=%s", event["type"])
        return False

    def send(self, event: Thing) -> int:
        """One try; the status that came back, 0 when nobody answered."""
        body = json.dumps(event)
        headers = {"Stripe-Signature": signature(body, self.secret), "Content-Type": "application/json"}
        try:
            with requests.post(self.webhook, data=body.encode(), headers=headers, timeout=10) as answer:
                return answer.status_code
        except requests.RequestException:
            return 0


def signature(body: str, secret: str, at: int | None = None) -> str:
    """`t=…,v1=…` over "t.body" (https://docs.stripe.com/webhooks/signature)."""
    moment = int(Clock().now().timestamp()) if at is None else at
    made = hmac.new(secret.encode(), f"{moment}.{body}".encode(), hashlib.sha256).hexdigest()
    return f"t={moment},v1={made}"


def nested(pairs: Any) -> Thing:
    """a[b][0][c]=1 as the library writes it -> {"a": {"b": {"0": {"c": "1"}}}}."""
    found: Thing = {}
    for name, value in pairs:
        *path, last = name.replace("]", "").split("[")
        place = found
        for part in path:
            place = place.setdefault(part, {})
        place[last] = value
    return found


def application(shop: StandIn) -> Flask:
    app = Flask("stripe-standin", template_folder=str(HERE))

    @app.before_request
    def known_caller() -> None:
        key = request.headers.get("Authorization", "")
        if request.path.startswith("/v1/") and not key.startswith("Bearer sk_"):
            raise Refused(401, "authentication_error", "api_key_invalid", "No such key.")

    @app.errorhandler(Refused)
    def refused(error: Refused) -> tuple[Thing, int]:
        return error.body, error.status

    @app.post("/v1/checkout/sessions")
    def create() -> Thing:
        return shop.once(shop.open_session)

    @app.get("/v1/checkout/sessions/<number>")
    def retrieve(number: str) -> Thing:
        return shop.session(number)

    @app.post("/v1/checkout/sessions/<number>/expire")
    def expire(number: str) -> Thing:
        return shop.once(lambda _wish: shop.expire(number))

    @app.post("/v1/refunds")
    def refund() -> Thing:
        return shop.once(shop.refund)

    _add_pages(app, shop)
    return app


def _add_pages(app: Flask, shop: StandIn) -> None:
    @app.get("/")
    def front() -> str:
        return render_template("pay_page.html", title="演示付款页", thing=None, amount="")

    @app.get("/pay/<number>")
    def page(number: str) -> str:
        thing = shop.session(number)
        titles = {"open": "付款", "complete": "已经付过了", "expired": "这一页已经关了"}
        amount = yuan(thing["amount_total"])
        return render_template("pay_page.html", title=titles[thing["status"]], thing=thing, amount=amount)

    @app.post("/pay/<number>")
    def act(number: str) -> Response:
        paid = request.form.get("what") == "paid"
        thing = shop.pay(number) if paid else shop.session(number)
        return redirect(thing["success_url" if paid else "cancel_url"], 303)  # type: ignore[return-value]


def server(shop: StandIn, port: int, host: str = "127.0.0.1") -> BaseWSGIServer:
    """Listening, not yet serving: call serve_forever(), in a thread if you like. Port 0 picks a free one."""
    made = make_server(host, port, application(shop), threaded=True)
    shop.url = f"http://{host}:{made.server_port}"
    return made


@click.command()
@click.option("--port", type=int, required=True)
@click.option("--host", default="127.0.0.1")
@click.option("--webhook", required=True, help="Where signed events go.")
@click.option("--secret", required=True, help="What they are signed with.")
@click.option("--ledger", type=click.Path(path_type=Path), default=None, help="What it knows from the start.")
def main(port: int, host: str, webhook: str, secret: str, ledger: Path | None) -> None:
    """Serve the stand-in until it is stopped."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    shop = StandIn(webhook, secret)
    if ledger is not None and ledger.is_file():
        shop.know(json.loads(ledger.read_text(encoding="utf-8")))
    made = server(shop, port, host)
    try:
        made.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        made.server_close()


if __name__ == "__main__":
    main()
