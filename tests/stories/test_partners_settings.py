"""What a partner changes about itself: password, sign-ins, phone and skills; and checks that run out."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.models.partners import Organisation, Volunteer
from app.accounts.models.public import DonorAccount, PublicSession
from app.accounts.operations import partners
from tests.clock import NOW, SteppingClock
from tests.world import PASSWORD, Site, public


def test_checks_that_ran_out_are_shown_and_can_be_renewed(site: Site, clock: SteppingClock) -> None:
    with public(site.house) as session:
        firm = session.scalars(select(Organisation).where(Organisation.kind == "enterprise")).one()
        assert firm.valid_to is not None
        days = (firm.valid_to - NOW.date()).days
    clock.forward(timedelta(days=days - 20))
    assert "核验快到期" in site.public("firm").get("/my").text
    assert "还有 20 天" in site.public("firm").get("/my/settings").text
    clock.forward(timedelta(days=21))
    with public(site.house) as session:
        partners.expire_partners(session, now=clock.now())
    page = site.public("firm").get("/my/profile").text
    assert "核验到期了" in page and "再交给县里核验" in page
    assert "过期了" in site.public("firm").get("/my/settings").text


def test_a_changed_password_closes_every_other_sign_in(site: Site) -> None:
    here, there = site.public("vol"), site.public("vol")
    data = {"old": PASSWORD, "password": "Xin-De-Mi-Ma-1", "again": "Xin-De-Mi-Ma-1"}
    assert here.post("/my/settings/password", data=data).status_code == 303
    assert here.get("/my").status_code == 200
    assert there.get("/my").status_code == 302
    door = site.visitor()
    assert door.post("/login", data={"login": "vol", "password": PASSWORD}).status_code == 422
    assert door.post("/login", data={"login": "vol", "password": "Xin-De-Mi-Ma-1"}).status_code == 303


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            {"old": "not-my-password", "password": "Xin-De-Mi-Ma-1", "again": "Xin-De-Mi-Ma-1"},
            "现在的密码不对",
        ),
        ({"old": PASSWORD, "password": PASSWORD, "again": PASSWORD}, "和现在的一样"),
        ({"old": PASSWORD, "password": "vol-12345678", "again": "vol-12345678"}, "不要带登录名"),
        ({"old": PASSWORD, "password": "short", "again": "short"}, "至少要 10 个字符"),
        ({"old": PASSWORD, "password": "Xin-De-Mi-Ma-1", "again": "else"}, "两次输的不一样"),
        ({}, "请输现在的密码"),
    ],
)
def test_a_password_that_cannot_be_taken_changes_nothing(site: Site, data: dict[str, str], said: str) -> None:
    client = site.public("vol")
    answer = client.post("/my/settings/password", data=data)
    assert answer.status_code == 422
    assert said in answer.text
    assert site.visitor().post("/login", data={"login": "vol", "password": PASSWORD}).status_code == 303


def test_guessing_the_old_password_locks_the_account_as_at_sign_in(site: Site) -> None:
    client = site.public("vol")
    data = {"old": "a-wrong-one", "password": "Xin-De-Mi-Ma-1", "again": "Xin-De-Mi-Ma-1"}
    for _try in range(5):
        assert client.post("/my/settings/password", data=data).status_code == 422
    assert client.post("/my/settings/password", data={**data, "old": PASSWORD}).status_code == 422
    assert site.visitor().post("/login", data={"login": "vol", "password": PASSWORD}).status_code == 422


def test_signing_out_everywhere_leaves_no_door_open(site: Site) -> None:
    here, there, other = site.public("vol"), site.public("vol"), site.public("firm")
    assert "就是这里" in here.get("/my/settings").text
    assert here.post("/my/settings/sign-out").status_code == 303
    assert here.get("/my").status_code == there.get("/my").status_code == 302
    assert other.get("/my").status_code == 200
    with public(site.house) as session:
        account = session.scalars(select(DonorAccount).where(DonorAccount.login == "vol")).one()
        left = select(PublicSession).where(
            PublicSession.account_id == account.id, PublicSession.closed_at.is_(None)
        )
        assert session.scalars(left).all() == []


def test_phone_and_skills_change_without_a_new_verification(site: Site) -> None:
    client = site.public("vol")
    data = {"phone": "139 0000 2222", "skills": ["law"], "languages": ["sign"], "times": ["evening"]}
    assert client.post("/my/settings/contact", data=data).status_code == 303
    with public(site.house) as session:
        vol = session.scalars(select(Volunteer).where(Volunteer.state == "verified")).one()
        assert (vol.phone, vol.skills, vol.times) == ("13900002222", ["law"], ["evening"])
    assert client.post("/my/settings/contact", data={**data, "phone": "123"}).status_code == 422
    assert client.post("/my/settings/contact", data={**data, "skills": ["magic"]}).status_code == 422


def test_settings_need_a_sign_in(site: Site) -> None:
    for address in ("/my", "/my/settings", "/my/profile", "/my/claims", "/my/proposals", "/my/interest"):
        assert site.visitor().get(address).status_code == 302, address
