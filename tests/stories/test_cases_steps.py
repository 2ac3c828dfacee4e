"""Home check, evaluation, list, determination through the pages: who may, and what the others are told."""

import pytest
from sqlalchemy import select

from app.accounts.models.office import Officer
from app.cases.models import Case, Draft
from app.core.house import House
from app.needs.models import Need
from tests.stories.cases_world import (
    CASES,
    account,
    case_of,
    checked,
    decision,
    enter,
    listed,
    need_ids,
    page,
    said,
    sent,
    sheet,
    state,
    votes,
    wish,
)
from tests.world import Site, filed_case, new_household, office

FOUR = ("publish", "direct_match", "pair", "disclose")


def test_one_sheet_holds_the_visit_and_every_consent(any_house: House) -> None:
    site = Site(any_house)
    case_id = checked(site)
    with office(any_house) as session:
        case = session.get_one(Case, case_id)
        assert {c.scope: c.state for c in case.consents} == dict.fromkeys(("record", *FOUR), "given")
        check = case.home_checks[-1]
        assert check.first_key != check.second_key and check.second_by == "on_site"
    assert state(any_house, case_id) == "eval_pending"


def test_a_no_to_any_but_the_record_stops_nothing(house: House, site: Site) -> None:
    vw = site.office("vw")
    case_id = enter(vw)
    no = sheet(account(house, "vw2"), **dict.fromkeys(FOUR, "no"))
    sent(vw.post(f"{CASES}/{case_id}/check", data=no))
    assert state(house, case_id) == "eval_pending"


def test_without_consent_nothing_more_is_asked_and_nothing_is_kept(house: House, site: Site) -> None:
    vw = site.office("vw")
    case_id = enter(vw)
    typed = {k: v for k, v in sheet(account(house, "to"), record="no").items() if k not in FOUR}
    typed |= dict.fromkeys(("cond_a", "cond_b", "cond_c", "cond_d", "findings"), "")
    del typed["supporter_check"]
    sent(vw.post(f"{CASES}/{case_id}/check", data=typed))
    with office(house) as session:
        case = session.get_one(Case, case_id)
        home, head = case.household, case.household.members[0]
        assert case.state == "closed" and case.open_key is None and case.narrative is None
        assert (home.phone, home.phone_index, home.address_detail) == (None, None, None)
        assert (head.name, head.id_no, head.id_index, head.open_key, head.birth_date) == (
            "",
            None,
            None,
            None,
            None,
        )
        assert [c.given_by for c in case.consents] == [None]
    assert enter(vw) != case_id, "the same person may come back another day"


def test_the_same_person_twice_is_no_visit_by_two(house: House, site: Site) -> None:
    vw = site.office("vw")
    case_id = enter(vw)
    answer = vw.post(f"{CASES}/{case_id}/check", data=sheet(account(house, "vw")))
    assert answer.status_code == 422 and "核实要两个人" in said(answer)
    with office(house) as session:  # a second account of the same person
        people = {o.login: o for o in session.scalars(select(Officer))}
        people["vw2"].person_key = people["vw"].person_key
    answer = vw.post(f"{CASES}/{case_id}/check", data=sheet(account(house, "vw2")))
    assert answer.status_code == 422
    assert state(house, case_id) == "screening"


def test_the_second_person_is_of_this_village_or_township(house: House, site: Site) -> None:
    vw = site.office("vw")
    case_id = enter(vw)
    for stranger in ("far_vw", "cs"):
        answer = vw.post(f"{CASES}/{case_id}/check", data=sheet(account(house, stranger)))
        assert answer.status_code == 422 and "要从名单里选" in said(answer), stranger


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"done_on": "2026-11-24"}, "不能晚于今天"),
        ({"record": ""}, "这一项还没有问"),
        ({"pair": ""}, "这一项还没有问"),
        ({"pair": "no"}, "没有同意结对"),
        ({"cond_c": ""}, "没有就写“没有”"),
        ({"capacity": "proxy"}, "为什么由别人代办"),
        ({"method": "phone"}, "要写见证人"),
        ({"second": ""}, "核实要两个人"),
    ],
)
def test_the_sheet_says_what_is_missing(house: House, site: Site, typed: dict[str, str], words: str) -> None:
    vw = site.office("vw")
    case_id = enter(vw)
    answer = vw.post(f"{CASES}/{case_id}/check", data=sheet(account(house, "to")) | typed)
    assert answer.status_code == 422 and words in said(answer)
    assert state(house, case_id) == "screening"
    with office(house) as session:
        assert session.get_one(Case, case_id).consents == [], "a refused sheet leaves nothing half-done"


@pytest.mark.parametrize(
    ("typed", "words"),
    [({"capacity": "self"}, "要监护人同意"), ({"method": "audio", "witness": "邻居"}, "要书面同意")],
)
def test_for_a_child_the_guardian_agrees_in_writing(
    house: House, site: Site, typed: dict[str, str], words: str
) -> None:
    vw = site.office("vw")
    case_id = enter(vw, with_child=True)
    assert "不满 14 周岁的孩子" in page(vw, f"{CASES}/{case_id}/check")
    answer = vw.post(
        f"{CASES}/{case_id}/check", data=sheet(account(house, "to"), capacity="guardian") | typed
    )
    assert answer.status_code == 422 and words in said(answer)


def test_a_sheet_begun_at_the_door_is_finished_at_home(house: House, site: Site) -> None:
    vw = site.office("vw")
    case_id = enter(vw)
    here = f"{CASES}/{case_id}/check"
    assert "已存" in said(vw.post(f"{here}/keep", data={"cond_a": "低保已经有了", "record": "yes"}))
    assert "低保已经有了" in page(site.office("vw"), here)
    assert "低保已经有了" not in page(site.office("vw2"), here), "the colleague begins a sheet of her own"
    assert "低保已经有了" not in page(site.office("to"), f"{CASES}/{case_id}")
    sent(vw.post(here, data=sheet(account(house, "to"))))
    with office(house) as session:
        assert session.scalars(select(Draft).where(Draft.form == "home_sheet")).all() == []


def test_minutes_begun_are_kept(house: House, site: Site) -> None:
    case_id, vw = checked(site), site.office("vw")
    here = f"{CASES}/{case_id}/evaluation"
    sent(vw.post(here, data={"minutes": "先记到这里", "later": "1"}))
    assert "先记到这里" in page(vw, here)
    assert state(house, case_id) == "eval_pending"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"attendees_n": "6", "recused_n": "0", "votes_for": "5"}, "到会至少要 7 人，现在是 6 人"),
        ({"votes_for": "8"}, "也就是 8 人"),
        ({"held_on": "2026-11-24"}, "不能晚于今天"),
        ({"recused_n": "10"}, "加起来要等于到会减去回避"),
        ({"votes_for": "很多"}, "有 1 处要改"),
        ({"minutes": ""}, "请写会议记录"),
    ],
)
def test_an_evaluation_that_does_not_hold_is_refused(
    house: House, site: Site, typed: dict[str, str], words: str
) -> None:
    case_id, vw = checked(site), site.office("vw")
    answer = vw.post(f"{CASES}/{case_id}/evaluation", data=votes(**typed))
    assert answer.status_code == 422 and words in said(answer)
    assert state(house, case_id) == "eval_pending"


def test_half_is_not_more_than_half(house: House, site: Site) -> None:
    case_id, vw = checked(site), site.office("vw")
    sent(vw.post(f"{CASES}/{case_id}/evaluation", data=votes(votes_for="4", votes_against="4")))
    assert state(house, case_id) == "eval_failed"
    shown = page(vw, f"{CASES}/{case_id}")
    assert "有新情况，重新核实" in shown and "民主评议未通过" in shown
    blank = vw.post(f"{CASES}/{case_id}/reopen", data={"facts": " "})
    assert blank.status_code == 422
    sent(vw.post(f"{CASES}/{case_id}/reopen", data={"facts": "又查出一种病"}))
    shown = page(vw, f"{CASES}/{case_id}")
    assert "又查出一种病" in shown and "民主评议未通过" in shown, "the first result stays in sight"
    assert state(house, case_id) == "screening"


def test_a_list_needs_a_difficulty_and_a_need(house: House, site: Site) -> None:
    case_id, vw = checked(site), site.office("vw")
    here = f"{CASES}/{case_id}/list"
    sent(vw.post(f"{CASES}/{case_id}/evaluation", data=votes()))
    assert "至少一项困难、一件需求" in page(vw, here)
    assert vw.post(f"{here}/submit").status_code == 409
    sent(vw.post(f"{here}/difficulties", data={"difficulty-kind": "照护"}))
    assert "需求清单还是空的" in said(vw.post(f"{here}/submit"))
    sent(vw.post(f"{here}/needs", data=wish("S01", option="每周", budget="")))
    with office(house) as session:
        need = session.scalars(select(Need)).one()
        assert (need.option, need.frequency, need.budget_fen) == ("每周", "weekly", None)
        number = need.id
    sent(vw.post(f"{here}/needs/{number}/remove"))
    assert vw.post(f"{here}/submit").status_code == 409
    assert state(house, case_id) == "eval_passed"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"item_code": ""}, "请从目录里选一项"),
        ({"item_code": "G99"}, "有 1 处要改"),
        ({"qty": "0"}, "填 1 到 99"),
        ({"qty": "100"}, "填 1 到 99"),
        ({"option": "小学"}, "这里不用选"),
        ({"budget": "一千"}, "单位是元"),
        ({"urgency": ""}, "请选一种"),
    ],
)
def test_a_need_is_of_the_catalogue(site: Site, typed: dict[str, str], words: str) -> None:
    case_id, vw = checked(site), site.office("vw")
    sent(vw.post(f"{CASES}/{case_id}/evaluation", data=votes()))
    changed = {f"need-{name}": value for name, value in typed.items()}
    answer = vw.post(f"{CASES}/{case_id}/list/needs", data=wish() | changed)
    assert answer.status_code == 422 and words in said(answer)


def test_what_was_sent_is_not_changed_behind_the_townships_back(house: House, site: Site) -> None:
    case_id, vw = listed(site), site.office("vw")
    here = f"{CASES}/{case_id}"
    late = vw.post(f"{here}/list/difficulties", data={"difficulty-kind": "医疗"})
    assert late.status_code == 409 and "请乡镇先退回" in said(late)
    assert vw.get(f"{here}/amend").status_code == 409
    assert vw.post(f"{here}/list/needs", data=wish("G08")).status_code == 409
    assert len(need_ids(page(site.office("tl"), f"{here}/determination"))) == 1


def test_the_township_returns_and_the_village_mends(house: House, site: Site) -> None:
    case_id, to, vw = listed(site), site.office("to"), site.office("vw")
    here = f"{CASES}/{case_id}"
    blank = to.post(f"{here}/determination/return", data={"return-code": "材料不全"})
    assert blank.status_code == 422
    sent(
        to.post(f"{here}/determination/return", data={"return-code": "材料不全", "return-note": "缺评议照片"})
    )
    shown = page(vw, here)
    assert "材料不全：缺评议照片" in shown and "补好再报" in shown
    assert "缺评议照片" in page(vw, f"{here}/list")
    sent(vw.post(f"{here}/list/submit", data={"submit-note": "补上了"}))
    assert "补上了" in page(to, here)
    assert state(house, case_id) == "under_determination"


def test_the_lead_keeps_and_drops_needs_with_a_reason(house: House, site: Site) -> None:
    case_id, tl = listed(site, codes=("G07", "G08")), site.office("tl")
    here = f"{CASES}/{case_id}/determination"
    first, second = need_ids(page(tl, here))
    silent = tl.post(here, data=decision([first]))
    assert silent.status_code == 422 and "划掉了 1 件需求" in said(silent)
    assert f'value="{second}" checked' not in silent.get_data(as_text=True), "the ticks stay as they were set"
    none = tl.post(here, data=decision([], reason="都不用"))
    assert none.status_code == 422 and "至少留一件" in said(none)
    sent(tl.post(here, data=decision([first], reason="被褥上月刚发过")))
    with office(house) as session:
        found = {n.id: n.state for n in session.scalars(select(Need))}
    assert found == {first: "confirmed", second: "cancelled"}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"meeting_on": ""}, "请写开会的日期"),
        ({"meeting_on": "2026-11-24"}, "不能晚于今天"),
        ({"ref_no": ""}, "请写会议纪要编号"),
        ({"accepted": "no"}, "不予认定要写明理由"),
        ({"accepted": ""}, "请选研究结果"),
    ],
)
def test_a_determination_needs_its_meeting(
    house: House, site: Site, typed: dict[str, str], words: str
) -> None:
    case_id, tl = listed(site), site.office("tl")
    here = f"{CASES}/{case_id}/determination"
    answer = tl.post(here, data=decision(need_ids(page(tl, here)), **typed))
    assert answer.status_code == 422 and words in said(answer)
    assert state(house, case_id) == "under_determination"


def test_a_no_is_told_and_frees_the_people(house: House, site: Site) -> None:
    case_id, tl, vw = listed(site), site.office("tl"), site.office("vw")
    here = f"{CASES}/{case_id}"
    needs = need_ids(page(tl, f"{here}/determination"))
    sent(tl.post(f"{here}/determination", data=decision(needs, accepted="no", reason="收入超过标准")))
    shown = page(vw, here)
    assert "收入超过标准" in shown and "情况变了，可以重新登记" in shown
    assert enter(vw) != case_id


def test_who_evaluated_does_not_determine(house: House, site: Site) -> None:
    """One person may hold posts in the village and in the township; not for the same household."""
    case_id, tl = listed(site), site.office("tl")
    with office(house) as session:
        lead = session.scalars(select(Officer).where(Officer.login == "tl")).one()
        session.get_one(Case, case_id).evaluations[-1].recorded_by_key = lead.person_key
    here = f"{CASES}/{case_id}/determination"
    shown = page(tl, here)
    assert "请另一位同志来定" in shown and "记下研究结果" not in shown
    with office(house) as session:
        needs = [n.id for n in session.scalars(select(Need))]
    answer = tl.post(here, data=decision(needs))
    assert answer.status_code == 409 and "请另一位同志来定" in said(answer)
    assert state(house, case_id) == "under_determination"


def test_a_step_that_is_somebody_elses_is_forbidden(house: House, site: Site) -> None:
    case_id = listed(site)
    here = f"{CASES}/{case_id}"
    assert site.office("to").post(f"{here}/determination", data=decision([])).status_code == 403
    assert site.office("vw").get(f"{here}/determination").status_code == 403
    for login in ("to", "tl", "cs", "cl"):
        for path in ("check", "evaluation", "amend", "members/new"):
            assert site.office(login).get(f"{here}/{path}").status_code == 403, (login, path)
    shown = page(site.office("to"), f"{here}/determination")
    assert "请测试tl登录" in shown and "记下研究结果" not in shown


def test_elsewhere_there_is_no_such_household(site: Site) -> None:
    case_id = listed(site)
    here = f"{CASES}/{case_id}"
    for login in ("far_vw", "far_to", "far_tl", "far_cs", "far_cl", "dept", "duty", "admin"):
        for path in ("", "/list", "/check", "/evaluation", "/determination", "/consents"):
            assert site.office(login).get(f"{here}{path}").status_code == 404, (login, path)


def test_two_at_the_same_sheet_write_it_once(house: House, site: Site) -> None:
    """The second one's page is of yesterday: 409, and what to do."""
    vw, vw2 = site.office("vw"), site.office("vw2")
    case_id = enter(vw)
    both = [w.get(f"{CASES}/{case_id}/check").status_code for w in (vw, vw2)]
    assert both == [200, 200]
    sent(vw.post(f"{CASES}/{case_id}/check", data=sheet(account(house, "to"))))
    late = vw2.post(f"{CASES}/{case_id}/check", data=sheet(account(house, "to")))
    assert late.status_code == 409 and "走到了别的环节" in said(late)
    with office(house) as session:
        assert len(session.get_one(Case, case_id).home_checks) == 1


def test_a_list_that_changed_meanwhile_is_looked_at_again(house: House, site: Site) -> None:
    """Returned, mended and sent again while the lead's page lay open: the same state, another list."""
    case_id, tl, vw = listed(site), site.office("tl"), site.office("vw")
    here = f"{CASES}/{case_id}/determination"
    seen = str(case_of(house, case_id).version)
    assert f'name="version" value="{seen}"' in page(tl, here)
    needs = need_ids(page(tl, here))
    sent(site.office("to").post(f"{here}/return", data={"return-code": "材料不全", "return-note": "补"}))
    sent(vw.post(f"{CASES}/{case_id}/list/needs", data=wish("G01")))
    sent(vw.post(f"{CASES}/{case_id}/list/submit"))
    late = tl.post(here, data=decision(needs) | {"version": seen})
    assert late.status_code == 409 and "别人动过这一户" in said(late)
    assert state(house, case_id) == "under_determination"


def test_a_need_found_later_is_confirmed_by_the_township(house: House, site: Site) -> None:
    with office(house) as session:
        case_id = filed_case(session, new_household(1)).id
    vw, to, here = site.office("vw"), site.office("to"), f"{CASES}/{case_id}/list"
    sent(vw.post(f"{here}/needs", data=wish("G08")))
    with office(house) as session:
        later = session.scalars(select(Need).where(Need.item_code == "G08")).one()
        assert later.state == "listed"
        number = later.id
    assert vw.post(f"{here}/needs/{number}/confirm").status_code == 403
    assert "属实，确认" in page(to, here)
    sent(to.post(f"{here}/needs/{number}/confirm"))
    with office(house) as session:
        assert session.get_one(Need, number).state == "stage1"
