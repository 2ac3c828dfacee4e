"""Who may be asked directly, and when nobody may: consent, undertaking, verification, one at a time."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.models.verification import Verification
from app.cases.models import Case
from app.cases.operations.consents import withdraw
from app.cases.queries import live_consent
from app.core.clock import local_day
from app.core.errors import BadInput
from app.core.house import House
from app.followup.operations import direct as office_direct
from app.gifts.models import Claim
from app.gifts.models import DirectOffer as PublicOffer
from app.needs.models import Need
from app.needs.states import NeedState
from tests.clock import NOW
from tests.stories.direct_world import DESK, Desk, body, open_desk
from tests.world import office, officer, public


@pytest.fixture
def desk(house: House) -> Desk:
    return open_desk(house)


def test_one_is_asked_at_a_time(desk: Desk) -> None:
    assert desk.ask() == 303
    assert desk.ask("charity") == 409
    assert desk.offer(0).donor_token == desk.token("firm")


def test_without_the_households_yes_nobody_is_asked(desk: Desk) -> None:
    with office(desk.house) as session:
        case = session.scalars(select(Case)).one()
        consent = live_consent(session, case.id, "direct_match", local_day(NOW))
        assert consent is not None
        withdraw(session, consent, actor=officer(session, "vw"), now=NOW)
    assert "还没有同意由县里直接对接" in body(desk, "cs", f"{DESK}/needs/{desk.need_id}")
    assert desk.ask() == 409
    assert desk.state() == NeedState.STAGE3


@pytest.mark.parametrize("taken", [False, True])
def test_consent_withdrawn_ends_the_offer_and_a_hold_without_a_promise(desk: Desk, taken: bool) -> None:
    desk.ask()
    if taken:
        desk.take()
    with office(desk.house) as session:
        case = session.scalars(select(Case)).one()
        consent = live_consent(session, case.id, "direct_match", local_day(NOW))
        assert consent is not None
        withdraw(session, consent, actor=officer(session, "vw"), now=desk.now())
    desk.work()
    assert desk.state() == NeedState.STAGE3
    with public(desk.house) as session:
        told = session.scalars(select(PublicOffer)).one()
        claims = [c.state for c in session.scalars(select(Claim))]
    assert (told.state, claims) == (("taken", ["rejected"]) if taken else ("withdrawn", []))


def test_only_who_is_verified_with_the_undertaking_can_be_asked(desk: Desk) -> None:
    with office(desk.house) as session:
        token = desk.token("firm")
        dossier = session.scalars(select(Verification).where(Verification.token == token)).one()
        dossier.checks = {k: v for k, v in dossier.checks.items() if k != "undertaking"}
    page = body(desk, "cs", f"{DESK}/needs/{desk.need_id}")
    assert desk.token("charity") in page and desk.token("firm") not in page
    assert desk.token("vol") not in page  # a person is no organisation
    assert desk.ask("firm") == 422
    assert desk.ask("vol") == 422
    assert desk.ask("newvol") == 422


def test_an_undertaking_that_has_run_out_is_none(desk: Desk) -> None:
    with office(desk.house) as session:
        need = session.get_one(Need, desk.need_id)
        with pytest.raises(BadInput):
            office_direct.offer_directly(
                session,
                need,
                token=desk.token("firm"),
                rng=random.Random(1),
                actor=officer(session, "cs"),
                now=NOW + timedelta(days=366),
            )
        session.rollback()


def test_company_for_a_child_goes_no_direct_way(house: House) -> None:
    desk = open_desk(house, item="S02")
    assert "和孩子在一起" in body(desk, "cs", f"{DESK}/needs/{desk.need_id}")
    assert desk.ask() == 409


def test_an_organisation_whose_verification_has_run_out_cannot_take_it(desk: Desk) -> None:
    desk.ask()
    with public(desk.house) as session:
        offer = session.scalars(select(PublicOffer)).one()
        offer.organisation.valid_to = local_day(NOW) - timedelta(days=1)
    assert desk.take().status_code == 409
    assert "还没有核验" in desk.site.public("firm").get(f"/my/offers/{desk.offer().offer_no}").get_data(True)


def test_without_the_promise_nothing_is_taken(desk: Desk) -> None:
    desk.ask()
    assert desk.take(promised=False).status_code == 422
    assert desk.told().state == "offered"
