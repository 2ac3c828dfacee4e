"""The county's desks: proposals sent with an officer's eye, charity filings by two, the switch of payment."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from app.core.clock import local_day
from app.followup.jobs import TO_OFFICE
from app.followup.models import FilingCheck, ProposalDraft
from app.followup.queries import money_is_on
from app.gifts.models import CharityProject
from app.gifts.operations import charity
from app.library.queries import parameter_at
from app.matches.models import PairingProposal
from app.matches.operations import answering
from app.needs.models import Need
from tests.stories.followup_shelf import publish
from tests.stories.followup_world import Walk, open_walk
from tests.stories.gifts_world import FILING
from tests.world import COUNTY, FAR_COUNTY, donor, office, officer, public

BASE = "/office/followup"


@pytest.fixture(scope="module")
def published(peopled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(peopled, tmp_path_factory.mktemp("public") / "instance")


@pytest.fixture
def walk(published: Path, tmp_path: Path) -> Iterator[Walk]:
    yield from open_walk(published, tmp_path)


def page(walk: Walk, login: str, path: str) -> str:
    answer = walk.office(login).get(f"{BASE}{path}")
    assert answer.status_code == 200, (login, path)
    return answer.get_data(as_text=True)


def proposal_state(walk: Walk, ref: str) -> str:
    with public(walk.house) as session:
        found = select(PairingProposal.state).where(PairingProposal.proposal_ref == ref)
        return str(session.scalars(found).one())


def test_nothing_reaches_a_partner_before_an_officer_sends_it(walk: Walk) -> None:
    walk.propose()
    drafts = walk.drafts(ranks=3)
    assert [d.rank for d in drafts] == [1, 2, 3]
    assert {proposal_state(walk, d.proposal_ref) for d in drafts} == {"draft"}
    told = page(walk, "cs", "/proposals")
    assert drafts[0].donor_name in told and "和上限差" in told
    assert walk.send(drafts[0]) == 303
    assert [proposal_state(walk, d.proposal_ref) for d in drafts] == ["sent", "draft", "draft"]
    assert "已经发给" in page(walk, "cs", "/proposals")


def test_passing_over_a_better_one_needs_a_reason(walk: Walk) -> None:
    walk.propose()
    first, second, third = walk.drafts(ranks=3)
    assert walk.send(second) == 422
    assert walk.send(first, third) == 422
    assert walk.send(second, reason="离得近，方言也通") == 303
    assert walk.send(first, third) == 303  # nobody is passed over any more


def test_all_three_may_be_sent_and_the_first_yes_has_it(walk: Walk) -> None:
    walk.propose()
    drafts = walk.drafts(ranks=3)
    assert walk.send(*drafts) == 303
    names = {"测试伙伴0": "vol", "测试伙伴1": "charity", "测试伙伴2": "firm"}
    winner = drafts[1]
    walk.accept(winner, names.get(winner.donor_name, "vol"))
    assert [walk.draft(d.id).state for d in drafts] == ["expired", "chosen", "expired"]


def test_what_a_card_cannot_say_is_checked_before_sending(walk: Walk) -> None:
    walk.propose()
    draft = walk.drafts()[0]
    with office(walk.house) as session:
        session.get_one(Need, draft.need_id).state = "stage3"
    assert "现在不等人接了" in page(walk, "cs", "/proposals")
    assert walk.send(draft) == 409


def test_none_chosen_sends_nothing(walk: Walk) -> None:
    walk.propose()
    need_id = walk.drafts()[0].need_id
    with office(walk.house) as session:
        other = session.scalars(select(ProposalDraft).where(ProposalDraft.need_id != need_id)).first()
        assert other is not None
    path = f"{BASE}/proposals/needs/{need_id}/send"
    for ids in ([], ["x"], [str(other.id)]):
        assert walk.office("cs").post(path, data={"draft": ids}).status_code == 422


def test_dropped_drafts_are_gone_and_the_next_run_may_bring_them(walk: Walk) -> None:
    walk.propose()
    drafts = walk.drafts(ranks=3)
    path = f"{BASE}/proposals/needs/{drafts[0].need_id}/drop"
    assert walk.office("cs").post(path).status_code == 303
    assert {walk.draft(d.id).state for d in drafts} == {"dropped"}
    assert walk.send(drafts[0]) == 422


def test_a_new_run_replaces_the_drafts_of_the_last(walk: Walk) -> None:
    walk.propose()
    old = walk.drafts()[0]
    walk.propose()
    assert walk.draft(old.id).state == "dropped"
    assert walk.drafts()[0].run_ref != old.run_ref


def test_a_decline_comes_back_without_its_reason(walk: Walk) -> None:
    walk.propose("vol")
    draft = walk.drafts()[0]
    walk.send(draft)
    with public(walk.house) as session:
        proposal = session.scalars(
            select(PairingProposal).where(PairingProposal.proposal_ref == draft.proposal_ref)
        ).one()
        answering.decline(
            session, proposal, code="none", actor=donor(session, "vol", walk.now()), now=walk.now()
        )
    walk.carry()
    assert walk.draft(draft.id).state == "declined"
    assert "对方这次不接" in page(walk, "cs", "/proposals")


def test_unanswered_proposals_expire_in_both_wings(walk: Walk) -> None:
    walk.propose("vol")
    draft = walk.drafts()[0]
    walk.send(draft)
    walk.later(days=15)
    walk.site.work()
    assert walk.draft(draft.id).state == "expired"


def test_drafts_that_come_twice_are_there_once(walk: Walk) -> None:
    walk.propose("vol")
    draft = walk.drafts()[0]
    line = {"project_id": draft.project_id, "proposal_ref": draft.proposal_ref}
    payload = {"run_ref": draft.run_ref, "certificate": {}, "drafts": [line]}
    with office(walk.house) as session:
        TO_OFFICE["proposals.drafted"](session, payload, walk.now())
        TO_OFFICE["proposal.answered"](
            session, {"proposal_ref": draft.proposal_ref, "answer": "declined"}, walk.now()
        )
    assert walk.draft(draft.id).state == "draft"  # not sent yet: an answer to it finds nothing


@pytest.mark.parametrize(
    ("login", "seen", "sent"), [("cl", 200, 403), ("vw", 404, 404), ("to", 404, 404), ("far_cs", 200, 404)]
)
def test_the_countys_officer_alone_sends(walk: Walk, login: str, seen: int, sent: int) -> None:
    walk.propose()
    draft = walk.drafts()[0]
    answer = walk.office(login).get(f"{BASE}/proposals")
    assert answer.status_code == seen
    if login == "far_cs":
        assert draft.project_id not in answer.get_data(as_text=True)
    assert walk.send(draft, login=login) == sent


def file(walk: Walk, **changed: object) -> int:
    """A charity's filing that has reached the office; its check's id."""
    with public(walk.house) as session:
        actor = donor(session, "charity", walk.now())
        ref = charity.file_project(session, replace(FILING, **changed), actor=actor, now=walk.now()).ref  # type: ignore[arg-type]
    walk.carry()
    with office(walk.house) as session:
        return session.scalars(select(FilingCheck.id).where(FilingCheck.ref == ref)).one()


def filing(walk: Walk, login: str, check_id: int, step: str, reason: str | None = None) -> int:
    data = {} if reason is None else {f"f{check_id}-reason": reason}
    status = walk.office(login).post(f"{BASE}/filings/{check_id}/{step}", data=data).status_code
    walk.carry()
    return status


def charity_state(walk: Walk) -> str:
    with public(walk.house) as session:
        return session.scalars(select(CharityProject.state)).one()


def test_two_people_look_at_a_filing_before_it_takes_money(walk: Walk) -> None:
    check_id = file(walk)
    assert FILING.filing_no in page(walk, "cs", "/filings")
    assert filing(walk, "cl", check_id, "accept") == 409  # nobody has looked yet
    assert filing(walk, "cl", check_id, "check") == 403
    assert filing(walk, "cs", check_id, "check") == 303
    assert charity_state(walk) == "submitted"
    assert filing(walk, "cs2", check_id, "accept") == 403
    assert filing(walk, "cl", check_id, "accept") == 303
    assert charity_state(walk) == "valid"


def test_the_second_look_is_another_persons(walk: Walk) -> None:
    check_id = file(walk)
    filing(walk, "cs", check_id, "check")
    with office(walk.house) as session:  # the same person under two accounts
        session.get_one(FilingCheck, check_id).first_by_key = officer(session, "cl").person_key
    assert filing(walk, "cl", check_id, "accept") == 409
    assert "要另一位负责人来定" in page(walk, "cl", "/filings")


@pytest.mark.parametrize(("login", "step"), [("cs", "give-back"), ("cl", "reject")])
def test_a_return_says_what_does_not_agree(walk: Walk, login: str, step: str) -> None:
    check_id = file(walk)
    assert filing(walk, login, check_id, step, "") == 422
    assert filing(walk, login, check_id, step, "备案号少一位") == 303
    assert charity_state(walk) == "rejected"
    with public(walk.house) as session:
        assert session.scalars(select(CharityProject.reason)).one() == "备案号少一位"


def test_a_filing_that_was_mended_is_looked_at_afresh(walk: Walk) -> None:
    filing(walk, "cs", file(walk), "give-back", "备案号少一位")
    with public(walk.house) as session:
        project = session.scalars(select(CharityProject)).one()
        actor = donor(session, "charity", walk.now())
        charity.file_again(session, project, FILING, actor=actor, now=walk.now())
    walk.carry()
    assert "等第一个人核" in page(walk, "cs", "/filings")


@pytest.mark.parametrize("login", ["far_cs", "far_cl", "vw", "dept"])
def test_filings_of_another_county_are_not_found(walk: Walk, login: str) -> None:
    check_id = file(walk)
    assert filing(walk, login, check_id, "check") == 404
    listed = walk.office(login).get(f"{BASE}/filings")
    assert listed.status_code == 404 or FILING.filing_no not in listed.get_data(as_text=True)


def switch(walk: Walk, login: str, on: str) -> int:
    status = walk.office(login).post(f"{BASE}/money", data={"on": on}).status_code
    walk.carry()
    return status


def is_on(walk: Walk, county: str = COUNTY) -> tuple[bool, bool]:
    """Online payment in the office's eyes and in the public side's."""
    day = local_day(walk.now())
    with office(walk.house) as session:
        here = money_is_on(session, county, day)
    with public(walk.house) as session:
        return here, bool(parameter_at(session, "money_enabled", day, county))


def test_the_countys_lead_switches_payment_for_that_county_alone(walk: Walk) -> None:
    assert is_on(walk) == (False, False)
    assert switch(walk, "cl", "1") == 303
    assert is_on(walk) == (True, True)
    assert is_on(walk, FAR_COUNTY) == (False, False)
    assert "关掉网上付款" in page(walk, "cl", "/filings")
    assert switch(walk, "cl", "1") == 303  # twice is once
    walk.later(minutes=1)
    assert switch(walk, "cl", "0") == 303
    assert is_on(walk) == (False, False)
    assert switch(walk, "cl", "maybe") == 422


@pytest.mark.parametrize("login", ["cs", "to", "vw", "far_cs", "admin"])
def test_nobody_else_switches_it(walk: Walk, login: str) -> None:
    assert switch(walk, login, "1") in (403, 404)
    assert is_on(walk) == (False, False)
