"""The batch seen from the county: this pair, not that one, run it again; who is left without, and why."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.core.outbox import PublicLetter
from app.followup.jobs import TO_OFFICE, TO_PUBLIC
from app.followup.models import ProposalBatch, ProposalDraft, ProposalLeft, ProposalRequest, ProposalWish
from app.matches.jobs import answer_requests
from app.matches.models import Interest, PairingProposal, PairWish, ProposalRun
from app.matches.operations.interests import Offer, state_interest
from app.matches.operations.proposing import propose
from app.needs.models import Need
from app.policy.actors import SYSTEM
from tests.stories.followup_shelf import publish
from tests.stories.followup_world import Walk, open_walk
from tests.world import COUNTY, donor, office, public

BASE = "/office/followup/proposals"


@pytest.fixture(scope="module")
def published(peopled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(peopled, tmp_path_factory.mktemp("public") / "instance")


@pytest.fixture
def walk(published: Path, tmp_path: Path) -> Iterator[Walk]:
    yield from open_walk(published, tmp_path)


def page(walk: Walk, path: str = "", login: str = "cs") -> str:
    answer = walk.office(login).get(f"{BASE}{path}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def post(walk: Walk, path: str, login: str = "cs", **data: str) -> int:
    status = walk.office(login).post(f"{BASE}{path}", data=data).status_code
    walk.carry()
    walk.carry()
    return status


def again(walk: Walk, login: str = "cs") -> None:
    """Asked for by the county, run on the public side, back in the office."""
    assert post(walk, "/again", login) == 303
    answer_requests(walk.house, walk.now())
    walk.carry()


def first_of(walk: Walk, project_id: str) -> ProposalDraft:
    with office(walk.house) as session:
        return session.scalars(
            select(ProposalDraft).where(
                ProposalDraft.project_id == project_id,
                ProposalDraft.state == "draft",
                ProposalDraft.rank == 1,
            )
        ).one()


def donors_of(walk: Walk, project_id: str) -> set[str]:
    with office(walk.house) as session:
        return set(
            session.scalars(
                select(ProposalDraft.donor_token).where(
                    ProposalDraft.project_id == project_id, ProposalDraft.state == "draft"
                )
            )
        )


def count(walk: Walk, wing: str, model: type) -> int:
    with office(walk.house) if wing == "office" else public(walk.house) as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_the_page_says_how_good_the_run_is_in_plain_words(walk: Walk) -> None:
    walk.propose()
    told = page(walk)
    assert "再怎么排，最多也只能好 0.0%" in told
    with office(walk.house) as session:
        batch = session.scalars(select(ProposalBatch)).one()
    with public(walk.house) as session:
        run = session.scalars(select(ProposalRun)).one()
    assert (batch.run_ref, batch.inputs_hash) == (run.run_ref, run.inputs_hash)
    assert (batch.objective, batch.bound, batch.gap) == (run.objective, run.bound, run.gap)
    assert f"{batch.objective:.1f}" in told


def test_the_page_says_from_how_many_answers_the_order_was_learned(walk: Walk) -> None:
    walk.propose()
    assert "次答复" not in page(walk)
    with office(walk.house) as session:
        session.scalars(select(ProposalBatch)).one().answers_n = 321
    assert "参考了伙伴们过去的 321 次答复" in page(walk)


def test_a_pinned_pair_is_the_first_of_its_need_in_the_next_run(walk: Walk) -> None:
    walk.propose()
    second = walk.drafts(ranks=3)[1]
    assert post(walk, f"/drafts/{second.id}/pin") == 303
    assert first_of(walk, second.project_id).donor_token != second.donor_token  # only the next run moves
    again(walk)
    assert first_of(walk, second.project_id).donor_token == second.donor_token
    assert "县里定的这一对" in page(walk)
    walk.propose()  # and so do all later ones
    assert first_of(walk, second.project_id).donor_token == second.donor_token


def test_a_need_has_one_pin_and_the_latest_counts(walk: Walk) -> None:
    walk.propose()
    _, second, third = walk.drafts(ranks=3)
    post(walk, f"/drafts/{second.id}/pin")
    post(walk, f"/drafts/{third.id}/pin")
    again(walk)
    assert first_of(walk, third.project_id).donor_token == third.donor_token


def test_a_pin_that_was_taken_back_binds_nobody(walk: Walk) -> None:
    walk.propose()
    first, second, _ = walk.drafts(ranks=3)
    post(walk, f"/drafts/{second.id}/pin")
    with office(walk.house) as session:
        wish = session.scalars(select(ProposalWish.id)).one()
    assert post(walk, f"/wishes/{wish}/lift") == 303
    assert post(walk, f"/wishes/{wish}/lift") == 303  # twice is once
    again(walk)
    assert first_of(walk, first.project_id).donor_token == first.donor_token


def test_a_forbidden_pair_goes_at_once_and_does_not_come_back(walk: Walk) -> None:
    walk.propose()
    first = walk.drafts(ranks=3)[0]
    assert post(walk, f"/drafts/{first.id}/forbid", reason="  ") == 422
    assert walk.draft(first.id).state == "draft"
    assert post(walk, f"/drafts/{first.id}/forbid", reason="两家有旧怨") == 303
    assert walk.draft(first.id).state == "dropped"
    again(walk)
    assert donors_of(walk, first.project_id) and first.donor_token not in donors_of(walk, first.project_id)
    assert "两家有旧怨" in page(walk)


def test_why_a_pair_is_forbidden_never_leaves_the_office(walk: Walk) -> None:
    walk.propose()
    first = walk.drafts(ranks=3)[0]
    path = f"{BASE}/drafts/{first.id}/forbid"
    assert walk.office("cs").post(path, data={"reason": "两家有旧怨"}).status_code == 303
    with office(walk.house) as session:
        raw = session.connection().exec_driver_sql("SELECT key FROM letter WHERE kind = 'proposals.wish'")
        assert len(raw.all()) == 1
    walk.carry()
    with public(walk.house) as session:
        wish = session.scalars(select(PairWish)).one()
        kept = {c.name: getattr(wish, c.name) for c in PairWish.__table__.columns}
    assert "旧怨" not in str(kept) and COUNTY not in str(kept) and kept["created_by"] == "system:0"


def test_a_pin_that_cannot_be_followed_says_so(walk: Walk) -> None:
    walk.propose()
    second = walk.drafts(ranks=3)[1]
    post(walk, f"/drafts/{second.id}/pin")
    with public(walk.house) as session:
        draft = select(PairingProposal).where(PairingProposal.proposal_ref == second.proposal_ref)
        session.scalars(draft).one().interest.open = False
    again(walk)
    assert "上次没排上" in page(walk)
    assert second.donor_token not in donors_of(walk, second.project_id)


def test_asking_again_makes_drafts_alone_and_one_run_at_a_time(walk: Walk) -> None:
    walk.propose()
    for told in ("请好了。排好了", "已经有一次在排"):
        answer = walk.office("cs").post(f"{BASE}/again", follow_redirects=True)
        assert told in answer.get_data(as_text=True)
    assert "正在再排" in page(walk)
    assert count(walk, "office", ProposalRequest) == 1
    again(walk)
    assert "正在再排" not in page(walk) and "只排" in page(walk)
    with public(walk.house) as session:
        assert set(session.scalars(select(ProposalRun.county))) == {"", COUNTY}
        assert not set(session.scalars(select(PairingProposal.state))) - {"draft", "expired"}
    with office(walk.house) as session:
        assert set(session.scalars(select(ProposalDraft.state))) == {"draft", "dropped"}
    again(walk)
    assert count(walk, "office", ProposalRequest) == 2


def test_letters_that_come_twice_change_nothing(walk: Walk) -> None:
    walk.propose()
    second = walk.drafts(ranks=3)[1]
    wish = {"wish_ref": "W" * 32, "proposal_ref": second.proposal_ref, "kind": "forbid"}
    rerun = {"request_ref": "R" * 32, "county": COUNTY}
    for _ in range(2):
        with public(walk.house) as session:
            TO_PUBLIC["proposals.wish"](session, wish, walk.now())
            TO_PUBLIC["proposals.rerun"](session, rerun, walk.now())
        answer_requests(walk.house, walk.now())
    for _ in range(2):
        with public(walk.house) as session:
            TO_PUBLIC["proposals.wish_lifted"](session, {"wish_ref": "W" * 32}, walk.now())
    assert (count(walk, "public", PairWish), count(walk, "public", ProposalRun)) == (1, 2)
    payload = drafted(walk)
    before = [count(walk, "office", m) for m in (ProposalDraft, ProposalLeft)]
    for _ in range(2):
        with office(walk.house) as session:
            TO_OFFICE["proposals.drafted"](session, payload, walk.now())
    after = [count(walk, "office", m) for m in (ProposalDraft, ProposalLeft)]
    assert (count(walk, "office", ProposalBatch), after[1]) == (2, before[1])
    with office(walk.house) as session:
        refs = session.scalars(select(ProposalDraft.proposal_ref)).all()
    assert len(refs) == len(set(refs))


def drafted(walk: Walk) -> dict[str, object]:
    """The letter of the latest run that is still under way."""
    with public(walk.house) as session:
        waiting = PublicLetter.kind == "proposals.drafted", PublicLetter.delivered_at.is_(None)
        payload = session.scalars(select(PublicLetter.payload).where(*waiting)).one()
    read: dict[str, object] = json.loads(payload or "")
    return read


def test_who_is_left_is_listed_with_the_reason(walk: Walk) -> None:
    """One volunteer with one place: one need has somebody, of the others it went elsewhere."""
    with public(walk.house) as session:
        offer = Offer(("service",), ("S01", "S06"), (COUNTY,), "monthly", False, 1)
        state_interest(session, offer, actor=donor(session, "vol"), now=walk.now())
        propose(session, actor=SYSTEM, now=walk.now())
    walk.carry()
    with office(walk.house) as session:
        reasons = session.scalars(select(ProposalLeft.reason)).all()
        served = set(session.scalars(select(ProposalDraft.need_id)))
        services = session.scalars(
            select(Need.id).where(Need.area.startswith(COUNTY), Need.item_code.in_(("S01", "S06")))
        ).all()
        left = set(session.scalars(select(ProposalLeft.need_id)))
    assert len(served) == 1 and set(services) <= served | left and not served & left
    assert "always_second" in reasons
    told = page(walk)
    assert "没有排到人的" in told and "有合适的人，可都去了更合适的地方" in told


def test_with_nobody_willing_all_are_left_without_an_eligible_person(walk: Walk) -> None:
    with public(walk.house) as session:
        propose(session, actor=SYSTEM, now=walk.now())
    walk.carry()
    with office(walk.house) as session:
        assert set(session.scalars(select(ProposalLeft.reason))) == {"no_eligible_person"}
    assert "眼下没有合适的人" in page(walk)


def test_partners_who_cannot_be_matched_are_listed_with_the_reason(walk: Walk) -> None:
    offers = {
        "vol": Offer(("goods",), (), (COUNTY,), "once", False, 1),
        "newvol": Offer(("service",), ("S01",), (COUNTY,), "once", False, 1),
        "firm": Offer(("service",), ("S01",), ("640105",), "once", False, 1),
    }
    with public(walk.house) as session:
        for login, offer in offers.items():
            state_interest(session, offer, actor=donor(session, login), now=walk.now())
        propose(session, county=COUNTY, actor=SYSTEM, now=walk.now())
        tokens = {i.partner.token: i.id for i in session.scalars(select(Interest))}
    walk.carry()
    with office(walk.house) as session:
        batch = session.scalars(select(ProposalBatch)).one()
        idle = {one["token"]: one for one in json.loads(batch.idle or "[]")}
    assert set(idle) == set(tokens)
    assert sorted(one["reason"] for one in idle.values()) == ["kind", "reach", "unverified"]
    told = page(walk)
    assert "没有选“出服务”" in told and "资料还没核验完" in told
    assert "方便去的县里，眼下没有等服务的" not in told  # would not come to this county


def test_fairness_is_shown_with_bars_and_without_styles(walk: Walk) -> None:
    walk.propose()
    told = page(walk, "/fairness")
    for words in ("等了多久", "要的是什么", "一次都没有被推荐过", "照顾等得久的，少了多少合适"):
        assert words in told
    assert '<svg class="twobars"' in told and "style=" not in told


@pytest.mark.parametrize(("login", "status"), [("cl", 403), ("vw", 404), ("to", 404), ("far_cs", 404)])
def test_the_countys_officer_alone_has_a_word(walk: Walk, login: str, status: int) -> None:
    walk.propose()
    draft = walk.drafts()[0]
    assert post(walk, f"/drafts/{draft.id}/pin") == 303
    with office(walk.house) as session:
        wish = session.scalars(select(ProposalWish.id)).one()
    assert post(walk, f"/drafts/{draft.id}/pin", login) == status
    assert post(walk, f"/drafts/{draft.id}/forbid", login, reason="x") == status
    assert post(walk, f"/wishes/{wish}/lift", login) == status
    with office(walk.house) as session:
        assert session.get_one(ProposalWish, wish).lifted_at is None


def test_another_county_sees_none_of_it(walk: Walk) -> None:
    walk.propose()
    first = walk.drafts(ranks=3)[0]
    post(walk, f"/drafts/{first.id}/forbid", reason="两家有旧怨")
    told = page(walk, login="far_cs")
    assert "旧怨" not in told and first.project_id not in told


def test_what_was_sent_can_no_longer_be_settled_or_forbidden(walk: Walk) -> None:
    walk.propose()
    draft = walk.drafts()[0]
    assert walk.send(draft) == 303
    assert post(walk, f"/drafts/{draft.id}/pin") == 409
    assert post(walk, f"/drafts/{draft.id}/forbid", reason="不合适") == 409
