"""A household written down on a phone: drafts that survive and stay private, and what is refused."""

from datetime import date

import pytest
from sqlalchemy import func, select

from app.cases.models import Case, Draft, Household
from app.core.house import House
from tests.clock import SteppingClock
from tests.stories.cases_world import (
    CASES,
    NOTHING,
    add,
    case_of,
    child,
    enter,
    home,
    key_of,
    page,
    person,
    said,
    sent,
    start,
)
from tests.world import Site, filed_case, new_household, office, officer, resident_number, secret_name


def cases(house: House) -> int:
    with office(house) as session:
        return session.scalar(select(func.count()).select_from(Case)) or 0


def member(client_data: dict[str, str], key: str) -> dict[str, str]:
    return {"key": key, "part": "member", **client_data}


def test_what_people_really_type_is_taken(house: House, site: Site) -> None:
    vw = site.office("vw")
    key = start(vw, phone="138－0000 0001", monthly_income="１，２００．５０元")
    add(vw, key, person(1, id_no=" ".join(resident_number(date(1958, 4, 5), 1))))
    add(vw, key, child(birth_date="2016年3月4日"))
    case_id = int(sent(vw.post(f"{CASES}/new/{key}/review")).rsplit("/", 1)[1])
    with office(house) as session:
        home_of = session.get_one(Case, case_id).household
        assert home_of.phone == "13800000001" and home_of.monthly_income_fen == 120050
        assert [m.birth_date for m in home_of.members] == ["1958-04-05", "2016-03-04"]
        assert home_of.village_code == officer(session, "vw").area


def test_step_one_says_every_fault_and_keeps_what_was_typed(site: Site) -> None:
    vw = site.office("vw")
    key = key_of(page(vw, f"{CASES}/new"))
    answer = vw.post(
        f"{CASES}/new", data={"key": key, "part": "household", "phone": "1380000", "narrative": "难"}
    )
    assert answer.status_code == 422
    words = said(answer)
    assert "有 5 处要改" in words and "手机号要 11 位" in words and "请选一类" in words
    again = page(vw, f"{CASES}/new/{key}")
    assert 'value="1380000"' in again


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"id_no": ""}, "户主的身份证号要填"),
        ({"id_no": "640300195804050012"}, "身份证号不对"),
        ({"birth_date": "1958-13-01"}, "没有这一天"),
        ({"birth_date": "1959-04-05"}, "和身份证号里的出生日期不一样"),
        ({"disability_type": "肢体"}, "要么都填，要么都不填"),
        ({"name": ""}, "请写姓名"),
    ],
)
def test_a_person_is_refused_with_what_to_do(site: Site, typed: dict[str, str], words: str) -> None:
    vw = site.office("vw")
    key = start(vw)
    answer = vw.post(f"{CASES}/new/{key}/members", data=member(person(1, **typed), key))
    assert answer.status_code == 422 and words in said(answer)


def test_nobody_is_born_tomorrow(site: Site) -> None:
    vw = site.office("vw")
    key = start(vw)
    add(vw, key, person())
    answer = vw.post(f"{CASES}/new/{key}/members", data=member(child(birth_date="2026-11-24"), key))
    assert answer.status_code == 422 and "不能晚于今天" in said(answer)


def test_one_household_has_one_head_and_no_number_twice(site: Site) -> None:
    vw = site.office("vw")
    key = start(vw)
    add(vw, key, person(1))
    second = vw.post(f"{CASES}/new/{key}/members", data=member(person(2), key))
    assert second.status_code == 422 and "已经有一位户主了" in said(second)
    twice = vw.post(f"{CASES}/new/{key}/members", data=member(person(1, relation="配偶"), key))
    assert twice.status_code == 422 and "已经写给家里另一个人了" in said(twice)


def test_a_household_without_its_head_is_not_written(house: House, site: Site) -> None:
    vw = site.office("vw")
    key = start(vw)
    add(vw, key, child())
    answer = vw.post(f"{CASES}/new/{key}/review")
    assert answer.status_code == 422 and "还没有写户主" in said(answer)
    assert cases(house) == 0


def test_the_same_person_in_an_open_case_is_refused_and_no_place_is_named(house: House, site: Site) -> None:
    with office(house) as session:
        filed_case(session, new_household(7, village="640303100200"), prefix="far_")
    vw = site.office("vw")
    key = start(vw)
    add(vw, key, person(7))
    answer = vw.post(f"{CASES}/new/{key}/review")
    assert answer.status_code == 422
    assert "已经在另一户在帮家庭里" in said(answer) and "红寺堡" not in said(answer)
    assert cases(house) == 1
    assert "测试人7" in page(vw, f"{CASES}/new/{key}/review"), "the draft is still there"


def test_a_second_press_opens_no_second_case(any_house: House) -> None:
    site = Site(any_house)
    vw = site.office("vw")
    key = start(vw)
    add(vw, key, person())
    first = sent(vw.post(f"{CASES}/new/{key}/review"))
    assert sent(vw.post(f"{CASES}/new/{key}/review")) == first
    assert sent(vw.get(f"{CASES}/new/{key}/members")) == first, "and the way back leads to the case"
    assert cases(any_house) == 1


def test_after_it_is_written_nothing_typed_is_left_in_the_draft(house: House, site: Site) -> None:
    vw = site.office("vw")
    key = start(vw)
    add(vw, key, person())
    sent(vw.post(f"{CASES}/new/{key}/review"))
    assert "已经登记了" in said(
        vw.post(f"{CASES}/new/keep", data={"key": key, "part": "household", **home()})
    )
    with office(house) as session:
        assert [d.content.startswith('{"case_id"') for d in session.scalars(select(Draft))] == [True]


def test_a_lost_signal_loses_nothing(house: House, site: Site) -> None:
    """Saved on blur, unchecked; found again on any device, after any while."""
    phone = site.office("vw")
    key = key_of(page(phone, f"{CASES}/new"))
    half = {"key": key, "part": "household", "narrative": "奶奶带着孙女", "phone": "138"}
    assert "草稿 09:00 已存" in said(phone.post(f"{CASES}/new/keep", data=half))
    desk = site.office("vw")
    assert f"/cases/new/{key}" in page(desk, f"{CASES}/")
    assert "奶奶带着孙女" in page(desk, f"{CASES}/new/{key}")
    sent(desk.post(f"{CASES}/new", data={"key": key, "part": "household", **home()}))
    typing = {"key": key, "part": "member", **NOTHING, "relation": "本人", "name": "写到一半"}
    phone.post(f"{CASES}/new/keep", data=typing)
    assert 'value="写到一半"' in page(desk, f"{CASES}/new/{key}/members")
    assert cases(house) == 0


def test_later_keeps_the_page_without_a_script(house: House, site: Site) -> None:
    vw = site.office("vw")
    key = key_of(page(vw, f"{CASES}/new"))
    answer = vw.post(
        f"{CASES}/new", data={"key": key, "part": "household", "narrative": "半句", "later": "1"}
    )
    assert sent(answer) == f"{CASES}/"
    assert "半句" in page(vw, f"{CASES}/new/{key}")


def test_a_draft_is_nobody_elses(house: House, site: Site) -> None:
    """Neither the colleague of the village, nor the township, nor the county."""
    vw = site.office("vw")
    key = start(vw)
    for login in ("vw2", "to", "cs", "far_vw", "admin"):
        other = site.office(login)
        for path in ("", "/members", "/review", "/discard"):
            assert other.get(f"{CASES}/new/{key}{path}").status_code == 404, (login, path)
    stolen = site.office("vw2")
    stolen.post(f"{CASES}/new/keep", data={"key": key, "part": "household", "narrative": "别人写的"})
    assert "奶奶带着孙女" in page(vw, f"{CASES}/new/{key}")
    assert "没写完的" not in page(site.office("to"), f"{CASES}/")


def test_a_draft_lies_sealed(house: House, site: Site) -> None:
    vw, secret = site.office("vw"), secret_name()
    start(vw, narrative=f"{secret}的情况")
    with office(house) as session:
        raw = session.connection().exec_driver_sql("SELECT content FROM draft").scalars().all()
    assert raw and not any(secret in str(cell) for cell in raw)


def test_a_draft_thrown_away_is_gone_and_asks_first(house: House, site: Site) -> None:
    vw = site.office("vw")
    key = start(vw)
    assert "扔掉就找不回来了" in page(vw, f"{CASES}/new/{key}/discard")
    assert vw.get(f"{CASES}/new/{key}").status_code == 200, "asking throws nothing away"
    sent(vw.post(f"{CASES}/new/{key}/discard"))
    assert vw.get(f"{CASES}/new/{key}").status_code == 404
    assert cases(house) == 0


def test_a_draft_of_another_village_is_not_written_here(house: House, site: Site) -> None:
    """The village is the post's; a draft begun at one post does not end up at another."""
    vw = site.office("vw")
    key = start(vw)
    add(vw, key, person())
    with office(house) as session:
        kept = session.scalars(select(Draft)).one()
        kept.content = kept.content.replace("640324100001", "640324100002")
    answer = vw.post(f"{CASES}/new/{key}/review")
    assert answer.status_code == 409 and "另一个村" in said(answer)
    assert cases(house) == 0


@pytest.mark.parametrize("login", ["to", "tl", "cs", "cl", "dept", "duty", "admin"])
def test_only_the_village_writes_a_household_down(site: Site, login: str) -> None:
    assert site.office(login).get(f"{CASES}/new").status_code == 404


def test_a_missing_number_is_completed_later(house: House, site: Site) -> None:
    vw = site.office("vw")
    case_id = enter(vw, with_child=True)
    with office(house) as session:
        grandchild = session.get_one(Case, case_id).household.members[1].id
    here = f"{CASES}/{case_id}/members/{grandchild}/number"
    assert here in page(vw, f"{CASES}/{case_id}")
    wrong = vw.post(here, data={"id_no": resident_number(date(2016, 3, 5), 3)})
    assert wrong.status_code == 422 and "出生日期和登记的不一样" in said(wrong)
    taken = vw.post(here, data={"id_no": resident_number(date(1958, 4, 5), 1)})
    assert taken.status_code == 422
    sent(vw.post(here, data={"id_no": resident_number(date(2016, 3, 4), 3)}))
    assert case_of(house, case_id).case_no and here not in page(vw, f"{CASES}/{case_id}")
    assert vw.get(here).status_code == 404, "there is nothing left to complete"


def test_numbers_of_a_county_run_on(house: House, site: Site, clock: SteppingClock) -> None:
    vw = site.office("vw")
    first, second = (case_of(house, enter(vw, n)).case_no for n in (1, 2))
    assert (first, second) == ("640324-2026-00001", "640324-2026-00002")
    with office(house) as session:
        assert session.scalar(select(func.count()).select_from(Household)) == 2
