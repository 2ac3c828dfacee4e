"""The household on one page: every stage of every need, nobody named, and a trace of who looked."""

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.cases.operations.opening import open_one
from app.core.audit import OfficeAudit
from app.core.house import House
from tests.clock import NOW, SteppingClock
from tests.stories.oversight_world import SERIAL, Journey, journey
from tests.world import FAR_VILLAGE, Site, house_of, new_household, office, officer


@pytest.fixture(scope="module")
def walked(peopled: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Journey]:
    """The journey walked once; each test has a copy of its own."""
    folder = tmp_path_factory.mktemp("walked") / "instance"
    shutil.copytree(peopled, folder)
    house = house_of(folder)
    made = journey(Site(house))
    house.dispose()
    return folder, made


@pytest.fixture
def site(walked: tuple[Path, Journey], tmp_path: Path, clock: SteppingClock) -> Iterator[Site]:
    shutil.copytree(walked[0], tmp_path / "instance")
    house = house_of(tmp_path / "instance", clock=clock)
    yield Site(house)
    house.dispose()


@pytest.fixture
def made(walked: tuple[Path, Journey]) -> Journey:
    return walked[1]


def page_of(site: Site, made: Journey, login: str = "cs") -> str:
    answer = site.office(login).get(f"/office/cases/{made.case_id}/timeline")
    assert answer.status_code == 200
    return answer.text


def row_of(html: str, name: str) -> str:
    """The text of one need's line, tags removed."""
    rows = re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)
    found = next(r for r in rows if re.search(rf">\s*{name}\s*<", r))
    return " ".join(re.sub(r"<[^>]+>", " ", found).split())


def opened(site: Site) -> int:
    with office(site.house) as session:
        return open_one(session, new_household(77), actor=officer(session, "vw"), now=NOW).id


def test_each_need_stands_in_its_step(site: Site, made: Journey) -> None:
    html = page_of(site, made)
    assert "有人接了" in row_of(html, "洗衣机") and "已实现" in row_of(html, "洗衣机")
    assert "还差这一项" in row_of(html, "米面油") and "已公布 XQ-" in row_of(html, "米面油")
    assert "等回话 包抓单位" in row_of(html, "被褥")
    assert row_of(html, "衣物").count("还没到") == 3
    assert row_of(html, "取暖设备").count("先欠着") == 2


def test_a_need_that_policy_met_needs_neither_unit_nor_society(site: Site, made: Journey) -> None:
    line = row_of(page_of(site, made), "理发")
    assert "已落实 全部解决 2 次" in line and line.count("不需要") == 2 and "已实现" in line


def test_the_way_so_far_tells_every_stage_the_newest_first(site: Site, made: Journey) -> None:
    html = page_of(site, made)
    told = [
        "家里确认合用，这一项已实现",
        "已交到家里，有签收",
        "县接收点点收 2 件",
        "说定了",
        "有人认领",
        "随周一批次公布",
        "单位帮扶已核对",
        "政策保障已核对",
        "包抓单位：",
        "县里备案",
        "乡镇研究认定",
        "民主评议",
        "登记入册",
    ]
    missing = [words for words in told if words not in html]
    assert missing == []
    washing = [html.index(words) for words in told[:6]]
    assert washing == sorted(washing)


@pytest.mark.parametrize("login", ["cs", "cl", "to", "tl", "vw", "duty"])
def test_nobody_is_named_whoever_looks(site: Site, made: Journey, login: str) -> None:
    """Not even to those who may read names on the household's own page: this one is printed."""
    html = page_of(site, made, login)
    household = new_household(SERIAL, child=True)
    secrets = [household.phone, household.narrative, *(m.name for m in household.members)]
    secrets += [m.id_no for m in household.members if m.id_no]
    assert [s for s in secrets if s in html] == []
    assert "测某" in html


@pytest.mark.parametrize(
    ("login", "status"), [("far_cs", 404), ("far_vw", 404), ("dept", 404), ("safe", 404), ("admin", 404)]
)
def test_outside_ones_reach_it_does_not_exist(site: Site, login: str, status: int) -> None:
    case_id = opened(site)
    assert site.office(login).get(f"/office/cases/{case_id}/timeline").status_code == status


def test_a_duty_officer_sees_only_the_households_of_the_unit(site: Site, made: Journey) -> None:
    other = opened(site)
    client = site.office("duty")
    assert client.get(f"/office/cases/{made.case_id}/timeline").status_code == 200
    assert client.get(f"/office/cases/{other}/timeline").status_code == 404


def test_opening_it_leaves_a_trace_that_the_next_one_sees(site: Site) -> None:
    case_id = opened(site)
    site.office("tl").get(f"/office/cases/{case_id}/timeline")
    with office(site.house) as session:
        seen = select(OfficeAudit).where(OfficeAudit.verb == "case.read", OfficeAudit.object_id == case_id)
        rows = session.scalars(seen).all()
        assert [(r.object_type, r.actor_role) for r in rows] == [("case", "township_lead")]
    html = site.office("cs").get(f"/office/cases/{case_id}/timeline").text
    assert "测试tl（乡镇（街道）分管领导）" in html


def test_before_filing_it_says_whose_turn_it_is(site: Site) -> None:
    html = site.office("vw").get(f"/office/cases/{opened(site)}/timeline").text
    assert "还没做完入户核实，等村里" in html
    assert "民主评议通过后，村里列困难和需求" in html


def test_what_is_stuck_names_who_is_waited_for_and_turns_red_past_its_time(
    site: Site, made: Journey, clock: SteppingClock
) -> None:
    before = page_of(site, made)
    assert "note--wait" in before and "note--need" not in before
    clock.forward(timedelta(days=15))
    after = page_of(site, made)
    assert "note--need" in after
    stuck = after[after.index("这户现在卡在哪") : after.index("各走到哪一步")]
    assert "第②步还没回话，等包抓单位（超时" in stuck and "第①步还没回话，等各部门（超时" in stuck
    assert stuck.index("超时") < stuck.index("等人接")


def test_it_reads_the_same_on_both_engines(any_house: House) -> None:
    site = Site(any_house)
    with office(any_house) as session:
        far = open_one(
            session, new_household(9, village=FAR_VILLAGE), actor=officer(session, "far_vw"), now=NOW
        )
        near = open_one(session, new_household(8), actor=officer(session, "vw"), now=NOW)
        far_id, near_id = far.id, near.id
    client = site.office("cs")
    assert client.get(f"/office/cases/{near_id}/timeline").status_code == 200
    assert client.get(f"/office/cases/{far_id}/timeline").status_code == 404
