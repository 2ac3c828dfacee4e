"""The list of households and the page of one: whose they are, what is covered, what may be put right."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.cases.models import Case, CaseRecord, Consent
from app.cases.operations.amending import Facts, amend_household
from app.core.audit import OfficeAudit
from app.core.errors import Refusal
from app.core.house import House
from tests.clock import NOW, SteppingClock
from tests.stories.cases_world import (
    CASES,
    NOTHING,
    case_of,
    checked,
    child,
    determined,
    enter,
    home,
    listed,
    page,
    person,
    said,
    sent,
    state,
)
from tests.world import FAR_VILLAGE, Site, filed_case, new_household, office, officer


def neighbours(house: House) -> tuple[Case, Case]:
    """One filed household here, one in the far county."""
    with office(house) as session:
        mine = filed_case(session, new_household(1))
        far = filed_case(session, new_household(2, village=FAR_VILLAGE), prefix="far_")
    return mine, far


@pytest.mark.parametrize("login", ["vw", "to", "tl", "cs", "cl"])
def test_a_neighbours_household_is_in_no_list(house: House, site: Site, login: str) -> None:
    mine, far = neighbours(house)
    here, there = site.office(login), site.office(f"far_{login}")
    assert mine.case_no in page(here, f"{CASES}/") and far.case_no not in page(here, f"{CASES}/")
    assert far.case_no in page(there, f"{CASES}/") and mine.case_no not in page(there, f"{CASES}/")
    for asked in (f"q={far.case_no}", "q=13800000002", f"place={far.area}", "state=filed"):
        assert f"/cases/{far.id}" not in page(here, f"{CASES}/?{asked}"), asked
    assert here.get(f"{CASES}/{far.id}").status_code == 404


@pytest.mark.parametrize("login", ["dept", "duty", "admin"])
def test_who_has_no_list_finds_none(site: Site, login: str) -> None:
    assert site.office(login).get(f"{CASES}/").status_code in (403, 404)


def test_a_duty_officer_opens_only_the_households_of_its_unit(house: House, site: Site) -> None:
    mine, _far = neighbours(house)
    duty = site.office("duty")
    assert duty.get(f"{CASES}/{mine.id}").status_code == 404
    with office(house) as session:
        from_unit = session.scalars(select(Case).where(Case.id == mine.id)).one()
        from_unit.duty_unit_id = 3
    assert duty.get(f"{CASES}/{mine.id}").status_code == 200


def test_the_list_is_searched_by_number_person_and_phone(house: House, site: Site) -> None:
    with office(house) as session:
        for serial in (1, 2):
            filed_case(session, new_household(serial))
        first, second = session.scalars(select(Case).order_by(Case.id)).all()
        number = first.household.members[0].id_no
    cs = site.office("cs")
    for q in (first.case_no, number, "13800000001"):
        shown = page(cs, f"{CASES}/?q={q}")
        assert first.case_no in shown and f"/cases/{second.id}" not in shown, q
    for near in ("1380000000", "测试户1", number[:10] if number else ""):
        assert "没有这样的户" in page(cs, f"{CASES}/?q={near}"), "never by likeness"
    assert second.case_no in page(cs, f"{CASES}/?q=640324-2026-")


def test_filters_stay_in_the_address_and_through_the_pages(house: House, site: Site) -> None:
    with office(house) as session:
        for serial in range(1, 23):
            filed_case(session, new_household(serial))
    cs = site.office("cs")
    first = page(cs, f"{CASES}/?state=filed&sort=no")
    assert "640324-2026-00001" in first and "640324-2026-00022" not in first
    assert "state=filed" in first and "sort=no" in first and "page=2" in first
    second = page(cs, f"{CASES}/?state=filed&sort=no&page=2")
    assert "640324-2026-00022" in second and "640324-2026-00001" not in second
    assert "640324-2026-00022" in page(cs, f"{CASES}/?state=filed&sort=no&page=99"), "past the end: the last"
    assert page(cs, f"{CASES}/?state=nonsense&sort=1;drop&place=99"), "unknown values are as none"
    assert "没有这样的户" in page(cs, f"{CASES}/?state=objected")


def test_what_waits_for_the_village_comes_first(house: House, site: Site) -> None:
    vw = site.office("vw")
    waits = case_of(house, enter(vw, 1)).case_no
    gone = case_of(house, listed(site, 2)).case_no
    shown = page(vw, f"{CASES}/")
    assert shown.index(waits) < shown.index(gone)
    newest = page(vw, f"{CASES}/?sort=new")
    assert newest.index(gone) < newest.index(waits)


def test_an_empty_list_says_how_to_begin(site: Site) -> None:
    assert "还没有登记的户" in page(site.office("vw"), f"{CASES}/")
    assert "用表格导入" in page(site.office("to"), f"{CASES}/")


def test_a_page_says_whose_turn_it_is(house: House, site: Site) -> None:
    case_id = enter(site.office("vw"))
    here = f"{CASES}/{case_id}"
    assert "轮到你了" in page(site.office("vw"), here)
    for login in ("to", "tl", "cs", "cl"):
        shown = page(site.office(login), here)
        assert "等村里" in shown and "请测试vw、测试vw2登录来办" in shown and "轮到你了" not in shown, login


def test_the_county_sees_no_name_until_it_says_why(house: House, site: Site, clock: SteppingClock) -> None:
    mine, _far = neighbours(house)
    cs, here = site.office("cs"), f"{CASES}/{mine.id}"
    number = new_household(1).members[0].id_no
    secrets = ("测试户1", number, "1 号", "13800000001")
    shown = page(cs, here)
    assert [s for s in secrets if s in shown] == []
    assert "测试户1" in page(site.office("to"), here)
    short = cs.post(f"{here}/reveal", data={"reveal-reason": "看"})
    assert short.status_code == 422 and "至少 4 个字" in said(short)
    sent(cs.post(f"{here}/reveal", data={"reveal-reason": "核对备案材料"}))
    shown = page(cs, here)
    assert [s for s in secrets if s not in shown] == []
    assert "测试户1" not in page(site.office("cs2"), here), "opened for one pair of eyes"
    clock.forward(timedelta(minutes=11))
    assert "测试户1" not in page(site.office("cs"), here)
    with office(house) as session:
        rows = session.scalars(select(OfficeAudit).where(OfficeAudit.verb == "identity.reveal")).all()
        assert [(r.object_id, r.fields) for r in rows] == [(mine.id, ["name", "id_no", "address"])]


def test_the_village_and_the_township_need_no_reason(house: House, site: Site) -> None:
    mine, _far = neighbours(house)
    assert site.office("vw").post(f"{CASES}/{mine.id}/reveal", data={}).status_code == 403


def test_every_look_at_a_household_is_on_the_audit(house: House, site: Site) -> None:
    mine, _far = neighbours(house)
    page(site.office("cs"), f"{CASES}/{mine.id}")
    page(site.office("to"), f"{CASES}/{mine.id}/list")
    with office(house) as session:
        seen = select(OfficeAudit).where(OfficeAudit.verb == "case.read", OfficeAudit.object_id == mine.id)
        assert [r.actor_role for r in session.scalars(seen)] == ["county_swd", "township_officer"]


def test_a_consent_is_taken_back_without_a_reason_and_asked_again(house: House, site: Site) -> None:
    case_id, vw = checked(site), site.office("vw")
    here = f"{CASES}/{case_id}"
    with office(house) as session:
        mine = {c.scope: c.id for c in session.get_one(Case, case_id).consents}
    ask = f"{here}/consents/{mine['publish']}/withdraw"
    assert "一分钟内隐去" in page(vw, ask)
    assert vw.get(f"{here}/consents/{mine['record']}/withdraw").status_code == 404
    assert site.office("to").post(ask).status_code == 403
    sent(vw.post(ask))
    assert vw.post(ask).status_code == 409
    with office(house) as session:
        assert session.get_one(Consent, mine["publish"]).state == "withdrawn"
    assert "撤回了" in page(vw, here)
    again = {"scope": "publish", "answer": "yes", "given_by": "测试人", "capacity": "self", "method": "paper"}
    assert 'value="pair"' not in page(vw, f"{here}/consents"), "a yes that holds is not asked again"
    sent(vw.post(f"{here}/consents", data=again))
    with office(house) as session:
        latest = session.get_one(Case, case_id).consents[-1]
        assert (latest.scope, latest.state) == ("publish", "given")


def test_a_slip_is_put_right_while_the_case_is_with_the_village(house: House, site: Site) -> None:
    vw = site.office("vw")
    case_id = enter(vw)
    here = f"{CASES}/{case_id}"
    assert 'value="13800000001"' in page(vw, f"{here}/amend")
    sent(vw.post(f"{here}/amend", data=home(phone="13900000009", category="C4", address_detail="三组 12 号")))
    with office(house) as session:
        case = session.get_one(Case, case_id)
        assert case.household.phone == "13900000009" and case.category == "C4"
        told = [r.text for r in session.scalars(select(CaseRecord).where(CaseRecord.case_id == case_id))]
        assert "改了：类别、电话" in told, "what changed is named, not its value"
        rows = session.scalars(select(OfficeAudit).where(OfficeAudit.verb == "case.amend")).all()
        assert [r.fields for r in rows] == [["category", "phone"]]
    found = page(vw, f"{CASES}/?q=13900000009")
    assert f"/cases/{case_id}" in found, "and it is found by the new number"


def test_the_people_are_put_right_too(house: House, site: Site) -> None:
    vw = site.office("vw")
    case_id = enter(vw)
    here = f"{CASES}/{case_id}/members"
    with office(house) as session:
        head = session.get_one(Case, case_id).household.members[0].id
    at_home = {"status": "alive_here"}
    sent(vw.post(f"{here}/new", data=child() | at_home))
    sent(vw.post(f"{here}/{head}", data=person(1, name="改正的名字") | at_home))
    second = vw.post(f"{here}/new", data=person(2) | at_home)
    assert second.status_code == 422 and "已经有一位户主了" in said(second)
    none = vw.post(f"{here}/{head}", data=person(1, relation="配偶") | at_home)
    assert none.status_code == 422 and "要有一位户主" in said(none)
    with office(house) as session:
        people = session.get_one(Case, case_id).household.members
        assert [(m.member_ref, m.name, m.relation) for m in people] == [
            ("M1", "改正的名字", "本人"),
            ("M2", "测试孙女", "孙女"),
        ]


def test_a_corrected_number_may_not_be_somebody_elses(house: House, site: Site) -> None:
    vw = site.office("vw")
    enter(vw, 1)
    case_id = enter(vw, 2)
    with office(house) as session:
        head = session.get_one(Case, case_id).household.members[0].id
    answer = vw.post(f"{CASES}/{case_id}/members/{head}", data=person(1) | {"status": "alive_here"})
    assert answer.status_code == 422 and "已经在一户在帮家庭里" in said(answer)


def test_once_decided_only_whereabouts_change(house: House, site: Site) -> None:
    case_id, vw = determined(site), site.office("vw")
    with office(house) as session:
        head = session.get_one(Case, case_id).household.members[0].id
    here = f"{CASES}/{case_id}/members/{head}"
    shown = page(vw, here)
    assert "别的不能改" in shown and 'name="name"' not in shown
    sent(vw.post(here, data={**NOTHING, "status": "away", "name": "别的名字"}))
    with office(house) as session:
        member = session.get_one(Case, case_id).household.members[0]
        assert (member.status, member.name) == ("away", "测试人1")
    assert state(house, case_id) == "determined"


def test_two_who_put_the_same_household_right_do_not_overwrite_each_other(house: House, site: Site) -> None:
    vw, vw2 = site.office("vw"), site.office("vw2")
    case_id = enter(vw)
    seen = str(case_of(house, case_id).version)
    here = f"{CASES}/{case_id}/amend"
    sent(vw.post(here, data=home(phone="13900000009") | {"version": seen}))
    late = vw2.post(here, data=home(narrative="另一个说法") | {"version": seen})
    assert late.status_code == 409 and "别人动过这一户" in said(late)
    with office(house) as session:
        assert session.get_one(Case, case_id).household.phone == "13900000009"


def test_whatever_page_asks_what_was_sent_is_not_put_right(house: House, site: Site) -> None:
    """The operation refuses for itself, not only its page."""
    case_id = listed(site)
    with office(house) as session:
        vw, case = officer(session, "vw"), session.get_one(Case, case_id)
        facts = Facts("C4", "rural", "别处", "别的情况")
        with pytest.raises(Refusal, match="请乡镇先退回"):
            amend_household(session, case, facts, actor=vw, now=NOW)
