"""Each role's start page: its own tasks, none of a neighbour's; the side bar leads only where it may go."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from app.cases.models import Case
from app.cases.operations.opening import open_one
from app.core.house import House
from tests.clock import NOW, SteppingClock
from tests.stories.waiting_world import (
    begin,
    bypass_asked,
    determined,
    passed_on,
    reported,
    screened,
    sent_up,
)
from tests.world import (
    COUNTY,
    FAR_TOWNSHIP,
    OFFICERS,
    TOWNSHIP,
    Site,
    new_household,
    office,
    officer,
)

ROLES = ("vw", "to", "tl", "cs", "cl", "dept", "safe", "duty", "admin")


# Who it waits for: how it is made, and the words of the task.
WAITING: dict[str, tuple[Callable[..., Case], str]] = {
    "vw": (screened, "做完入户核实"),
    "tl": (reported, '<h2 class="h3">研究认定</h2>'),
    "to": (determined, "1 户已认定，编进批次"),
    "cs": (sent_up, "办备案，还有 1 户没办"),
    "cl": (bypass_asked, "批急难直通"),
    "dept": (begin, "现有政策能不能解决"),
    "duty": (passed_on, "单位能不能帮"),
}


@pytest.mark.parametrize("login", WAITING)
def test_what_waits_for_a_role_stands_on_its_page_and_on_no_other(site: Site, login: str) -> None:
    make, words = WAITING[login]
    with office(site.house) as session:
        make(session, 1)
    pages = {other: site.office(other).get("/office/").text for other in ROLES}
    assert words in pages[login]
    sharing = {"dept": {"safe"}, "safe": {"dept"}}.get(login, set())
    assert [o for o in ROLES if words in pages[o] and o != login and o not in sharing] == []


@pytest.mark.parametrize("login", ["vw", "tl", "to", "cs", "cl"])
def test_a_neighbour_sees_none_of_it(site: Site, login: str) -> None:
    """The same role in another county, with a task of its own: each page has its own and not the other's."""
    make, words = WAITING[login]
    with office(site.house) as session:
        mine, theirs = make(session, 1).case_no, make(session, 2, "far_").case_no
    near, far = site.office(login).get("/office/").text, site.office(f"far_{login}").get("/office/").text
    assert words in near and words in far
    assert theirs not in near and mine not in far
    assert FAR_TOWNSHIP not in near and TOWNSHIP not in far


def test_a_village_sees_none_of_its_sister_village(site: Site) -> None:
    with office(site.house) as session:
        to = officer(session, "to")
        other = open_one(session, new_household(3, village="640324100002"), actor=to, now=NOW).case_no
    assert other not in site.office("vw").get("/office/").text


def test_late_ones_come_first_and_are_red_and_only_the_first_act_is(site: Site, clock: SteppingClock) -> None:
    with office(site.house) as session:
        reported(session, 1)
        reported(session, 2)
        bypass_asked(session, 3)
    clock.forward(timedelta(days=30))
    html = site.office("tl").get("/office/").text
    first = re.findall(r'<li class="(late)?">', html)
    assert first[:2] == ["late", "late"]
    assert html.count("btn--call") == 1
    assert "超时" in html


def test_no_more_than_five_though_more_wait(site: Site) -> None:
    with office(site.house) as session:
        for serial in range(1, 8):
            screened(session, serial)
    html = site.office("vw").get("/office/").text
    assert "今天该办的 5 件事" in html and "等我的，一共 7 件" in html
    assert len(re.findall(r'<li class="(?:late)?">', html)) == 5


def test_a_day_without_tasks_says_so_and_leads_on(site: Site) -> None:
    """All but the county's two, for whom a newcomer's papers wait."""
    for login in (r for r in ROLES if r not in ("cs", "cl")):
        html = site.office(login).get("/office/").text
        assert "今天该办的都办完了" in html and "手上没有等你的" in html, login


def test_every_entry_of_the_side_bar_opens(site: Site) -> None:
    closed = []
    for login in OFFICERS:
        client = site.office(login)
        links = in_side_bar(client.get("/office/").text)
        assert "/office/" in links and len(links) > 1, login
        closed += [(login, link) for link in links if client.get(link).status_code != 200]
    assert closed == []


def in_side_bar(html: str) -> list[str]:
    return re.findall(r'href="([^"]+)"', html[html.index("<nav") : html.index("</nav>")])


def test_the_side_bar_marks_where_one_is(site: Site) -> None:
    def marked(address: str) -> list[str]:
        html = site.office("cs").get(address).text
        nav = html[html.index("<nav") : html.index("</nav>")]
        return re.findall(r'href="([^"]+)" aria-current="page"', nav)

    assert marked("/office/") == ["/office/"]
    assert marked("/office/cases/") == ["/office/cases/"]
    assert marked("/office/late") == []


def test_the_start_page_opens_for_everybody(site: Site) -> None:
    statuses = {login: site.office(login).get("/office/").status_code for login in OFFICERS}
    assert statuses == dict.fromkeys(OFFICERS, 200)


def test_a_stranger_is_led_to_the_sign_in(site: Site) -> None:
    answer = site.visitor().get("/office/")
    assert answer.status_code == 302 and answer.location.startswith("/office/login")


def test_the_county_sees_each_township_and_who_is_waited_for(any_house: House) -> None:
    site = Site(any_house)
    with office(any_house) as session:
        reported(session, 1)
        passed_on(session, 2)
        begin(session, 3, "far_")
    clock = any_house.clock
    assert isinstance(clock, SteppingClock)
    assert "没有过了时限的" in site.office("cs").get("/office/").text
    clock.forward(timedelta(days=40))
    html = site.office("cs").get("/office/").text
    board = html[html.index("各乡镇办到哪了") :]
    assert "豫海镇" in board and "红寺堡镇" not in board
    assert "豫海镇分管领导" in board and "包抓单位" in board
    assert f"/office/cases/?place={TOWNSHIP}" in board
    assert "各村办到哪了" in site.office("to").get("/office/").text
    assert "办到哪了" not in site.office("vw").get("/office/").text


def test_the_list_of_late_things_keeps_to_ones_reach(site: Site, clock: SteppingClock) -> None:
    with office(site.house) as session:
        mine, theirs = reported(session, 1).case_no, reported(session, 2, "far_").case_no
    clock.forward(timedelta(days=40))
    near = site.office("cs").get("/office/late").text
    assert mine in near and theirs not in near
    assert theirs not in site.office("cs").get(f"/office/late?place={FAR_TOWNSHIP}").text
    assert mine in site.office("cs").get(f"/office/late?place={TOWNSHIP}").text
    assert mine not in site.office("cs").get(f"/office/late?place={COUNTY}101").text
    for login in ("vw", "dept", "duty", "admin"):
        assert site.office(login).get("/office/late").status_code == 404


def test_the_rules_in_force_are_open_to_every_officer(site: Site) -> None:
    html = site.office("vw").get("/office/rules").text
    assert "同标签至少" in html and "11 户" in html
    assert site.visitor().get("/office/rules").status_code == 302


def test_the_platform_sees_counts_and_nobody_by_name(site: Site) -> None:
    with office(site.house) as session:
        case_no = screened(session, 1).case_no
    html = site.office("admin").get("/office/").text
    assert "能用的账号" in html and "在路上的信" in html
    assert case_no not in html
