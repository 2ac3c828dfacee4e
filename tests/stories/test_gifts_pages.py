"""A partner's own pages: claiming through the form, the list of claims, several promised at once, a charity's
project and what it bought."""

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.accounts.queries.partners import partner_of
from app.core.house import House
from app.gifts.models import CharityProject, Claim
from app.gifts.operations import claims, pledges
from app.gifts.operations.charity import take_project_verdict
from app.gifts.operations.payments import open_checkout, promise_money
from app.gifts.operations.settling import News, Notice, Outcome, take_notice
from app.gifts.queries import charity_projects_of, live_holds
from app.library.queries import card_by_number
from app.matches.operations.interests import state_interest
from app.policy.actors import Actor
from tests.clock import NOW, SteppingClock
from tests.stories.gifts_world import (
    DAY,
    FILING,
    GOODS,
    MONEY,
    SERVICE,
    STUDY,
    bed,
    filed_project,
    known,
    make_claim,
    project_of,
    shelve,
    switch_money,
    told_claim,
)
from tests.stories.pairings_world import offer
from tests.world import Site, donor, public

CLAIM = {"ready_on": DAY.isoformat(), "promised": "y"}
PROJECT = {
    "name": "助学成长",
    "filing_no": "53640000MJ0001A26009",
    "purpose": "帮困难家庭的孩子交学费。",
    "item_codes": ["M02"],
    "valid_from": DAY.isoformat(),
    "valid_to": (DAY + timedelta(days=300)).isoformat(),
    "payee_account": "acct_charity0009",
}


def state_of(house: House, ref: str) -> str:
    with public(house) as session:
        return known(session, ref).state


def test_a_claim_through_the_form_leads_to_its_page(site: Site) -> None:
    shelve(site.house)
    client = site.public("firm")
    assert "我来接这一项" in client.get(f"/library/{GOODS}/claim").text
    sent = client.post(f"/library/{GOODS}/claim", data=CLAIM)
    assert sent.status_code == 303 and sent.location.startswith("/my/claims/")
    page = client.get(sent.location).text
    assert "已为你保留 7 天" in page and "尺寸和数量正在路上" in page
    again = client.post(f"/library/{GOODS}/claim", data=CLAIM)
    assert again.location == sent.location  # pressed twice: one claim
    with public(site.house) as session:
        assert live_holds(session, donor(session, "firm"), NOW) == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "请选一天"),
        ({"ready_on": "昨天", "promised": "y"}, "读不出是哪一天"),
        ({"ready_on": "2026-11-20", "promised": "y"}, "日期要从今天起"),
        ({"ready_on": "2027-03-01", "promised": "y"}, "或更早的一天"),
        ({"ready_on": DAY.isoformat()}, "不打听、不寻找、不公开"),
    ],
)
def test_a_claim_form_says_what_to_change(site: Site, data: dict[str, str], said: str) -> None:
    shelve(site.house)
    answer = site.public("firm").post(f"/library/{GOODS}/claim", data=data)
    assert answer.status_code == 422
    assert said in answer.text and "处要改" in answer.text


@pytest.mark.parametrize(
    "typed", ["2026.11.25", "2026/11/25", "2026年11月25日", "２０２６-11-25", "2026 年 11 月 25 日"]
)
def test_days_are_taken_as_people_write_them(site: Site, typed: str) -> None:
    shelve(site.house)
    answer = site.public("firm").post(f"/library/{GOODS}/claim", data={"ready_on": typed, "promised": "y"})
    assert answer.status_code == 303


def test_a_fourth_hold_is_refused_with_a_way_on(site: Site) -> None:
    shelve(site.house)
    with public(site.house) as session:
        for number in range(3):
            make_claim(session, bed(number))
    client = site.public("firm")
    assert "你手上已经留着 3 项" in client.get(f"/library/{GOODS}/claim").text
    answer = client.post(f"/library/{GOODS}/claim", data=CLAIM)
    assert answer.status_code == 409 and "/my/claims?state=held" in answer.text


def test_a_taken_need_offers_like_ones(site: Site) -> None:
    shelve(site.house)
    with public(site.house) as session:
        make_claim(session, GOODS, "vol")
    answer = site.public("firm").post(f"/library/{GOODS}/claim", data=CLAIM)
    assert answer.status_code == 409
    assert "已有人接了" in answer.text and "差不多的，也等着人接" in answer.text


def test_a_childs_tutor_needs_both_papers_and_a_professional_the_skill(house: House) -> None:
    shelve(house)
    with public(house) as session:
        vol = donor(session, "vol")
        card = card_by_number(session, STUDY)
        assert card is not None
        assert claims.obstacle_to_claim(session, card, actor=vol, now=NOW) is None
        partner = partner_of(session, vol)
        assert partner is not None
        partner.checks = {k: v for k, v in partner.checks.items() if k != "background"}
        obstacle = claims.obstacle_to_claim(session, card, actor=vol, now=NOW)
        assert obstacle is not None and obstacle.code == "training"
        card.need_item = "法律咨询"
        refused = claims.obstacle_to_claim(session, card, actor=vol, now=NOW)
        assert refused is not None and refused.code == "skill"
        partner.skills = ["law"]  # type: ignore[union-attr]
        assert claims.obstacle_to_claim(session, card, actor=vol, now=NOW) is None
        firm = donor(session, "firm")
        refused = claims.obstacle_to_claim(session, card, actor=firm, now=NOW)
        assert refused is not None and refused.code == "skill"
        state_interest(session, offer(items=("S10",)), actor=firm, now=NOW)
        assert claims.obstacle_to_claim(session, card, actor=firm, now=NOW) is None
        session.rollback()


def test_another_partners_claim_is_not_found(site: Site) -> None:
    shelve(site.house)
    ref, money = told_claim(site.house), told_claim(site.house, MONEY)
    for login in ("vol", "charity", "newvol"):
        client = site.public(login)
        for place in ("", "/release", "/pay", "/paid"):
            assert client.get(f"/my/claims/{ref}{place}").status_code == 404, place
        assert client.post(f"/my/claims/{ref}/pledge", data={"qty": "1"}).status_code == 404
        assert client.post(f"/my/claims/{ref}/release").status_code == 404
        assert client.post(f"/my/claims/{money}/pay").status_code == 404
        assert client.post(f"/my/claims/{money}/pay/stop").status_code == 404
        chosen = {"claim": [ref], "date_by": DAY.isoformat()}
        assert client.post("/my/claims", data=chosen).status_code == 422
        assert ref not in client.get("/my/claims").text and ref not in client.get("/my").text
    assert state_of(site.house, ref) == "held"


def test_putting_it_down_asks_once_and_frees_it(site: Site) -> None:
    shelve(site.house)
    ref = told_claim(site.house)
    client = site.public("firm")
    assert "不留记录" in client.get(f"/my/claims/{ref}/release").text
    assert client.post(f"/my/claims/{ref}/release").status_code == 303
    assert state_of(site.house, ref) == "released"
    assert "再看看别的" in client.get(f"/my/claims/{ref}").text
    assert client.post(f"/my/claims/{ref}/release").status_code == 409


def test_the_list_sorts_claims_by_how_far_they_are(site: Site) -> None:
    shelve(site.house)
    held, going, gone = (told_claim(site.house, number) for number in (GOODS, SERVICE, bed(0)))
    with public(site.house) as session:
        firm = donor(session, "firm")
        pledges.make_pledge(session, known(session, going), qty=1, date_by=DAY, actor=firm, now=NOW)
        claims.release_claim(session, known(session, gone), actor=firm, now=NOW)
    client = site.public("firm")
    for state, ref in (("held", held), ("going", going), ("gone", gone)):
        page = client.get(f"/my/claims?state={state}").text
        for other in (held, going, gone):
            assert (f"/my/claims/{other}" in page) == (other == ref), (state, other)
    assert held in client.get("/my/claims?state=nonsense").text
    assert "这里没有" in client.get("/my/claims?state=done").text
    assert "还没有接过" in site.public("vol").get("/my/claims").text


def test_a_promise_whose_day_is_over_stands_out(site: Site, clock: SteppingClock) -> None:
    shelve(site.house)
    ref = told_claim(site.house)
    with public(site.house) as session:
        pledges.make_pledge(
            session, known(session, ref), qty=1, date_by=DAY, actor=donor(session, "firm"), now=NOW
        )
    clock.forward(timedelta(days=1))
    assert "过了说好的日子" in site.public("firm").get("/my/claims").text


def test_several_claims_are_promised_by_one_day(site: Site) -> None:
    shelve(site.house)
    refs = [told_claim(site.house, bed(number), qty=number + 1) for number in range(3)]
    client = site.public("firm")
    assert client.get("/my/claims").text.count('name="claim"') == 3
    by = DAY + timedelta(days=9)
    sent = client.post("/my/claims", data={"claim": refs[:2], "date_by": by.isoformat()})
    assert sent.status_code == 303
    with public(site.house) as session:
        made = [known(session, ref).pledge for ref in refs]
        assert [(p.qty, p.date_by) for p in made if p is not None] == [(1, by), (2, by)]
        assert made[2] is None


@pytest.mark.parametrize(
    ("number", "by", "said"),
    [
        (2, "", "请选一天"),
        (2, (DAY + timedelta(days=31)).isoformat(), "之间的一天"),
        (0, DAY.isoformat(), "请先勾上"),
    ],
)
def test_of_several_promises_all_are_taken_or_none(site: Site, number: int, by: str, said: str) -> None:
    shelve(site.house)
    refs = [told_claim(site.house, bed(n)) for n in range(2)]
    answer = site.public("firm").post("/my/claims", data={"claim": refs[:number], "date_by": by})
    assert answer.status_code == 422
    assert said in answer.text
    assert answer.text.count(" checked") == number
    assert {state_of(site.house, ref) for ref in refs} == {"held"}


def test_one_that_cannot_be_promised_stops_them_all(site: Site) -> None:
    """The terms of the second have not come yet."""
    shelve(site.house)
    first = told_claim(site.house, bed(0))
    with public(site.house) as session:
        second = make_claim(session, bed(1)).claim_ref
    data = {"claim": [first, second], "date_by": DAY.isoformat()}
    assert site.public("firm").post("/my/claims", data=data).status_code == 409
    assert {state_of(site.house, ref) for ref in (first, second)} == {"held"}


def test_the_list_as_a_file_holds_ones_own_rows_alone(site: Site) -> None:
    shelve(site.house)
    told_claim(site.house, GOODS)
    told_claim(site.house, SERVICE, "vol")
    answer = site.public("firm").get("/my/claims/table.csv")
    assert answer.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert [row[0] for row in rows] == ["编号", GOODS]
    assert rows[1][1:4] == ["护理床", "物", "同心县 · 1-2人户"]


@pytest.mark.parametrize("login", ["firm", "vol"])
def test_projects_of_charities_are_not_there_for_others(site: Site, login: str) -> None:
    ref = filed_project(site.house)
    client = site.public(login)
    for address in ("/my/projects", "/my/projects/new", f"/my/projects/{ref}"):
        assert client.get(address).status_code in (403, 404), address
    assert client.post("/my/projects/new", data=PROJECT).status_code in (403, 404, 409)
    assert "慈善项目" not in client.get("/my").text


def test_a_charity_files_its_project_and_hears_the_verdict(site: Site) -> None:
    client = site.public("charity")
    assert client.post("/my/projects/new", data=PROJECT).status_code == 303
    assert "县里在核对" in client.get("/my/projects").text
    with public(site.house) as session:
        ref = charity_projects_of(session, donor(session, "charity"))[0].ref
        verdict = {"ref": ref, "verdict": "rejected", "reason": "编号对不上"}
        for _again in range(2):
            take_project_verdict(session, verdict, now=NOW)
    assert "编号对不上" in client.get(f"/my/projects/{ref}").text
    assert "备案项目“助学成长”" in client.get("/my").text
    sent = client.post(f"/my/projects/{ref}", data={**PROJECT, "filing_no": "53640000MJ0001A26010"})
    assert sent.status_code == 303
    with public(site.house) as session:
        again = charity_projects_of(session, donor(session, "charity"))[0]
        assert (again.state, again.reason) == ("submitted", None)
        assert again.ref != ref  # a late verdict on the first filing finds nothing
        take_project_verdict(session, {"ref": ref, "verdict": "valid"}, now=NOW)
        assert again.state == "submitted"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "请填项目名称"),
        ({"filing_no": "1"}, "备案编号 4 到 40"),
        ({"purpose": "x"}, "写 6 到 200 个字"),
        ({"item_codes": []}, "至少选一样"),
        ({"item_codes": ["G01"]}, "至少选一样"),
        ({"valid_to": DAY.isoformat()}, "截止日期要晚于开始日期"),
        ({"valid_from": "2025-01-01", "valid_to": "2025-02-01"}, "已经到期"),
        ({"payee_account": "6222 0000"}, "acct_"),
        ({"filing_no": FILING.filing_no}, "已经登记过"),
    ],
)
def test_a_filing_says_what_to_change(site: Site, wrong: dict[str, object], said: str) -> None:
    filed_project(site.house)
    answer = site.public("charity").post("/my/projects/new", data={**PROJECT, **wrong})
    assert answer.status_code == 422
    assert said in answer.text or "处要改" in answer.text


def test_what_was_bought_is_written_once_and_without_names(site: Site) -> None:
    shelve(site.house)
    switch_money(site.house)
    ref, claim_ref = filed_project(site.house), told_claim(site.house, MONEY, "vol")
    with public(site.house) as session:
        project, claim, vol = project_of(session, ref), known(session, claim_ref), donor(session, "vol")
        pledge = _paid(session, claim, project, vol)
    client = site.public("charity")
    address = f"/my/projects/{ref}/gifts/{pledge}"
    assert "记采买" in client.get("/my/projects").text
    for wrong in (
        {},
        {"what": "给马小花的学费", "on": DAY.isoformat()},
        {"what": "学费", "on": "2027-01-01"},
    ):
        assert client.post(address, data=wrong).status_code == 422
    right = {"what": "交了一学期的学费", "on": DAY.isoformat()}
    assert client.post(address, data=right).status_code == 303
    assert client.post(address, data=right).status_code == 409
    assert "交了一学期的学费" in site.public("vol").get(f"/my/claims/{claim_ref}").text
    assert site.public("firm").get(address).status_code == 404


def _paid(session: Session, claim: Claim, project: CharityProject, actor: Actor) -> str:
    """A promise of money that the provider says was paid."""
    payment = promise_money(session, claim, project, amount_fen=120_000, actor=actor, now=NOW)
    open_checkout(session, payment, session_id="cs_1", pay_url="/pay", actor=actor, now=NOW)
    notice = Notice("evt_1", News.PAID, payment.payment_ref, 120_000, "cny", "pi_1")
    assert take_notice(session, notice, now=NOW) is Outcome.POSTED
    return payment.pledge.pledge_ref
