"""Staff accounts: only the platform's administrator makes, ends and unlocks them; changing posts."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.models.office import Officer, Post, Unit
from app.accounts.operations.officers import add_post
from app.core.audit import OfficeAudit
from app.policy.actors import SYSTEM, Role
from app.policy.numbers import id_check_digit
from tests.clock import NOW, SteppingClock
from tests.world import FAR_VILLAGE, OFFICERS, PASSWORD, Site, office

NEW = {
    "login": "new_to",
    "name": "新来的",
    "id_no": "",
    "role": "township_officer",
    "place": "同心县 豫海镇",
    "unit": "",
    "password": "Xin-Lai-De-2026",
    "again": "Xin-Lai-De-2026",
}


def officer_id(site: Site, login: str) -> int:
    with office(site.house) as session:
        return session.scalars(select(Officer.id).where(Officer.login == login)).one()


def sign_in(site: Site, login: str, password: str = PASSWORD) -> FlaskClient:
    """By the form, as people do."""
    client = site.visitor()
    client.post("/office/login", data={"login": login, "password": password})
    return client


def make(site: Site, **changes: str) -> TestResponse:
    return site.office("admin").post("/office/staff/new", data=NEW | changes)


def test_nobody_else_knows_that_these_pages_exist(site: Site) -> None:
    target = officer_id(site, "vw")
    pages = ("/office/staff/", "/office/staff/new", "/office/staff/units", f"/office/staff/{target}")
    steps = [f"/office/staff/{target}/{what}" for what in ("posts", "unlock", "password", "stop", "resume")]
    for login in (login for login in OFFICERS if login != "admin"):
        client = site.office(login)
        assert {client.get(address).status_code for address in pages} == {404}, login
        assert {client.post(address).status_code for address in steps} == {404}, login


def test_a_new_account_signs_in_at_its_place(site: Site) -> None:
    answer = make(site)
    assert answer.status_code == 303
    client = sign_in(site, "new_to", NEW["password"])
    html = client.get("/office/").text
    assert "豫海镇 · 新来的（乡镇（街道）经办）" in html


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"login": "vw"}, "已经有人用了"),
        ({"place": "同心县 没有的镇"}, "找不到这个地方"),
        ({"place": "同心县"}, "这个岗位要写到乡镇（街道）"),
        ({"role": "county_dept", "place": "同心县"}, "要写单位"),
        ({"role": "county_dept", "place": "同心县", "unit": "没有的局"}, "没有叫“没有的局”的单位"),
        ({"password": "short", "again": "short"}, "至少要 10 个字符"),
        ({"again": "something else"}, "两次输的不一样"),
        ({"id_no": "640324195804050013"}, "身份证号不对"),
        ({"name": ""}, "请写姓名"),
    ],
)
def test_a_wrong_form_says_what_to_change_and_makes_nothing(
    site: Site, changes: dict[str, str], words: str
) -> None:
    answer = make(site, **changes)
    assert answer.status_code == 422 and words in answer.text
    with office(site.house) as session:
        assert session.scalar(select(Officer.id).where(Officer.login == "new_to")) is None


def test_two_accounts_of_one_person_are_one_person(site: Site) -> None:
    """So that nobody checks himself at another desk (I-05)."""
    number = "64999919580405001"
    whole = number + id_check_digit(number)
    assert make(site, id_no=whole).status_code == 303
    assert make(site, login="new_two", id_no=whole.lower()).status_code == 303
    with office(site.house) as session:
        keys = session.scalars(
            select(Officer.person_key).where(Officer.login.in_(("new_to", "new_two")))
        ).all()
        assert len(keys) == 2 and len(set(keys)) == 1


def test_a_post_ends_with_its_last_day(site: Site, clock: SteppingClock) -> None:
    target = officer_id(site, "vw2")
    with office(site.house) as session:
        post = session.scalars(select(Post.id).where(Post.officer_id == target)).one()
    admin, address = site.office("admin"), f"/office/staff/{target}/posts/{post}/end"
    assert admin.post(address, data={f"post{post}-last_day": "2026-11-22"}).status_code == 422
    assert admin.post(address, data={f"post{post}-last_day": "2026-11-23"}).status_code == 303
    client = site.office("vw2")
    assert client.get("/office/").status_code == 200
    clock.forward(timedelta(hours=16))
    assert client.get("/office/").status_code == 302


def test_a_post_of_somebody_else_is_not_ended_under_another_name(site: Site) -> None:
    target = officer_id(site, "to")
    with office(site.house) as session:
        others = session.scalars(select(Post.id).where(Post.officer_id == target)).one()
    address = f"/office/staff/{officer_id(site, 'vw')}/posts/{others}/end"
    assert (
        site.office("admin").post(address, data={f"post{others}-last_day": "2026-12-01"}).status_code == 404
    )


def test_five_wrong_passwords_lock_and_the_administrator_unlocks(site: Site) -> None:
    for _ in range(5):
        site.visitor().post("/office/login", data={"login": "tl", "password": "wrong-wrong-1"})
    assert sign_in(site, "tl").get("/office/").status_code == 302
    admin = site.office("admin")
    assert "账号锁住了：tl" in admin.get("/office/").text
    assert "tl" in admin.get("/office/staff/?state=locked").text
    assert admin.post(f"/office/staff/{officer_id(site, 'tl')}/unlock").status_code == 303
    assert sign_in(site, "tl").get("/office/").status_code == 200


def test_a_new_password_signs_out_the_old_one_everywhere(site: Site) -> None:
    before, target = site.office("to"), officer_id(site, "to")
    data = {"pw-password": "Huan-Guo-De-2026", "pw-again": "Huan-Guo-De-2026"}
    assert site.office("admin").post(f"/office/staff/{target}/password", data=data).status_code == 303
    assert before.get("/office/").status_code == 302
    assert sign_in(site, "to").get("/office/").status_code == 302
    assert sign_in(site, "to", "Huan-Guo-De-2026").get("/office/").status_code == 200


def test_a_stopped_account_is_out_at_once_and_may_be_let_in_again(site: Site) -> None:
    before, target, admin = site.office("cs"), officer_id(site, "cs"), site.office("admin")
    assert admin.post(f"/office/staff/{target}/stop").status_code == 303
    assert before.get("/office/").status_code == 302
    assert sign_in(site, "cs").get("/office/").status_code == 302
    assert admin.post(f"/office/staff/{target}/resume").status_code == 303
    assert before.get("/office/").status_code == 302, "what was open before stays closed"
    assert sign_in(site, "cs").get("/office/").status_code == 200


def test_nobody_stops_himself(site: Site) -> None:
    admin, own = site.office("admin"), officer_id(site, "admin")
    answer = admin.post(f"/office/staff/{own}/stop")
    assert answer.status_code == 409 and "这是你自己的账号" in answer.text
    with office(site.house) as session:
        post = session.scalars(select(Post.id).where(Post.officer_id == own)).one()
    answer = admin.post(f"/office/staff/{own}/posts/{post}/end", data={f"post{post}-last_day": "2026-12-01"})
    assert answer.status_code == 409


def test_each_of_these_steps_leaves_a_trace(site: Site) -> None:
    admin, target = site.office("admin"), officer_id(site, "cs2")
    for what in ("unlock", "stop", "resume"):
        admin.post(f"/office/staff/{target}/{what}")
    with office(site.house) as session:
        rows = session.scalars(
            select(OfficeAudit).where(OfficeAudit.object_id == target).order_by(OfficeAudit.id)
        )
        assert [r.verb for r in rows if r.object_type == "officer"] == [
            "account.unlocked",
            "account.stopped",
            "account.let_in",
        ]


def test_a_unit_is_made_and_can_be_written_on_a_post(site: Site) -> None:
    admin = site.office("admin")
    unit = {"name": "同心县测试局", "kind": "dept", "county": "640324", "actions": ["3", "4"]}
    assert admin.post("/office/staff/units", data=unit).status_code == 303
    assert "同心县测试局" in admin.get("/office/staff/units").text
    post = {"role": "county_dept", "place": "640324", "unit": "同心县测试局"}
    assert admin.post(f"/office/staff/{officer_id(site, 'vw')}/posts", data=post).status_code == 303
    with office(site.house) as session:
        made = session.scalars(select(Unit).where(Unit.name == "同心县测试局")).one()
        assert made.actions == [3, 4]


def test_the_list_finds_by_login_role_and_county(site: Site) -> None:
    admin = site.office("admin")
    assert "far_cs" in admin.get("/office/staff/?county=640303").text
    assert "far_cs" not in admin.get("/office/staff/?county=640324").text
    assert "没有这样的账号" in admin.get("/office/staff/?q=%25").text
    assert ">duty<" in admin.get("/office/staff/?role=duty_officer").text


def test_an_officer_with_two_posts_picks_one_and_changes(site: Site) -> None:
    with office(site.house) as session:
        found = session.scalars(select(Officer).where(Officer.login == "vw")).one()
        far = add_post(session, found, role=Role.VILLAGE_WORKER, scope=FAR_VILLAGE, actor=SYSTEM, now=NOW)
        posts = [p.id for p in found.posts]
        far_id = far.id
    client = sign_in(site, "vw")
    html = client.get("/office/post").text
    assert "富兴社区" in html and "梨花村" in html and "现在在这里" not in html
    assert client.get("/office/").status_code == 302
    assert client.post("/office/post", data={"post": far_id}).status_code == 303
    assert "梨花村 · 测试vw" in client.get("/office/").text
    assert "现在在这里" in client.get("/office/post").text
    other = next(p for p in posts if p != far_id)
    client.post("/office/post", data={"post": other})
    assert "富兴社区 · 测试vw" in client.get("/office/").text


def test_nobody_takes_a_post_that_is_not_theirs(site: Site) -> None:
    with office(site.house) as session:
        theirs = session.scalars(select(Post.id).where(Post.role == "platform_admin")).one()
    client = sign_in(site, "vw")
    assert client.post("/office/post", data={"post": theirs}).status_code == 404
    assert "富兴社区 · 测试vw" in client.get("/office/").text
