"""What is suggested to a partner: at most three with reasons, declined in one tap, kind when it went
meanwhile."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core.errors import NotFound, Refusal
from app.core.house import House
from app.library.models import Card
from app.library.operations import set_claimed
from app.matches.models import PairingProposal
from app.matches.operations.answering import decline
from app.matches.operations.proposing import propose
from app.matches.operations.showing import offers_for
from app.pairings.operations.pairing import accept_proposal
from app.policy.actors import SYSTEM
from tests.clock import NOW, SteppingClock
from tests.stories.gifts_world import DAY
from tests.stories.pairings_world import (
    ERRAND,
    FIX,
    HAIR,
    TALK,
    TEACH,
    accepted_pairing,
    another_partner,
    running_pairing,
    send,
    shelve_services,
    suggested,
    willing,
)
from tests.world import Site, donor, public


def proposal_of(house: House, ref: str) -> PairingProposal:
    with public(house) as session:
        found = session.scalar(select(PairingProposal).where(PairingProposal.proposal_ref == ref))
        assert found is not None
        return found


def take(house: House, number: str) -> None:
    with public(house) as session:
        assert set_claimed(session, number, claimed=True, now=NOW)


def status_of(house: House, number: str) -> str:
    with public(house) as session:
        return session.scalar(select(Card.status).where(Card.project_id == number)) or ""


def test_of_four_suggestions_three_are_shown_with_word_cells_reasons_and_a_caution(site: Site) -> None:
    shelve_services(site.house)
    willing(site.house)
    another_partner(site.house)
    suggested(site.house, HAIR, TALK, ERRAND, FIX)
    page = site.public("vol").get("/my/proposals").text
    assert len(re.findall("愿意结这个对子</a>|愿意结这个对子<span", page)) == 3
    assert page.count("五格里占") == 3
    assert page.count("为什么是你") == 3 and page.count("也要知道：") == 3
    for task in ("做什么", "多久", "花钱", "怎么见"):
        assert page.count(f"<dt>{task}</dt>") >= 3
    assert page.count("不想说") == 3


def test_reasons_are_at_least_two_and_made_of_the_card_and_the_profile(house: House) -> None:
    shelve_services(house)
    willing(house)
    suggested(house, HAIR)
    with public(house) as session:
        shown = offers_for(session, donor(session, "vol"), now=NOW).free[0]
        said = [reason.text.format(**reason.values) for reason in shown.reasons]
    assert len(said) >= 2
    assert any("理发" in s for s in said) and any("同心县" in s for s in said)


def test_a_suggestion_shows_no_score_and_no_percentage(site: Site) -> None:
    shelve_services(site.house)
    willing(site.house)
    suggested(site.house, HAIR)
    page = site.public("vol").get("/my/proposals").text
    assert "%" not in re.sub(r"<[^>]+>", "", page)


def test_what_the_office_has_not_sent_is_not_seen(site: Site) -> None:
    shelve_services(site.house)
    willing(site.house)
    with public(site.house) as session:
        propose(session, actor=SYSTEM, now=NOW)
    page = site.public("vol").get("/my/proposals").text
    assert "愿意结这个对子" not in page
    assert "眼下没有给你配的" in page


def test_declining_takes_one_reason_and_the_next_one_moves_up(site: Site) -> None:
    shelve_services(site.house)
    willing(site.house)
    another_partner(site.house)
    refs = suggested(site.house, HAIR, TALK, ERRAND, FIX)
    client = site.public("vol")
    with public(site.house) as session:
        shown = [o.proposal.proposal_ref for o in offers_for(session, donor(session, "vol"), now=NOW).free]
    hidden = (set(refs) - set(shown)).pop()
    answer = client.post(f"/my/proposals/{shown[0]}/decline", data={"code": "none"})
    assert answer.status_code == 303
    assert proposal_of(site.house, shown[0]).state == "declined"
    with public(site.house) as session:
        now_shown = {
            o.proposal.proposal_ref for o in offers_for(session, donor(session, "vol"), now=NOW).free
        }
    assert hidden in now_shown and len(now_shown) == 3


@pytest.mark.parametrize("data", [{}, {"code": "because"}])
def test_declining_without_a_known_reason_asks_for_one(site: Site, data: dict[str, str]) -> None:
    shelve_services(site.house)
    willing(site.house)
    ref = suggested(site.house, HAIR)[0]
    answer = site.public("vol").post(f"/my/proposals/{ref}/decline", data=data)
    assert answer.status_code == 422
    assert "err" in answer.text and "<details" in answer.text
    assert proposal_of(site.house, ref).state == "sent"


def test_accepting_holds_the_need_and_lets_the_others_go(site: Site) -> None:
    shelve_services(site.house)
    willing(site.house)
    hair, talk = suggested(site.house, HAIR, TALK)
    client = site.public("vol")
    answer = client.post(f"/my/proposals/{hair}", data={"promised": "y"})
    assert answer.status_code == 303 and "/my/pairings/" in answer.location
    assert status_of(site.house, HAIR) == "claimed"
    assert proposal_of(site.house, hair).state == "chosen"
    assert proposal_of(site.house, talk).state == "expired"
    assert status_of(site.house, TALK) == "open"
    assert "正在问家里" in client.get(answer.location).text
    assert client.get(f"/my/proposals/{hair}").location == answer.location


def test_accepting_needs_the_promise(site: Site) -> None:
    shelve_services(site.house)
    willing(site.house)
    ref = suggested(site.house, HAIR)[0]
    answer = site.public("vol").post(f"/my/proposals/{ref}", data={})
    assert answer.status_code == 422
    assert "不打听、不寻找、不公开" in answer.text
    assert proposal_of(site.house, ref).state == "sent"


def test_one_whose_need_was_taken_meanwhile_says_so_kindly(site: Site) -> None:
    shelve_services(site.house)
    willing(site.house)
    ref = suggested(site.house, HAIR)[0]
    take(site.house, HAIR)
    client = site.public("vol")
    listed = client.get("/my/proposals").text
    assert "“理发”刚被别人接走了" in listed and "愿意结这个对子" not in listed
    answer = client.post(f"/my/proposals/{ref}", data={"promised": "y"})
    assert answer.status_code == 409
    assert "刚被别人接走了" in answer.text and "差不多的，也等着人接" in answer.text
    assert proposal_of(site.house, ref).state == "sent"


def test_two_partners_accept_and_one_gets_it(any_house: House) -> None:
    shelve_services(any_house)
    willing(any_house)
    willing(any_house, "charity")
    refs = {}
    with public(any_house) as session:
        propose(session, actor=SYSTEM, now=NOW)
        drafts = session.scalars(select(PairingProposal).where(PairingProposal.project_id == HAIR)).all()
        for draft in drafts:
            refs["vol" if draft.volunteer_id else "charity"] = draft.proposal_ref
        send(session, list(refs.values()), DAY + timedelta(days=14))
    with public(any_house) as session:
        first = session.query(PairingProposal).filter_by(proposal_ref=refs["vol"]).one()
        accept_proposal(session, first, actor=donor(session, "vol"), now=NOW)
    with public(any_house) as session, pytest.raises(Refusal):
        second = session.query(PairingProposal).filter_by(proposal_ref=refs["charity"]).one()
        accept_proposal(session, second, actor=donor(session, "charity"), now=NOW)


def test_another_partners_suggestion_is_not_found(site: Site) -> None:
    shelve_services(site.house)
    willing(site.house)
    ref = suggested(site.house, HAIR)[0]
    for login in ("firm", "newvol"):
        client = site.public(login)
        assert client.get(f"/my/proposals/{ref}").status_code == 404
        assert client.post(f"/my/proposals/{ref}", data={"promised": "y"}).status_code == 404
        assert client.post(f"/my/proposals/{ref}/decline", data={"code": "none"}).status_code == 404
        assert "理发" not in client.get("/my/proposals").text
    with public(site.house) as session, pytest.raises(NotFound):
        proposal = session.query(PairingProposal).filter_by(proposal_ref=ref).one()
        decline(session, proposal, code="none", actor=donor(session, "firm"), now=NOW)


def test_a_suggestion_ends_after_its_day(site: Site, clock: SteppingClock) -> None:
    shelve_services(site.house)
    willing(site.house)
    ref = suggested(site.house, HAIR, expires_on=DAY)[0]
    clock.forward(timedelta(days=1))
    client = site.public("vol")
    assert "愿意结这个对子" not in client.get("/my/proposals").text
    assert "推荐过期了" in client.get(f"/my/proposals/{ref}").text


def test_a_letter_that_sends_suggestions_twice_changes_nothing(house: House) -> None:
    shelve_services(house)
    willing(house)
    ref = suggested(house, HAIR)[0]
    with public(house) as session:
        send(session, [ref], DAY + timedelta(days=99))
        proposal = session.query(PairingProposal).filter_by(proposal_ref=ref).one()
        assert proposal.expires_on == DAY + timedelta(days=14)


def test_a_child_is_suggested_only_to_those_who_may_be_with_children(house: House) -> None:
    """The volunteer's papers hold; the firm has none of the kind."""
    shelve_services(house)
    willing(house, "vol", items=("S02",), minors_ok=True)
    willing(house, "firm", items=("S02",), minors_ok=True)
    with public(house) as session:
        propose(session, actor=SYSTEM, now=NOW)
        drafts = session.scalars(select(PairingProposal).where(PairingProposal.project_id == TEACH)).all()
        assert [d.organisation_id for d in drafts] == [None]


def test_whoever_is_not_verified_is_not_suggested_anything(site: Site) -> None:
    shelve_services(site.house)
    willing(site.house, "newvol")
    with public(site.house) as session:
        propose(session, actor=SYSTEM, now=NOW)
        assert session.scalars(select(PairingProposal)).all() == []
    assert "核验过才开始配" in site.public("newvol").get("/my/proposals").text


def test_an_accepted_pairing_takes_a_place(site: Site) -> None:
    """With one place and one pairing nothing more is suggested, and nothing more can be accepted."""
    running_pairing(site.house)
    willing(site.house, capacity=1)
    with public(site.house) as session:
        propose(session, actor=SYSTEM, now=NOW)
        drafts = select(PairingProposal).where(PairingProposal.state == "draft")
        assert session.scalars(drafts).all() == []


def test_who_closed_its_door_meanwhile_is_told_how_to_open_it(site: Site) -> None:
    shelve_services(site.house)
    willing(site.house)
    ref = suggested(site.house, HAIR)[0]
    willing(site.house, open=False)
    answer = site.public("vol").post(f"/my/proposals/{ref}", data={"promised": "y"})
    assert answer.status_code == 409
    assert "愿意收到县里的推荐" in answer.text
    assert status_of(site.house, HAIR) == "open"


def test_my_page_has_one_line_for_all_suggestions(site: Site) -> None:
    shelve_services(site.house)
    willing(site.house)
    suggested(site.house, HAIR, TALK)
    page = site.public("vol").get("/my").text
    assert page.count("/my/proposals") >= 1
    assert "县里给你配了 2 件" in page


def test_accepting_is_told_to_the_office_once(house: House) -> None:
    pairing_ref = accepted_pairing(house)
    with public(house) as session:
        from_outbox = session.connection().exec_driver_sql(
            "SELECT count(*) FROM letter WHERE kind = 'pairing.accepted'"
        )
        assert from_outbox.scalar() == 1
    assert pairing_ref
