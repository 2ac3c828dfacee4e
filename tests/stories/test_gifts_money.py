"""Money goes to a charity's filed project, at the provider's page, and is posted by its signed events
alone."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import stripe
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.core.errors import Refusal
from app.core.house import House
from app.demo.stripe_standin import signature
from app.gifts.jobs import tidy_money
from app.gifts.models import CharityProject, Payment, WebhookEvent
from app.gifts.operations import claims, payments
from app.gifts.queries import ledger_totals, payment_of
from tests.clock import NOW
from tests.stories.gifts_world import (
    DAY,
    FILING,
    KEY,
    MONEY,
    SECRET,
    Shop,
    filed_project,
    known,
    open_shop,
    project_of,
    shelve,
    switch_money,
    told_claim,
)
from tests.world import COUNTY, FAR_COUNTY, donor, public


@pytest.fixture
def shop(house: House) -> Iterator[Shop]:
    shelve(house)
    switch_money(house)
    filed_project(house)
    with open_shop(house) as opened:
        yield opened


def start_paying(shop: Shop, amount: str = "800") -> str:
    """Claims the money need and goes as far as the provider's page; the claim's number."""
    ref = told_claim(shop.house, MONEY, "vol")
    answer = choose(shop, ref, amount)
    assert answer.status_code == 303, answer.text
    return ref


def choose(shop: Shop, ref: str, amount: str) -> TestResponse:
    with public(shop.house) as session:
        project = session.scalars(select(CharityProject.ref)).first()
    return shop.site.public("vol").post(f"/my/claims/{ref}/pay", data={"project": project, "amount": amount})


def payment(shop: Shop, ref: str) -> Payment:
    with public(shop.house) as session:
        pledge = known(session, ref).pledge
        assert pledge is not None
        found = payment_of(session, pledge)
        assert found is not None
        return found


def press(shop: Shop, ref: str, what: str) -> str:
    """The payer at the provider's page; where the button leads back to."""
    url = payment(shop, ref).pay_url or ""
    number = url.rsplit("/", 1)[1]
    thing = shop.provider.pay(number) if what == "paid" else shop.provider.session(number)
    return str(thing["success_url" if what == "paid" else "cancel_url"])


def states(shop: Shop, ref: str) -> tuple[str, str, str]:
    last = payment(shop, ref)
    with public(shop.house) as session:
        claim = known(session, ref)
        assert claim.pledge is not None
        return claim.state, claim.pledge.state, last.state


def ledger(shop: Shop) -> dict[str, int]:
    with public(shop.house) as session:
        return ledger_totals(session)


def test_the_way_to_the_provider_is_a_plain_link(shop: Shop) -> None:
    ref = start_paying(shop)
    page = shop.site.public("vol").get(f"/my/claims/{ref}/pay")
    assert f'href="{payment(shop, ref).pay_url}"' in page.text
    assert "800 元" in page.text
    assert states(shop, ref) == ("held", "pay_pending", "open")


def test_the_charitys_own_account_is_paid(shop: Shop) -> None:
    """I-26: the call is made for the payee's account, with our number and the exact amount in fen."""
    ref = start_paying(shop, "812.50")
    (made,) = shop.provider.sessions.values()
    assert made["account"] == FILING.payee_account
    assert (made["amount_total"], made["currency"]) == (81250, "cny")
    assert made["client_reference_id"] == payment(shop, ref).payment_ref


def test_a_second_press_finds_the_same_page(shop: Shop) -> None:
    ref = start_paying(shop)
    assert choose(shop, ref, "20").status_code == 303
    assert len(shop.provider.sessions) == 1
    assert payment(shop, ref).amount_fen == 80000


def test_coming_back_is_not_being_paid(shop: Shop) -> None:
    """The success page believes nobody but the signed event."""
    ref = start_paying(shop)
    press(shop, ref, "paid")
    page = shop.site.public("vol").get(f"/my/claims/{ref}/paid")
    assert "等支付平台回话" in page.text
    assert states(shop, ref) == ("held", "pay_pending", "open")
    assert ledger(shop) == {}


def test_a_signed_event_posts_once_however_often_it_comes(shop: Shop) -> None:
    ref = start_paying(shop)
    press(shop, ref, "paid")
    assert [shop.deliver() for _ in range(3)] == [[200], [200], [200]]
    assert states(shop, ref) == ("converted", "paid", "paid")
    assert ledger(shop) == {"donor": -80000, "charity": 80000}
    with public(shop.house) as session:
        assert len(session.scalars(select(WebhookEvent)).all()) == 1
    assert "付好了" in shop.site.public("vol").get(f"/my/claims/{ref}/paid").text


def test_the_same_payment_told_by_two_events_posts_once(shop: Shop) -> None:
    ref = start_paying(shop)
    press(shop, ref, "paid")
    again = {
        **shop.provider.events[0],
        "id": "evt_another",
        "type": "checkout.session.async_payment_succeeded",
    }
    shop.provider.events.append(again)
    assert shop.deliver() == [200, 200]
    assert ledger(shop) == {"donor": -80000, "charity": 80000}


def post(shop: Shop, event: dict[str, Any], *, secret: str = SECRET, at: int | None = None) -> TestResponse:
    body = json.dumps(event)
    headers = {"Stripe-Signature": signature(body, secret, at)}
    return shop.site.visitor().post("/webhooks/stripe", data=body.encode(), headers=headers)


def test_a_body_that_is_not_signed_with_our_secret_is_refused(shop: Shop) -> None:
    ref = start_paying(shop)
    press(shop, ref, "paid")
    event = shop.provider.events[0]
    assert post(shop, event, secret="whsec_wrong").status_code == 400
    assert post(shop, event, at=1_700_000_000).status_code == 400  # signed years ago
    assert shop.site.visitor().post("/webhooks/stripe", data=b"{}").status_code == 400
    assert post(shop, {"id": "evt_x"} | {"object": "event"}, secret="").status_code == 400
    assert states(shop, ref) == ("held", "pay_pending", "open")


@pytest.mark.parametrize("kind", ["customer.created", "checkout.session.completed"])
def test_events_about_others_are_taken_and_change_nothing(shop: Shop, kind: str) -> None:
    strange = {"id": "cs_x", "object": "checkout.session", "payment_status": "paid", "amount_total": 5}
    event = {
        "id": "evt_1",
        "object": "event",
        "type": kind,
        "data": {"object": {**strange, "currency": "cny"}},
    }
    assert post(shop, event).status_code == 200
    assert ledger(shop) == {}


@pytest.mark.parametrize("change", [{"amount_total": 79999}, {"currency": "usd"}])
def test_another_amount_or_currency_posts_nothing(shop: Shop, change: dict[str, Any]) -> None:
    ref = start_paying(shop)
    press(shop, ref, "paid")
    event = shop.provider.events[0]
    event["data"]["object"].update(change)
    assert shop.deliver() == [200]
    assert states(shop, ref) == ("held", "pay_pending", "open")
    assert ledger(shop) == {}


def test_not_yet_paid_is_not_paid(shop: Shop) -> None:
    ref = start_paying(shop)
    press(shop, ref, "paid")
    shop.provider.events[0]["data"]["object"]["payment_status"] = "unpaid"
    assert shop.deliver() == [200]
    assert states(shop, ref)[2] == "open"


def test_a_refund_that_comes_before_its_payment_comes_again(shop: Shop) -> None:
    """Out of order: the refund is answered 409 until the payment is known; then all of it is posted."""
    ref = start_paying(shop)
    press(shop, ref, "paid")
    shop.provider.refund({"payment_intent": next(iter(shop.provider.charges))})
    assert shop.deliver(kind="charge") == [409]
    assert ledger(shop) == {}
    assert shop.deliver() == [200, 200]
    assert ledger(shop) == {"donor": -80000, "charity": 0, "refund": 80000}
    assert states(shop, ref) == ("released", "cancelled", "refunded")


def test_an_expiry_after_the_payment_changes_nothing(shop: Shop) -> None:
    ref = start_paying(shop)
    press(shop, ref, "paid")
    late = {**shop.provider.events[0], "id": "evt_late", "type": "checkout.session.expired"}
    shop.provider.events.append(late)
    assert shop.deliver() == [200, 200]
    assert states(shop, ref) == ("converted", "paid", "paid")


def test_what_expired_may_be_paid_again_with_another_amount(shop: Shop) -> None:
    ref = start_paying(shop)
    answer = shop.site.public("vol").post(f"/my/claims/{ref}/pay/stop")
    assert answer.status_code == 303
    assert states(shop, ref) == ("held", "pledged", "expired")
    assert choose(shop, ref, "20").status_code == 303
    press(shop, ref, "paid")
    assert set(shop.deliver()) == {200}
    assert ledger(shop) == {"donor": -2000, "charity": 2000}


def test_what_was_paid_already_is_not_given_up(shop: Shop) -> None:
    ref = start_paying(shop)
    press(shop, ref, "paid")
    assert shop.site.public("vol").post(f"/my/claims/{ref}/pay/stop").status_code == 409
    assert states(shop, ref) == ("held", "pay_pending", "open")


def test_money_that_comes_after_the_hold_goes_back(shop: Shop) -> None:
    """The donor put it down while paying: paid, then asked back once, then given back by the provider's
    event."""
    ref = start_paying(shop)
    with public(shop.house) as session:
        claims.release_claim(session, known(session, ref), actor=donor(session, "vol"), now=NOW)
    press(shop, ref, "paid")
    shop.deliver()
    assert states(shop, ref) == ("released", "cancelled", "refund_requested")
    for _minute in range(3):
        tidy_money(shop.house, NOW)
    assert len(shop.provider.events) == 2
    shop.deliver()
    assert states(shop, ref)[2] == "refunded"
    assert ledger(shop) == {"donor": -80000, "charity": 0, "refund": 80000}


def test_money_that_comes_after_the_lapse_goes_back(shop: Shop) -> None:
    ref = start_paying(shop)
    with public(shop.house) as session:
        claims.take_contact(session, {"claim_ref": ref, "at": NOW.isoformat()}, now=NOW)
    press(shop, ref, "paid")
    shop.house.clock.set(NOW + timedelta(days=7))  # type: ignore[attr-defined]
    assert shop.deliver() == [200]
    assert states(shop, ref)[2] == "refund_requested"


def test_the_providers_page_closes_with_the_hold(shop: Shop) -> None:
    ref = start_paying(shop)
    with public(shop.house) as session:
        claims.release_claim(session, known(session, ref), actor=donor(session, "vol"), now=NOW)
    tidy_money(shop.house, NOW)
    assert [s["status"] for s in shop.provider.sessions.values()] == ["expired"]
    shop.deliver()
    assert states(shop, ref) == ("released", "cancelled", "expired")


def test_a_part_given_back_is_posted_as_a_part(shop: Shop) -> None:
    """Refunds of 300 and then 500: what a later event tells in whole an earlier one can't lower."""
    ref = start_paying(shop)
    press(shop, ref, "paid")
    intent = next(iter(shop.provider.charges))
    for part in ("30000", "50000"):
        shop.provider.refund({"payment_intent": intent, "amount": part})
    paid, first, second = shop.provider.events
    assert [shop.provider.send(e) for e in (paid, first)] == [200, 200]
    assert ledger(shop) == {"donor": -80000, "charity": 50000, "refund": 30000}
    assert states(shop, ref) == ("converted", "paid", "paid")
    assert [shop.provider.send(e) for e in (second, first)] == [200, 200]
    assert ledger(shop) == {"donor": -80000, "charity": 0, "refund": 80000}
    assert states(shop, ref) == ("released", "cancelled", "refunded")


def test_without_a_key_the_site_says_so(house: House) -> None:
    shelve(house)
    switch_money(house)
    project = filed_project(house)
    with open_shop(house, key="") as shop:
        ref = told_claim(house, MONEY, "vol")
        page = shop.site.public("vol").get(f"/my/claims/{ref}/pay")
        assert "网上付款还没开通" in page.text
        sent = shop.site.public("vol").post(f"/my/claims/{ref}/pay", data={"project": project, "amount": "5"})
        assert sent.status_code == 409
        assert post(shop, {"id": "evt_1"}).status_code == 404


def test_where_the_region_has_money_off_the_site_says_so(shop: Shop) -> None:
    switch_money(shop.house, on=False)
    ref = told_claim(shop.house, MONEY, "vol")
    assert "这个地方的网上付款还没开通" in shop.site.public("vol").get(f"/my/claims/{ref}/pay").text
    own = shop.site.public("vol").get(f"/my/claims/{ref}").text
    assert "等县里的电话" in own and "选项目和金额" not in own, "no button leads to a closed till"
    assert choose(shop, ref, "800").status_code == 409
    assert shop.provider.sessions == {}


@pytest.mark.parametrize("amount", ["0.99", "20000.01", "1.005", "NaN", "abc", "-5"])
def test_amounts_out_of_bounds_are_refused_beside_their_field(shop: Shop, amount: str) -> None:
    ref = told_claim(shop.house, MONEY, "vol")
    assert choose(shop, ref, amount).status_code == 422
    assert shop.provider.sessions == {}


def test_a_project_that_is_not_valid_takes_nothing(shop: Shop) -> None:
    over = replace(FILING, filing_no="X-2", valid_to=DAY)
    second = filed_project(shop.house, over)
    rejected = filed_project(shop.house, replace(FILING, filing_no="X-3"), verdict="rejected")
    ref = told_claim(shop.house, MONEY, "vol")
    with public(shop.house) as session:
        for project_ref, day in ((second, NOW + timedelta(days=1)), (rejected, NOW)):
            with pytest.raises(Refusal):
                payments.promise_money(
                    session,
                    known(session, ref),
                    project_of(session, project_ref),
                    amount_fen=500,
                    actor=donor(session, "vol", day),
                    now=day,
                )


def test_when_the_provider_is_down_nothing_is_promised(shop: Shop) -> None:
    ref = told_claim(shop.house, MONEY, "vol")
    shop.site.app("public").extensions["settings"] = replace(
        shop.house.settings, stripe_api_base="http://127.0.0.1:9"
    )
    assert choose(shop, ref, "800").status_code == 409
    with public(shop.house) as session:
        assert known(session, ref).pledge is None


def test_the_stand_in_keeps_the_providers_promises(shop: Shop) -> None:
    """Idempotency, unknown things, a wrong key, a refund of too much: as the official library sees them."""
    client = stripe.StripeClient(KEY, base_addresses={"api": shop.provider.url}, max_network_retries=0)
    wish: Any = {
        "mode": "payment",
        "client_reference_id": "r",
        "line_items": [{"price_data": {"currency": "cny", "unit_amount": 5, "product_data": {"name": "n"}}}],
        "success_url": "http://shop.example/a",
        "cancel_url": "http://shop.example/b",
    }
    one, two = (client.v1.checkout.sessions.create(wish, {"idempotency_key": "k"}) for _ in range(2))
    assert one.id == two.id == client.v1.checkout.sessions.retrieve(one.id).id
    with pytest.raises(stripe.IdempotencyError):
        client.v1.checkout.sessions.create(wish | {"client_reference_id": "s"}, {"idempotency_key": "k"})
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.retrieve("cs_nobody")
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.refunds.create({"payment_intent": "pi_nobody"})
    stranger = stripe.StripeClient("nokey", base_addresses={"api": shop.provider.url}, max_network_retries=0)
    with pytest.raises(stripe.AuthenticationError):
        stranger.v1.checkout.sessions.retrieve(one.id)


def test_a_webhook_that_was_refused_comes_again(shop: Shop) -> None:
    start_paying(shop)
    number = next(iter(shop.provider.sessions))
    shop.provider.pay(number)
    address, shop.provider.webhook = shop.provider.webhook, "http://127.0.0.1:9/nobody"
    shop.provider.waits = (0.0, 0.0)
    assert not shop.provider.deliver(shop.provider.events[0])
    shop.provider.webhook = address
    assert shop.provider.deliver(shop.provider.events[0])
    assert ledger(shop)["charity"] == 80000


def test_the_county_that_was_told_decides_whether_money_is_on(shop: Shop) -> None:
    """A label may cover several counties; the holder knows one of them."""
    ref = told_claim(shop.house, MONEY, "vol")
    for county, on in ((COUNTY, True), (FAR_COUNTY, False)):
        with public(shop.house) as session:
            claim = known(session, ref)
            claims.take_terms(session, {"claim_ref": ref, "lines": [], "qty": 1, "county": county}, now=NOW)
            assert payments.money_is_on(session, claim, DAY) is on
