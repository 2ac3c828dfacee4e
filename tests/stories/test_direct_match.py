"""直接对接: what is not published reaches one verified organisation, nobody else, and comes back to the
case."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import inspect, select, text

from app.cases.models import CaseRecord
from app.core.clock import local_day
from app.core.errors import Refusal
from app.core.house import House
from app.followup.operations import direct as office_direct
from app.gifts.models import Claim
from app.gifts.models import DirectOffer as PublicOffer
from app.gifts.operations import direct as public_direct
from app.library.models import Card
from app.library.queries import all_cards, export_rows
from app.needs.models import Need
from app.needs.states import NeedState
from app.releases.models import NeedProject
from app.releases.operations.projects import prepare_project
from tests.clock import NOW
from tests.stories.direct_world import DESK, Desk, body, bypassed_need, open_desk
from tests.stories.releases_world import approve_all, crowd, key, tick
from tests.world import VILLAGE, Wish, new_household, office, officer, public, settled_case

RECEIPT = {"receipt_by": "member", "receipt_method": "paper", "receipt_name": "家里人"}


@pytest.fixture
def desk(house: House) -> Desk:
    return open_desk(house)


def test_an_answer_of_either_kind_arrives_on_both_engines(any_house: House) -> None:
    desk = open_desk(any_house)
    assert desk.ask() == 303
    assert desk.decline() == 303
    assert (desk.state(), desk.told().state) == (NeedState.STAGE3, "declined")
    assert desk.ask("charity") == 303
    assert desk.take("charity").status_code == 303
    assert (desk.state(), desk.tie().state) == (NeedState.HELD, "held")
    assert "办成过 0 件" in body(desk, "cs", f"{DESK}/needs/{bypassed_need(any_house, serial=790)}")


def step(desk: Desk, login: str, name: str, **data: object) -> int:
    filled = {f"{name.replace('-', '_')}-{k}": v for k, v in data.items()}
    path = f"/office/followup/ties/{desk.tie().id}/{name}"
    status = desk.site.office(login).post(path, data=filled).status_code
    desk.carry()
    return status


def test_an_offer_that_is_taken_runs_the_ordinary_way_back_to_the_case(desk: Desk) -> None:
    assert desk.ask() == 303
    assert desk.state() == NeedState.HELD
    page = desk.site.public("firm").get("/my").get_data(as_text=True)
    assert "县里想请你们接" in page
    assert desk.take().status_code == 303
    assert desk.offer().state == "taken"
    assert desk.tie().state == "held"
    assert step(desk, "cs", "contact") == 303
    with public(desk.house) as session:
        claim = session.scalars(select(Claim)).one()
        assert (claim.project_id, claim.kind) == (desk.offer().offer_no, "goods")
        assert claim.terms is not None
        ref = claim.claim_ref
    promised = {"qty": "1", "date_by": (local_day(desk.now()) + timedelta(days=2)).isoformat()}
    assert desk.site.public("firm").post(f"/my/claims/{ref}/pledge", data=promised).status_code == 303
    desk.carry()
    assert desk.state() == NeedState.COMMITTED
    assert step(desk, "cs", "arrive", qty=1) == 303
    assert step(desk, "to", "hand-over", **RECEIPT) == 303
    assert step(desk, "vw", "confirm", qty=1) == 303
    assert desk.state() == NeedState.MET
    with public(desk.house) as session:
        assert session.scalars(select(Claim)).one().state == "done"
    with office(desk.house) as session:
        lines = list(session.scalars(select(CaseRecord.text).where(CaseRecord.need_id == desk.need_id)))
    assert any("直接问了一家" in line for line in lines)
    assert any("家里确认合用" in line for line in lines)


def test_an_answer_no_frees_the_need_and_leaves_nothing_of_it_outside(desk: Desk) -> None:
    desk.ask()
    assert desk.decline() == 303
    assert desk.state() == NeedState.STAGE3
    assert desk.offer().state == "declined"
    told = desk.told()
    assert told.state == "declined"
    assert (told.need_item, told.region_label, told.kind, told.urgency) == (None, None, None, None)
    page = desk.site.public("firm").get(f"/my/offers/{told.offer_no}")
    assert page.status_code == 200
    assert desk.ask("charity") == 303  # and another may be asked


def test_no_answer_in_time_frees_the_need(desk: Desk) -> None:
    desk.ask()
    desk.later(days=1, hours=12)
    desk.work()
    assert desk.offer().state == desk.told().state == "expired"
    assert desk.state() == NeedState.STAGE3


def test_before_its_time_no_offer_expires(desk: Desk) -> None:
    desk.ask()
    desk.later(hours=3)
    desk.work()
    assert desk.offer().state == desk.told().state == "offered"


def test_too_late_an_answer_is_refused(desk: Desk) -> None:
    desk.ask()
    desk.later(days=2)
    assert desk.take().status_code == 409
    assert desk.told().state == "offered"


def test_what_is_urgent_waits_until_the_next_working_day_the_rest_three(house: House, desk: Desk) -> None:
    with office(house) as session:
        _, needs = settled_case(session, new_household(701), Wish("G07", urgency="deferred"))
        urgent, other = session.get_one(Need, desk.need_id), needs[0]
        assert office_direct.answer_due(urgent, NOW).date() < office_direct.answer_due(other, NOW).date()


def test_the_offer_names_the_prefecture_and_nothing_finer(desk: Desk) -> None:
    desk.ask()
    told = desk.told()
    assert told.region_label == "吴忠市"
    page = desk.site.public("firm").get(f"/my/offers/{told.offer_no}").get_data(as_text=True)
    assert "吴忠市" in page
    assert "同心县" not in page.split("<main")[1].split("</main")[0].replace("同心县测试", "")
    with public(desk.house) as session:
        row = session.execute(text("SELECT * FROM direct_offer")).mappings().one()
    with office(desk.house) as session:
        need = session.get_one(Need, desk.need_id)
        secrets = {
            need.need_ref,
            need.case.case_no,
            need.area,
            need.area[:9],
            need.case.household.household_ref,
        }
    assert not secrets & {str(v) for v in row.values()}


@pytest.mark.parametrize("login", ["charity", "vol", "newvol", ""])
@pytest.mark.parametrize("taken", [False, True])
def test_nobody_else_finds_it_at_any_address(login: str, taken: bool, desk: Desk) -> None:
    """Not even whoever guesses the number, or is a signed-in partner: 404 as for a number that never was."""
    desk.ask()
    if taken:
        desk.take()
    number = desk.offer().offer_no
    browser = desk.site.public(login) if login else desk.site.visitor()
    for path in (
        f"/library/{number}",
        f"/library/{number}/claim",
        f"/api/v1/projects/{number}",
    ):
        status = browser.get(path).status_code
        assert status == 404 or (not login and path.endswith("claim") and status == 302), (path, status)
    expected = 404 if login else 302
    assert browser.get(f"/my/offers/{number}").status_code == expected
    assert browser.post(f"/my/offers/{number}").status_code == expected
    assert browser.post(f"/my/offers/{number}/decline").status_code == expected


def test_the_organisation_itself_finds_it_only_under_its_own_things(desk: Desk) -> None:
    desk.ask()
    number = desk.offer().offer_no
    firm = desk.site.public("firm")
    assert firm.get(f"/my/offers/{number}").status_code == 200
    assert firm.get(f"/library/{number}").status_code == 404


def test_it_stands_in_no_list_search_table_or_map(house: House) -> None:
    crowd(house)
    approve_all(house)
    tick(house)
    desk = open_desk(house, item="G15")  # an item that no card has
    desk.ask()
    desk.work()
    number, item = desk.offer().offer_no, desk.told().need_item
    browser = desk.site.visitor()
    for path in (
        "/",
        "/library",
        f"/library?q={number}",
        f"/library?q={item}",
        "/recommend",
        "/sitemap.xml",
        "/robots.txt",
        "/api/v1/projects",
        "/api/v1/projects.csv",
        "/api/v1/weeks",
        "/data",
    ):
        page = browser.get(path)
        assert page.status_code == 200, path
        found = page.get_data(as_text=True).replace(f'value="{number}"', "").replace(f"“{number}”", "")
        assert f"/{number}" not in found and f">{number}" not in found, path
    with public(house) as session:
        assert number not in {c.project_id for c in all_cards(session)}
        assert number not in {r["project_id"] for r in export_rows(session, None)}
        assert session.scalar(select(Card).where(Card.need_item == item)) is None
        assert not session.scalars(select(Card).where(Card.project_id.like("ZJ-%"))).all()
        tables = inspect(session.connection()).get_table_names()
        for table in (t for t in tables if t not in ("direct_offer", "received_letter")):
            for row in session.execute(text(f'SELECT * FROM "{table}"')):
                assert number not in {str(v) for v in row}, table
    assert number not in key(house)


def test_a_bypassed_need_is_never_in_a_cohort(house: House) -> None:
    """Neither at the first look, nor by the plan of everything, nor after its offer came to nothing."""
    crowd(house)
    desk = open_desk(house)
    with office(house) as session:
        need = session.get_one(Need, desk.need_id)
        with pytest.raises(Refusal):
            prepare_project(session, need, rng=random.Random(1), actor=officer(session, "cs"), now=NOW)
    desk.ask()
    desk.decline()
    approve_all(house)
    tick(house)
    with office(house) as session:
        projects = session.scalars(select(NeedProject).join(Need).where(Need.bypassed)).all()
        assert projects == []
        assert session.scalars(select(NeedProject).where(NeedProject.state == "public")).first() is not None


def test_what_waits_for_a_cohort_leaves_it_when_one_organisation_is_asked(house: House) -> None:
    with office(house) as session:
        _, needs = settled_case(session, new_household(702), Wish("G07"))
        need_id = needs[0].id
    approve_all(house)
    desk = Desk(house, open_desk(house, serial=703).site, need_id)
    assert desk.state() == NeedState.IN_COHORT
    assert desk.ask() == 303
    assert desk.state() == NeedState.HELD
    tick(house)
    with office(house) as session:
        project = session.scalars(select(NeedProject).where(NeedProject.need_id == need_id)).one()
        assert (project.state, project.live_key) == ("dropped", None)


def test_put_down_again_the_need_waits_in_the_third_step(desk: Desk) -> None:
    desk.ask()
    desk.take()
    with public(desk.house) as session:
        ref = session.scalars(select(Claim.claim_ref)).one()
    assert desk.site.public("firm").post(f"/my/claims/{ref}/release").status_code == 303
    desk.carry()
    assert desk.state() == NeedState.STAGE3
    assert desk.tie().state == "ended"
    assert desk.ask("charity") == 303


def test_taken_back_by_the_office_it_cannot_be_taken_any_more(desk: Desk) -> None:
    desk.ask()
    path = f"{DESK}/{desk.offer().id}/withdraw"
    assert desk.site.office("cs").post(path).status_code == 303
    assert desk.take().status_code == 303  # the letter had not arrived: it seems taken…
    assert desk.tie().state == "ended"  # …and the office turns it away
    desk.carry()
    assert desk.state() == NeedState.STAGE3
    with public(desk.house) as session:
        assert [c.state for c in session.scalars(select(Claim))] == ["rejected"]


def test_letters_of_an_offer_that_come_twice_change_nothing(desk: Desk) -> None:
    desk.ask()
    told = desk.told()
    payload = {
        "offer_no": told.offer_no,
        "token": desk.token("firm"),
        "need_item": told.need_item,
        "region_label": told.region_label,
        "kind": told.kind,
        "amount_band": told.amount_band,
        "urgency": told.urgency,
        "answer_by": told.answer_by.isoformat(),
    }
    with public(desk.house) as session:
        public_direct.receive_offer(session, payload, now=NOW)
        assert len(session.scalars(select(PublicOffer)).all()) == 1
    desk.decline()
    desk.ask("charity")
    with office(desk.house) as session:
        answer = {"offer_no": told.offer_no, "answer": "declined"}
        office_direct.take_offer_answer(session, answer, now=NOW)
    assert desk.state() == NeedState.HELD


def test_the_list_has_the_urgent_first_and_says_why_and_since_when(house: House) -> None:
    with office(house) as session:
        settled_case(session, new_household(710), Wish("G15", urgency="deferred"))  # implies what it lacks
    urgent = bypassed_need(house, serial=711)
    desk = Desk(house, open_desk(house, serial=712).site, urgent)
    page = body(desk, "cs", DESK)
    assert page.index("急难直通，不公布") < page.index("会说出这户没有的情况")
    assert "从哪天起" in page
    assert "等着找一家的 3 件" in page


def test_a_neighbouring_county_and_the_village_see_no_direct_matching(desk: Desk) -> None:
    path = f"{DESK}/needs/{desk.need_id}"
    assert desk.site.office("far_cs").get(path).status_code == 404
    assert desk.site.office("vw").get(DESK).status_code == 404
    assert desk.site.office("cl").get(path).status_code == 200
    assert desk.ask(by="cl") == 403
    assert "会说出" not in body(desk, "far_cs", DESK)


def test_today_leads_the_county_to_whoever_waits_for_a_direct_match(desk: Desk) -> None:
    page = body(desk, "cs", "/office/")
    assert f"{DESK}/needs/{desk.need_id}" in page
    assert VILLAGE not in page
