"""A claim in the office: called, promised, counted, handed over with a receipt, confirmed by another."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.accounts.models.partners import Volunteer
from app.accounts.queries.partners import partner_of
from app.cases.models import CaseRecord
from app.core.house import House
from app.core.outbox import OfficeReceived, PublicReceived
from app.followup.jobs import TO_OFFICE
from app.followup.operations import claims
from app.gifts.operations.pledges import take_step
from app.library.queries import card_by_number
from app.needs.states import NeedState
from app.policy.catalogue import ITEMS
from app.releases.queries import project_by_number
from tests.clock import NOW
from tests.stories.followup_shelf import fill, publish
from tests.stories.followup_world import RECEIPT, Walk, open_walk
from tests.world import Site, donor, office, public

LIST = "/office/followup/"


@pytest.fixture(scope="module")
def published(peopled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(peopled, tmp_path_factory.mktemp("public") / "instance")


@pytest.fixture
def walk(published: Path, tmp_path: Path) -> Iterator[Walk]:
    yield from open_walk(published, tmp_path)


def page(walk: Walk, login: str, path: str) -> str:
    answer = walk.office(login).get(path)
    assert answer.status_code == 200, (login, path)
    return answer.get_data(as_text=True)


def tie_page(walk: Walk, login: str, tie_id: int) -> str:
    return page(walk, login, f"{LIST}ties/{tie_id}")


def card_status(walk: Walk, tie_id: int) -> str:
    with public(walk.house) as session:
        card = card_by_number(session, walk.tie(tie_id).project_id)
        assert card is not None
        return card.status


def lines(walk: Walk, tie_id: int) -> list[str]:
    """The household's timeline about that need."""
    need_id = walk.tie(tie_id).need_id
    with office(walk.house) as session:
        found = select(CaseRecord.text).where(CaseRecord.need_id == need_id).order_by(CaseRecord.id)
        return list(session.scalars(found))


def test_the_whole_way_from_a_claim_to_a_need_that_is_met(any_house: House) -> None:
    fill(any_house)
    walk = Walk(any_house, Site(any_house))
    tie_id = walk.claim()
    assert walk.need_state(tie_id) == NeedState.HELD
    assert walk.post("cs", tie_id, "contact", note="下周三送来") == 303
    walk.pledge(tie_id)
    assert walk.need_state(tie_id) == NeedState.COMMITTED
    assert walk.post("cs", tie_id, "arrive", qty=2) == 303
    assert walk.post("to", tie_id, "hand-over", **RECEIPT) == 303
    assert walk.need_state(tie_id) == NeedState.DELIVERED
    assert walk.post("vw", tie_id, "confirm", qty=2) == 303
    assert walk.tie(tie_id).state == "confirmed"
    assert walk.need_state(tie_id) == NeedState.MET
    with public(walk.house) as session:
        assert walk.claim_of(session, tie_id).state == "done"
        assert walk.pledge_of(session, tie_id).state == "confirmed"
    told = lines(walk, tie_id)[1:]  # the first is its publication
    begun = ("有人认领", "说定了", "县接收点点收 2 件", "已交到家里", "家里确认合用")
    assert len(told) == len(begun)
    assert all(line.split("：")[1].startswith(text) for line, text in zip(told, begun, strict=True))
    assert card_status(walk, tie_id) == "claimed"  # 已实现 comes with a tick, never at once


@pytest.mark.parametrize(("by", "whose"), [("to", "转交"), ("cs", "点收")])
def test_who_counted_or_handed_over_may_not_confirm(walk: Walk, by: str, whose: str) -> None:
    tie_id = walk.handed_over()
    if by == "cs":  # the county has no right to confirm at all
        assert walk.post(by, tie_id, "confirm", qty=2) == 403
        return
    assert walk.post(by, tie_id, "confirm", qty=2) == 409
    assert walk.post(by, tie_id, "dispute", reason="短了一截") == 409
    assert walk.need_state(tie_id) == NeedState.DELIVERED
    assert whose in tie_page(walk, by, tie_id)


def test_the_refused_confirmer_is_told_who_can(walk: Walk) -> None:
    told = tie_page(walk, "to", walk.handed_over())
    assert "要另一位同志来确认" in told
    for name in ("测试vw", "测试vw2", "测试tl"):
        assert name in told
    assert "合用，写回户档案" not in told


def test_another_village_worker_confirms_what_the_first_handed_over(walk: Walk) -> None:
    tie_id = walk.arrived()
    assert walk.post("vw", tie_id, "hand-over", **RECEIPT) == 303
    assert walk.post("vw", tie_id, "confirm", qty=2) == 409
    assert walk.post("vw2", tie_id, "confirm", qty=2) == 303


def test_a_part_confirmed_leaves_the_rest_open(walk: Walk) -> None:
    tie_id = walk.handed_over()
    assert walk.post("vw", tie_id, "confirm", qty=1) == 303
    tie = walk.tie(tie_id)
    assert (tie.confirmed_qty, walk.need_state(tie_id)) == (1, NeedState.PUBLISHED)
    assert card_status(walk, tie_id) == "open"
    with office(walk.house) as session:
        project = project_by_number(session, tie.project_id)
        assert project is not None and project.need.residual_qty == 1 and project.status == "open"
    assert walk.tie(walk.claim(login="charity")).project_id == tie.project_id


def test_no_more_is_confirmed_than_was_brought(walk: Walk) -> None:
    tie_id = walk.handed_over(qty=1)
    assert walk.post("vw", tie_id, "confirm", qty=2) == 422
    assert walk.post("vw", tie_id, "confirm", qty=0) == 422
    assert walk.post("vw", tie_id, "confirm", qty=1) == 303
    assert walk.need_state(tie_id) == NeedState.PUBLISHED


def test_what_does_not_fit_is_mended_and_confirmed(walk: Walk) -> None:
    tie_id = walk.handed_over()
    assert walk.post("vw", tie_id, "dispute", reason="") == 422
    assert walk.post("vw", tie_id, "dispute", reason="门槛高，板子短了一截") == 303
    with public(walk.house) as session:
        assert walk.pledge_of(session, tie_id).state == "disputed"
    assert (walk.tie(tie_id).state, walk.need_state(tie_id)) == ("committed", NeedState.COMMITTED)
    told = tie_page(walk, "cs", tie_id)
    assert "家里说不合用" in told and "板子短了一截" in told
    assert "不合用" in page(walk, "cs", f"{LIST}?show=care")
    for login, step, data in (("cs", "arrive", {"qty": 2}), ("to", "hand-over", RECEIPT)):
        assert walk.post(login, tie_id, step, **data) == 303
    assert walk.tie(tie_id).disputed_on is None
    assert walk.post("vw", tie_id, "confirm", qty=2) == 303
    assert walk.need_state(tie_id) == NeedState.MET
    with public(walk.house) as session:
        assert walk.pledge_of(session, tie_id).state == "confirmed"
    assert sum("县接收点点收" in line for line in lines(walk, tie_id)) == 2


def test_what_cannot_be_mended_is_let_go_and_the_need_is_free(walk: Walk) -> None:
    tie_id = walk.handed_over()
    assert walk.post("cs", tie_id, "let-go", reason="补不了") == 409
    walk.post("vw", tie_id, "dispute", reason="门槛高，板子短了一截")
    assert walk.post("to", tie_id, "let-go", reason="补不了") == 403
    assert walk.post("cs", tie_id, "let-go", reason="") == 422
    assert walk.post("cs", tie_id, "let-go", reason="尺寸没有现货，谢谢你的心意") == 303
    assert walk.need_state(tie_id) == NeedState.PUBLISHED
    assert card_status(walk, tie_id) == "open"
    with public(walk.house) as session:
        assert walk.claim_of(session, tie_id).state == "rejected"
        assert walk.pledge_of(session, tie_id).state == "cancelled"


def test_a_promise_is_let_go_only_a_week_after_its_day(walk: Walk) -> None:
    tie_id = walk.claim()
    walk.pledge(tie_id, days=2)
    walk.later(days=9)
    assert walk.post("cs", tie_id, "let-go", reason="等了一周") == 409
    walk.later(days=1)
    assert "放回去" in tie_page(walk, "cs", tie_id)
    assert walk.post("cs", tie_id, "let-go", reason="等了一周") == 303


def test_a_rejected_claim_frees_the_need_and_says_why(walk: Walk) -> None:
    tie_id = walk.claim()
    assert walk.post("cs", tie_id, "reject", reason=" ") == 422
    assert walk.post("cs", tie_id, "reject", reason="要直接送到红旗村才行") == 422  # tells the village
    assert walk.post("cs", tie_id, "reject", reason="这一项要有资质的单位来做") == 303
    assert (walk.need_state(tie_id), card_status(walk, tie_id)) == (NeedState.PUBLISHED, "open")
    number = walk.tie(tie_id).project_id
    with office(walk.house) as session:
        project = project_by_number(session, number)
        assert project is not None and project.status == "open"
    with public(walk.house) as session:
        assert walk.claim_of(session, tie_id).state == "rejected"
    assert walk.claim(login="charity") != tie_id


def test_a_released_claim_frees_the_need(walk: Walk) -> None:
    tie_id = walk.claim()
    walk.release(tie_id)
    assert (walk.tie(tie_id).ended_how, walk.need_state(tie_id)) == ("released", NeedState.PUBLISHED)
    assert "对方放下了" in tie_page(walk, "cs", tie_id)


def test_a_hold_lapses_after_seven_days_once_we_have_called(walk: Walk) -> None:
    tie_id = walk.claim()
    walk.later(days=8)
    walk.site.work()
    assert walk.tie(tie_id).state == "held"  # our own call is overdue: nothing lapses
    assert walk.post("to", tie_id, "contact") == 303
    walk.later(days=8)
    walk.site.work()
    assert (walk.tie(tie_id).ended_how, walk.need_state(tie_id)) == ("lapsed", NeedState.PUBLISHED)


def test_fewer_than_promised_are_counted_only_with_the_donors_word(walk: Walk) -> None:
    tie_id = walk.claim()
    walk.pledge(tie_id)
    assert walk.post("cs", tie_id, "arrive", qty=3) == 422
    assert walk.post("cs", tie_id, "arrive", qty=1) == 422
    assert walk.post("cs", tie_id, "arrive", qty=1, agreed="y") == 303
    assert walk.tie(tie_id).qty == 1


def test_goods_are_handed_over_only_once_they_have_arrived(walk: Walk) -> None:
    tie_id = walk.claim()
    walk.pledge(tie_id)
    assert walk.post("to", tie_id, "hand-over", **RECEIPT) == 409
    walk.post("cs", tie_id, "arrive", qty=2)
    assert walk.post("to", tie_id, "hand-over") == 422  # no receipt, no handing over
    assert walk.post("to", tie_id, "hand-over", **{**RECEIPT, "receipt_by": "nobody"}) == 422
    assert walk.post("to", tie_id, "hand-over", **RECEIPT) == 303


def test_a_service_needs_no_reception_point(walk: Walk) -> None:
    tie_id = walk.claim("S06", "vol")
    walk.pledge(tie_id, qty=1, login="vol")
    assert walk.post("cs", tie_id, "arrive", qty=1) == 409
    assert walk.post("vw", tie_id, "hand-over", **RECEIPT) == 303
    assert walk.post("vw2", tie_id, "confirm", qty=1) == 303
    assert walk.need_state(tie_id) == NeedState.MET


def test_money_is_handed_over_only_once_the_charity_has_bought(walk: Walk) -> None:
    tie_id = walk.claim("M02")
    ref = walk.tie(tie_id).claim_ref
    pledge = {"pledge_ref": "P" * 8}
    promise = {**pledge, "claim_ref": ref, "kind": "money", "qty": 1, "date_by": "2026-12-01"}
    paid = {**pledge, "amount_fen": 80_000, "charity_project": "助学", "paid_at": NOW.isoformat()}
    bought = {**pledge, "what": "学费", "on": "2026-11-30"}
    with office(walk.house) as session:
        claims.take_pledge(session, promise, now=NOW)
        claims.take_payment(session, paid, now=NOW)
    assert walk.post("to", tie_id, "hand-over", **RECEIPT) == 409
    assert "慈善组织" in tie_page(walk, "to", tie_id)
    with office(walk.house) as session:
        claims.take_purchase(session, bought, now=NOW)
    assert walk.post("to", tie_id, "hand-over", **RECEIPT) == 303


def test_a_letter_that_comes_twice_changes_nothing(walk: Walk) -> None:
    tie_id = walk.handed_over()
    tie = walk.tie(tie_id)
    with office(walk.house) as session:
        before = session.scalar(select(func.count()).select_from(CaseRecord))
        session.query(OfficeReceived).delete()
    made = {"claim_ref": tie.claim_ref, "project_id": tie.project_id, "kind": "goods"}
    pledged = {"claim_ref": tie.claim_ref, "pledge_ref": tie.pledge_ref, "qty": 1, "date_by": "2026-12-09"}
    with office(walk.house) as session:
        TO_OFFICE["claim.made"](session, made, walk.now())
        TO_OFFICE["pledge.made"](session, pledged, walk.now())
        TO_OFFICE["claim.ended"](session, {"claim_ref": tie.claim_ref, "how": "released"}, walk.now())
    after = walk.tie(tie_id)
    assert (after.state, after.qty, after.date_by, after.version) == (
        tie.state,
        tie.qty,
        tie.date_by,
        tie.version,
    )
    with office(walk.house) as session:
        assert session.scalar(select(func.count()).select_from(CaseRecord)) == before
    with public(walk.house) as session:
        session.query(PublicReceived).delete()
        for action in ("arrive", "hand_over"):
            take_step(session, {"pledge_ref": tie.pledge_ref}, action, now=walk.now())
        assert walk.pledge_of(session, tie_id).state == "handed_over"


def test_a_claim_that_comes_too_late_is_turned_away(walk: Walk) -> None:
    """The need was taken off the list while the claim was under way."""
    number = walk.project("G07")
    with office(walk.house) as session:
        project = project_by_number(session, number)
        assert project is not None
        project.need.state = NeedState.STAGE3
    tie_id = walk.claim()
    assert (walk.tie(tie_id).ended_how, walk.need_state(tie_id)) == ("not_free", NeedState.STAGE3)
    with public(walk.house) as session:
        assert walk.claim_of(session, tie_id).state == "rejected"


@pytest.mark.parametrize(("item", "skill"), [("S10", "law"), ("S02", "")])
def test_an_item_that_the_card_may_not_name_is_compared_in_the_office(
    walk: Walk, item: str, skill: str
) -> None:
    """综合帮扶 hides counselling and children's needs: who is not fit for them is told no more than that."""
    number = walk.project("S06")
    with office(walk.house) as session:
        project = project_by_number(session, number)
        assert project is not None
        project.need.item_code = item
    with public(walk.house) as session:
        card = card_by_number(session, number)
        assert card is not None
        card.need_item, card.action_no = "综合帮扶", None
    tie_id = walk.claim(item, login="firm")
    assert walk.tie(tie_id).ended_how == "not_fit"
    with public(walk.house) as session:
        claim = walk.claim_of(session, tie_id)
        assert (claim.state, claim.terms) == ("rejected", None), "size and quantity were never told"
        ref = claim.claim_ref
    assert card_status(walk, tie_id) == "open", "others may take it at once"
    shown = walk.site.public("firm").get(f"/my/claims/{ref}").get_data(as_text=True)
    assert "你的登记里还没有" in shown and ITEMS[item].name not in shown
    with public(walk.house) as session:
        vol = partner_of(session, donor(session, "vol", walk.now()))
        assert isinstance(vol, Volunteer)
        vol.skills = [skill] if skill else []
    tie_id = walk.claim(item, login="vol")
    assert walk.tie(tie_id).state == "held"
