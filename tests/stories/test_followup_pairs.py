"""A pairing in the office: the household's yes or no, the plan, visits answered and confirmed, the end."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.cases.models import CaseRecord, Consent
from app.core.clock import local_day
from app.followup.jobs import end_unanswered
from app.followup.models import PairTie, ProposalDraft
from app.library.queries import card_by_number
from app.needs.states import NeedState
from app.pairings.models import ServiceHour
from app.releases.queries import project_by_number
from tests.stories.followup_shelf import publish
from tests.stories.followup_world import YES, Walk, open_walk
from tests.world import office, public

LIST, PROPOSALS = "/office/followup/pairs", "/office/followup/proposals?page=1"
GUARDIAN = {"agree-given_by": "监护人", "agree-capacity": "guardian", "agree-method": "paper"}


@pytest.fixture(scope="module")
def published(peopled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(peopled, tmp_path_factory.mktemp("public") / "instance")


@pytest.fixture
def walk(published: Path, tmp_path: Path) -> Iterator[Walk]:
    yield from open_walk(published, tmp_path)


def page(walk: Walk, login: str, pair_id: int) -> str:
    answer = walk.office(login).get(f"{LIST}/{pair_id}")
    assert answer.status_code == 200, login
    return answer.get_data(as_text=True)


def public_state(walk: Walk, pair_id: int) -> str:
    with public(walk.house) as session:
        return walk.pairing_of(session, pair_id).state


def card_status(walk: Walk, pair_id: int) -> str:
    with public(walk.house) as session:
        card = card_by_number(session, walk.pair(pair_id).project_id)
        assert card is not None
        return card.status


def pairing_consents(walk: Walk, pair_id: int) -> list[tuple[str, str]]:
    """Purpose and state of the answers about pairing, oldest first."""
    with office(walk.house) as session:
        case_id = session.get_one(PairTie, pair_id).case.id
        found = select(Consent).where(Consent.case_id == case_id, Consent.scope.in_(("pair", "disclose")))
        return [(c.scope, c.state) for c in session.scalars(found.order_by(Consent.id))]


def with_child(walk: Walk, pair_id: int, *, age: int = 10, trained: bool = True) -> None:
    """As if the pairing concerned a child of the household."""
    with office(walk.house) as session:
        pair = session.get_one(PairTie, pair_id)
        pair.minor = True
        until = (local_day(walk.now()) + timedelta(days=90)).isoformat()
        pair.donor_checks = {"background": until, "training_child": until} if trained else {}
        member = pair.case.household.members[0]
        member.birth_date = f"{walk.now().year - age}-01-01"


def test_from_the_households_yes_to_a_confirmed_visit(walk: Walk) -> None:
    pair_id = walk.accepted()
    assert walk.pair_need(pair_id) == NeedState.HELD
    assert "先念给家里听" in page(walk, "vw", pair_id)
    assert walk.step("vw", pair_id, "agree", **YES) == 303
    assert pairing_consents(walk, pair_id) == [("pair", "given"), ("disclose", "given")]
    assert public_state(walk, pair_id) == "preparing"
    assert walk.step("cs", pair_id, "activate", **walk.plan()) == 303
    assert (walk.pair_need(pair_id), public_state(walk, pair_id)) == (NeedState.COMMITTED, "active")
    with public(walk.house) as session:
        assert walk.pairing_of(session, pair_id).liaison_name == "康社工"
    visit = walk.planned_visit(pair_id)
    assert walk.answer(visit, "accept") == 303
    walk.later(hours=27)
    walk.log_visit(visit)
    assert "一起包了饺子" in page(walk, "vw", pair_id)
    assert walk.confirm_visit(visit) == 303
    with public(walk.house) as session:
        assert walk.public_visit(session, visit).state == "confirmed"
        assert session.scalar(select(func.sum(ServiceHour.minutes))) == 60
    with office(walk.house) as session:
        told = list(session.scalars(select(CaseRecord.text).where(CaseRecord.kind == "visit")))
    assert len(told) == 1 and "60 分钟" in told[0]


def test_a_no_needs_no_reason_and_tells_none(walk: Walk) -> None:
    pair_id = walk.accepted()
    assert walk.step("vw", pair_id, "decline") == 303
    assert (walk.pair_need(pair_id), card_status(walk, pair_id)) == (NeedState.PUBLISHED, "open")
    assert public_state(walk, pair_id) == "declined"
    assert pairing_consents(walk, pair_id) == []


def waited(walk: Walk, **by: float) -> None:
    """The worker looks again after some time; letters are carried."""
    walk.later(**by)
    end_unanswered(walk.house, walk.now())
    walk.carry()


def test_a_family_that_does_not_answer_in_21_days_is_not_waited_for(walk: Walk) -> None:
    pair_id = walk.accepted()
    until = walk.pair(pair_id).created_at + timedelta(days=21)
    assert f"最晚等到 {until.month} 月" in page(walk, "vw", pair_id)
    waited(walk, days=21, minutes=-1)
    assert (walk.pair(pair_id).state, public_state(walk, pair_id)) == ("asking", "donor_accepted")
    for _ in range(2):
        waited(walk, minutes=2)
    assert (walk.pair(pair_id).state, public_state(walk, pair_id)) == ("ended", "declined")
    assert (walk.pair_need(pair_id), card_status(walk, pair_id)) == (NeedState.PUBLISHED, "open")
    assert walk.step("vw", pair_id, "agree", **YES) == 409
    with office(walk.house) as session:
        told = session.scalars(select(CaseRecord.text).where(CaseRecord.kind == "pairing")).all()
    assert sum("到了期限" in text for text in told) == 1


def test_once_the_family_agreed_the_county_may_take_its_time(walk: Walk) -> None:
    """The answer came on the last day: what is late from now on shows in lists and ends nothing."""
    pair_id = walk.accepted()
    waited(walk, days=20)
    assert walk.step("vw", pair_id, "agree", **YES) == 303
    waited(walk, days=30)
    assert (walk.pair(pair_id).state, public_state(walk, pair_id)) == ("agreed", "preparing")


def test_the_partner_is_told_until_when_and_kindly_when_it_is_over(walk: Walk) -> None:
    pair_id = walk.accepted()
    with public(walk.house) as session:
        path = f"/my/pairings/{walk.pairing_of(session, pair_id).pairing_ref}"
    until = local_day(walk.pair(pair_id).created_at) + timedelta(days=21)
    before = walk.site.public("vol").get(path).get_data(as_text=True)
    assert f"最晚等到 {until.year} 年 {until.month} 月 {until.day} 日" in before
    waited(walk, days=21)
    after = walk.site.public("vol").get(path).get_data(as_text=True)
    assert "本次未能结对" in after and "不是你的问题" in after and "没有同意" not in after


def test_a_family_is_not_asked_again_about_somebody_it_declined(walk: Walk) -> None:
    pair_id = walk.accepted()
    declined = walk.pair(pair_id)
    walk.step("vw", pair_id, "decline")
    walk.propose("firm")
    with office(walk.house) as session:
        found = select(ProposalDraft).where(
            ProposalDraft.need_id == declined.need_id, ProposalDraft.state == "draft"
        )
        draft = session.scalars(found).one()
        draft.donor_token = declined.donor_token
    assert "这户以前没有同意过这位" in walk.office("cs").get(PROPOSALS).get_data(as_text=True)
    assert walk.send(draft) == 409


def test_a_yes_names_who_gave_it_and_how(walk: Walk) -> None:
    pair_id = walk.accepted()
    assert walk.step("vw", pair_id, "agree") == 422
    assert walk.step("vw", pair_id, "agree", **{**YES, "agree-capacity": "proxy"}) == 422
    assert walk.step("vw", pair_id, "agree", **{**YES, "agree-method": "audio"}) == 422
    assert walk.pair(pair_id).state == "asking" and pairing_consents(walk, pair_id) == []
    witnessed = {"agree-method": "audio", "agree-witness": "见证人"}
    assert walk.step("vw", pair_id, "agree", **{**YES, **witnessed}) == 303


def test_where_a_child_is_concerned_the_guardian_answers_in_writing_below_fourteen(walk: Walk) -> None:
    pair_id = walk.accepted()
    with_child(walk, pair_id)
    assert "书面签字" in page(walk, "vw", pair_id)
    assert walk.step("vw", pair_id, "agree", **YES) == 422
    spoken = {**GUARDIAN, "agree-method": "phone", "agree-witness": "见证人"}
    assert walk.step("vw", pair_id, "agree", **spoken) == 422
    assert walk.step("vw", pair_id, "agree", **GUARDIAN) == 303


def test_a_childs_pairing_starts_with_two_checked_adults_and_a_social_worker(walk: Walk) -> None:
    pair_id = walk.accepted()
    with_child(walk, pair_id, trained=False)
    walk.step("vw", pair_id, "agree", **GUARDIAN)
    two = {"second_adult": "另一位", "social_worker": "社工"}
    assert walk.step("cs", pair_id, "activate", **walk.plan(**two)) == 409
    with_child(walk, pair_id)
    for missing in two:
        assert walk.step("cs", pair_id, "activate", **walk.plan(**{**two, missing: ""})) == 422
    assert walk.step("cs", pair_id, "activate", **walk.plan(**two)) == 303
    with public(walk.house) as session:
        assert walk.pairing_of(session, pair_id).adults_min == 2


def test_a_check_that_ran_out_is_no_check(walk: Walk) -> None:
    pair_id = walk.accepted()
    with_child(walk, pair_id)
    walk.step("vw", pair_id, "agree", **GUARDIAN)
    with office(walk.house) as session:
        gone = (local_day(walk.now()) - timedelta(days=1)).isoformat()
        session.get_one(PairTie, pair_id).donor_checks = {"background": gone, "training_child": gone}
    two = {"second_adult": "另一位", "social_worker": "社工"}
    assert walk.step("cs", pair_id, "activate", **walk.plan(**two)) == 409


@pytest.mark.parametrize(
    "wrong",
    [
        {"contacts_min": "3"},
        {"visits_min": "1"},
        {"liaison_name": ""},
        {"liaison_phone": "123"},
        {"meeting_point": "红旗村村委会"},
        {"first_on": "2026-11-22"},
        {"first_on": "2027-11-22"},
        {"first_on": "下周"},
    ],
)
def test_a_plan_has_its_least_cadence_a_liaison_and_a_public_place(walk: Walk, wrong: dict[str, str]) -> None:
    pair_id = walk.accepted()
    walk.step("vw", pair_id, "agree", **YES)
    assert walk.step("cs", pair_id, "activate", **walk.plan(**wrong)) == 422
    assert walk.pair(pair_id).state == "agreed"


def test_it_does_not_start_once_the_household_took_its_yes_back(walk: Walk) -> None:
    pair_id = walk.accepted()
    walk.step("vw", pair_id, "agree", **YES)
    take_back(walk, pair_id)
    assert walk.step("cs", pair_id, "activate", **walk.plan()) == 409


def take_back(walk: Walk, pair_id: int) -> None:
    with office(walk.house) as session:
        for consent in session.get_one(PairTie, pair_id).case.consents:
            if consent.scope == "pair":
                consent.state = "withdrawn"


def test_a_withdrawn_yes_ends_the_pairing_within_the_minute(walk: Walk) -> None:
    pair_id = walk.active()
    visit = walk.planned_visit(pair_id)
    take_back(walk, pair_id)
    walk.site.work()
    assert (walk.pair(pair_id).state, walk.pair_need(pair_id)) == ("ended", NeedState.PUBLISHED)
    assert walk.visit(visit).state == "cancelled"
    with public(walk.house) as session:
        pairing = walk.pairing_of(session, pair_id)
        assert (pairing.state, pairing.liaison_phone) == ("ended", None)


def test_the_household_stops_at_any_time(walk: Walk) -> None:
    pair_id = walk.active()
    assert walk.step("vw", pair_id, "stop") == 303
    assert walk.pair(pair_id).state == "ended"
    assert pairing_consents(walk, pair_id) == [("pair", "withdrawn"), ("disclose", "withdrawn")]
    assert (public_state(walk, pair_id), card_status(walk, pair_id)) == ("ended", "open")


def test_a_goal_that_is_reached_is_confirmed_with_the_family(walk: Walk) -> None:
    pair_id = walk.active()
    assert walk.step("cs", pair_id, "end") == 422
    assert walk.step("cs", pair_id, "end", **{"end-how": "met"}) == 303
    assert walk.pair_need(pair_id) == NeedState.DELIVERED
    assert walk.step("cs", pair_id, "confirm") == 403
    assert walk.step("vw", pair_id, "confirm") == 303
    assert (walk.pair_need(pair_id), card_status(walk, pair_id)) == (NeedState.MET, "claimed")
    assert walk.step("vw", pair_id, "confirm") == 409


def test_what_never_began_was_not_met(walk: Walk) -> None:
    pair_id = walk.accepted()
    assert walk.step("cs", pair_id, "end", **{"end-how": "met"}) == 422
    assert walk.step("cs", pair_id, "end", **{"end-how": "stop"}) == 303
    assert walk.pair_need(pair_id) == NeedState.PUBLISHED


def test_a_yes_for_a_need_that_is_gone_does_not_come_about(walk: Walk) -> None:
    walk.propose("vol")
    draft = walk.drafts()[0]
    walk.send(draft)
    with office(walk.house) as session:
        project = project_by_number(session, draft.project_id)
        assert project is not None
        project.need.state = NeedState.STAGE3
    pair_id = walk.accept(draft)
    assert (walk.pair(pair_id).state, walk.pair_need(pair_id)) == ("ended", NeedState.STAGE3)
    assert public_state(walk, pair_id) == "declined"


MAY = {"vw": {"agree", "decline", "stop"}, "cs": {"activate", "end"}, "to": set(), "cl": set()}


@pytest.mark.parametrize("login", sorted(MAY))
def test_each_step_is_open_to_its_roles_and_to_no_other(walk: Walk, login: str) -> None:
    pair_id = walk.accepted()
    for step in ("agree", "activate", "end", "stop", "decline"):
        status = walk.step(login, pair_id, step)
        assert (status == 403) != (step in MAY[login]), (step, status)


@pytest.mark.parametrize("login", ["far_cs", "far_vw", "far_to", "dept", "duty", "tl"])
def test_who_has_no_part_in_it_does_not_find_it(walk: Walk, login: str) -> None:
    pair_id = walk.active()
    visit = walk.planned_visit(pair_id)
    assert walk.office(login).get(f"{LIST}/{pair_id}").status_code == 404
    assert walk.step(login, pair_id, "stop") == 404
    assert walk.answer(visit, "accept", login) == 404


def test_the_lists_show_each_pairing_under_its_heading(walk: Walk) -> None:
    pair_id = walk.accepted()
    link = f"{LIST}/{pair_id}"
    shown = {
        show: link in walk.office("vw").get(f"{LIST}?show={show}").get_data(as_text=True)
        for show in ("open", "asking", "agreed", "active", "over", "nonsense")
    }
    assert shown == {
        "open": True,
        "asking": True,
        "agreed": False,
        "active": False,
        "over": False,
        "nonsense": True,
    }
    assert link not in walk.office("far_vw").get(LIST).get_data(as_text=True)
    walk.later(days=10)
    assert "超时" in walk.office("vw").get(LIST).get_data(as_text=True)
