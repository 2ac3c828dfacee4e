"""What an urgent bypass left owed is answered after all: the need is met, and whoever held it is thanked."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from app.core.clock import local_day
from app.core.house import House
from app.core.outbox import OfficeLetter
from app.followup.operations.late import verify_late_outcome
from app.gifts.models import Claim
from app.needs.models import CascadeBypass, CascadeOutcome, Need
from app.needs.operations import cascade
from app.needs.states import BypassState, NeedState
from app.releases.models import NeedProject
from tests.clock import NOW
from tests.stories.direct_world import Desk, body, open_desk
from tests.stories.releases_world import approve_all, crowd, public_projects, tick, week
from tests.world import COUNTY, office, officer, public

NEEDS = "/office/needs"


def record(desk: Desk, login: str, stage: int, how: str, qty: str = "", need_id: int = 0) -> int:
    data = {"stage": str(stage), "outcome": how, "covered_qty": qty, "basis": "临时救助，已发"}
    path = f"{NEEDS}/{need_id or desk.need_id}/outcome"
    return desk.site.office(login).post(path, data=data).status_code


def newest(desk: Desk) -> int:
    with office(desk.house) as session:
        return session.scalars(select(CascadeOutcome.id).order_by(CascadeOutcome.id.desc())).first() or 0


def verify(desk: Desk, login: str = "cs") -> int:
    status = desk.site.office(login).post(f"/office/followup/outcomes/{newest(desk)}/verify").status_code
    desk.carry()
    return status


def covers(desk: Desk) -> None:
    assert record(desk, "dept", 1, "covered") == 303
    assert verify(desk) == 303


def owed(desk: Desk) -> list[int]:
    with office(desk.house) as session:
        return session.scalars(select(CascadeBypass.stages_still_owed)).one()


def claim(house: House) -> Claim:
    with public(house) as session:
        return session.scalars(select(Claim)).one()


@pytest.fixture
def desk(house: House) -> Desk:
    return open_desk(house)


def test_what_nobody_holds_is_met_by_the_step_that_was_owed(any_house: House) -> None:
    desk = open_desk(any_house)
    assert owed(desk) == [1, 2]
    covers(desk)
    assert (desk.state(), owed(desk)) == (NeedState.MET, [2])


def test_a_question_that_waits_is_taken_back_with_thanks(desk: Desk) -> None:
    desk.ask()
    assert desk.state() == NeedState.HELD
    covers(desk)
    assert (desk.state(), desk.offer().state) == (NeedState.MET, "withdrawn")
    assert (desk.told().state, desk.told().need_item) == ("thanked", None)
    shown = desk.site.public("firm").get(f"/my/offers/{desk.offer().offer_no}").get_data(as_text=True)
    assert "这一件已经落实，谢谢你们" in shown


def test_a_hold_ends_with_thanks_and_without_a_certificate(any_house: House) -> None:
    desk = open_desk(any_house)
    desk.ask()
    desk.take()
    covers(desk)
    assert (desk.state(), desk.tie().state, desk.tie().ended_how) == (NeedState.MET, "ended", "covered")
    ended = claim(any_house)
    assert (ended.state, ended.live_key, ended.terms) == ("thanked", None, None)
    firm = desk.site.public("firm")
    shown = firm.get(f"/my/claims/{ended.claim_ref}").get_data(as_text=True)
    assert "谢谢你愿意接" in shown and "不算你放下" in shown
    assert "办成了" not in firm.get("/my").get_data(as_text=True)
    for refused in ("pledge", "release"):
        assert firm.post(f"/my/claims/{ended.claim_ref}/{refused}", data={}).status_code in (404, 409, 422)


def test_a_letter_of_thanks_that_comes_twice_changes_nothing(desk: Desk) -> None:
    desk.ask()
    desk.take()
    covers(desk)
    before = claim(desk.house).version
    with office(desk.house) as session:
        sent = session.scalars(select(OfficeLetter).where(OfficeLetter.kind == "claim.thanked")).one()
        sent.delivered_at = None
    desk.carry()
    assert claim(desk.house).version == before


def test_a_part_of_it_tells_the_holder_how_much_is_still_missing(house: House) -> None:
    desk = open_desk(house, qty=3)
    desk.ask()
    desk.take()
    assert record(desk, "dept", 1, "partial", "2") == 303
    assert verify(desk) == 303
    assert desk.state() == NeedState.HELD
    ref = claim(house).claim_ref
    assert "还差 1" in desk.site.public("firm").get(f"/my/claims/{ref}").get_data(as_text=True)


def test_nothing_found_ticks_the_step_off_and_the_hold_goes_on(desk: Desk) -> None:
    desk.ask()
    assert record(desk, "dept", 1, "none") == 303
    assert verify(desk) == 303
    assert record(desk, "duty", 2, "none") == 303
    assert verify(desk) == 303
    assert (desk.state(), owed(desk), desk.offer().state) == (NeedState.HELD, [], "offered")
    assert record(desk, "dept", 1, "none") == 409, "answered once and for all"


def promised(desk: Desk) -> None:
    desk.ask()
    desk.take()
    day = (local_day(desk.now()) + timedelta(days=2)).isoformat()
    path = f"/my/claims/{claim(desk.house).claim_ref}/pledge"
    assert desk.site.public("firm").post(path, data={"qty": "1", "date_by": day}).status_code == 303
    desk.carry()
    assert desk.state() == NeedState.COMMITTED


def test_beside_a_promise_nothing_is_covered_twice(desk: Desk) -> None:
    assert record(desk, "dept", 1, "covered") == 303
    promised(desk)
    assert verify(desk) == 409
    assert "有一家已经说定要送来" in body(desk, "cs", f"{NEEDS}/{desk.need_id}")
    assert record(desk, "duty", 2, "covered") == 409
    assert record(desk, "duty", 2, "none") == 303, "that nothing was found may be said"
    assert (desk.state(), desk.tie().state) == (NeedState.COMMITTED, "committed")


def test_the_step_is_capped_at_what_is_still_missing(house: House) -> None:
    desk = open_desk(house, qty=2)
    assert record(desk, "dept", 1, "covered") == 303
    first = newest(desk)
    assert record(desk, "duty", 2, "partial", "1") == 303
    assert verify(desk) == 303
    assert desk.site.office("cs").post(f"/office/followup/outcomes/{first}/verify").status_code == 303
    with office(house) as session:
        rows = session.scalars(select(CascadeOutcome.covered_qty).order_by(CascadeOutcome.id)).all()
        need = session.scalars(select(Need)).one()
    assert (list(rows), need.residual_qty, need.state) == ([1, 1], 0, "met")


@pytest.mark.parametrize(("login", "status"), [("dept", 403), ("to", 403), ("cl", 403), ("far_cs", 404)])
def test_the_county_agrees_and_nobody_else(login: str, status: int, desk: Desk) -> None:
    record(desk, "duty", 2, "covered")
    assert verify(desk, login) == status
    assert desk.state() == NeedState.STAGE3


def test_the_ordinary_way_of_verifying_is_shut_for_it(desk: Desk) -> None:
    """It would leave a hold behind."""
    record(desk, "dept", 1, "covered")
    assert desk.site.office("cs").post(f"{NEEDS}/outcomes/{newest(desk)}/verify").status_code == 409


def test_those_who_owe_an_answer_are_told_every_day(desk: Desk) -> None:
    for login, words in (("dept", "现有政策能不能解决"), ("duty", "单位能不能帮")):
        shown = body(desk, login, "/office/")
        assert words in shown and "急难直通欠下的，期限不变" in shown
        assert "件回过话" not in shown, "nothing of it is answered yet"
    desk.later(days=4)
    late = body(desk, "cl", "/office/late")
    assert "急难直通欠的第①步" in late and "急难直通欠的第②步" in late
    record(desk, "dept", 1, "none")
    assert "核对第①步" in body(desk, "cs", "/office/")
    verify(desk)
    record(desk, "duty", 2, "none")
    assert "核对第②步" in body(desk, "cs", "/office/"), "not the township's, since a hold may end with it"
    verify(desk)
    assert "急难直通欠的" not in body(desk, "cl", "/office/late")


def test_a_card_turns_at_the_tick_in_threes(house: House) -> None:
    """No bypassed need is published (decisions 19); should one ever be, its card waits like any other."""
    crowd(house)
    approve_all(house)
    tick(house)
    three = three_of_a_cohort(house)
    for project_id in three[:2]:
        met_late(house, project_id)
    tick(house, week(1))
    assert statuses(house, three[:2]) == {"open"}, "two wait for a third"
    met_late(house, three[2])
    tick(house, week(2))
    assert statuses(house, three) == {"done"}


def three_of_a_cohort(house: House) -> list[int]:
    with office(house) as session:
        own = [p for p in public_projects(session) if p.area.startswith(COUNTY)]
        return [p.id for p in own if p.cohort_id == own[0].cohort_id][:3]


def met_late(house: House, project_id: int) -> None:
    with office(house) as session:
        need = session.get_one(NeedProject, project_id).need
        session.execute(delete(CascadeOutcome).where(CascadeOutcome.need_id == need.id))
        need.bypassed = True
        bypass = CascadeBypass(need=need, reason_code="生命健康", reason="等不得", asked_by_key="k")
        bypass.state, bypass.stages_still_owed = BypassState.APPROVED, [1]
        bypass.created_at, bypass.created_by = NOW, "system:0"
        session.add(bypass)
        session.flush()
        entry = cascade.record_outcome(
            session,
            need,
            outcome="covered",
            covered_qty=0,
            basis="临时救助",
            stage=1,
            actor=officer(session, "dept"),
            now=NOW,
        )
        assert verify_late_outcome(session, entry, actor=officer(session, "cs"), now=NOW)


def statuses(house: House, projects: list[int]) -> set[str | None]:
    with office(house) as session:
        return {session.get_one(NeedProject, p).status for p in projects}
