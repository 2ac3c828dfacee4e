"""Partners register, two people of the county verify them, and each keeps its own settings."""

from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from app.accounts.models.partners import Volunteer
from app.accounts.models.public import DonorAccount
from app.accounts.models.verification import Verification
from app.accounts.operations import partners, verification
from app.accounts.operations.papers import MOST_BYTES, Paper, sealed
from app.core.errors import BadInput, Refusal
from app.core.house import House
from app.core.outbox import PublicLetter
from tests.clock import NOW
from tests.stories.gifts_world import GOODS, shelve
from tests.world import COUNTY, PASSWORD, PDF, PNG, Site, office, officer, public, resident_number, uscc

ADULT = resident_number(date(1991, 6, 1), 71)


SEVENTEEN = resident_number(date(2009, 11, 24), 72)  # eighteen tomorrow


SIXTEEN = resident_number(date(2010, 5, 1), 73)


def volunteer_form(**other: Any) -> dict[str, Any]:
    """What a volunteer types, with the paper that is needed."""
    return {
        "name": "新来的",
        "id_no": ADULT,
        "phone": "139 1234 5678",
        "region_code": COUNTY,
        "skills": ["haircut", "law"],
        "languages": ["local"],
        "times": ["weekend"],
        "paper_real_name": (BytesIO(PNG), "card.png"),
        "login": "fresh_one",
        "password": PASSWORD,
        "again": PASSWORD,
        "promise": "y",
        **other,
    }


def charity_form(**other: Any) -> dict[str, Any]:
    return {
        "name": "测试新慈善会",
        "uscc": uscc(81),
        "contact": "新联系人",
        "phone": "0953-8020000",
        "region_code": COUNTY,
        "paper_licence": (BytesIO(PDF), "licence.pdf"),
        "paper_charity_reg": (BytesIO(PDF), "reg.pdf"),
        "login": "fresh_org",
        "password": PASSWORD,
        "again": PASSWORD,
        "promise": "y",
        **other,
    }


def test_an_empty_registration_says_what_is_missing_in_the_order_of_the_page(site: Site) -> None:
    page = site.visitor().post("/register/volunteer", data={}).get_data(as_text=True)
    summary = page[page.index("处要改") : page.index("</ul>", page.index("处要改"))]
    said = [
        summary.find(f'href="#{name}"')
        for name in ("region_code", "phone", "name", "id_no", "login", "password")
    ]
    assert said == sorted(said) and said[0] > 0


def register(client: FlaskClient, kind: str, form: dict[str, Any]) -> Any:
    return client.post(f"/register/{kind}", data=form, content_type="multipart/form-data")


def accounts_named(house: House, login: str) -> int:
    with public(house) as session:
        return len(session.scalars(select(DonorAccount).where(DonorAccount.login == login)).all())


def dossier_of(house: House, name: str) -> Verification:
    with office(house) as session:
        found = [d for d in session.scalars(select(Verification)) if d.name == name]
        assert found, name
        return max(found, key=lambda d: d.id)


@pytest.mark.parametrize("kind", ["volunteer", "charity", "enterprise", "volunteer_group", "social_org"])
def test_every_kind_has_its_form(site: Site, kind: str) -> None:
    visitor = site.visitor()
    assert f"/register/{kind}" in visitor.get("/register").text
    assert visitor.get(f"/register/{kind}").status_code == 200
    assert visitor.get("/register/robot").status_code == 404


@pytest.mark.parametrize(("kind", "form"), [("volunteer", volunteer_form), ("charity", charity_form)])
def test_who_registers_is_signed_in_and_waits(site: Site, kind: str, form: Any) -> None:
    client = site.visitor()
    answer = register(client, kind, form())
    assert answer.status_code == 303, answer.text
    page = client.get("/my").text
    assert "等县里核验" in page and "材料在县里，正在核验" in page
    site.carry()
    name = form()["name"]
    assert dossier_of(site.house, name).state == "submitted"
    assert name[:1] in site.office("cs").get("/office/verifications/").text


def test_numbers_and_papers_only_pass_through(site: Site) -> None:
    """In the letter they are sealed; once it has arrived, nothing is left on the public side."""
    register(site.visitor(), "volunteer", volunteer_form())
    site.carry()
    with public(site.house) as session:
        tables = session.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
        everything = "".join(
            str(row) for t in tables for row in session.execute(text(f'SELECT * FROM "{t}"'))
        )
        assert ADULT not in everything
        waiting = session.scalars(select(PublicLetter).where(PublicLetter.kind == "papers.submitted"))
        assert [letter.payload for letter in waiting if letter.payload is not None] == []
    dossier = dossier_of(site.house, "新来的")
    with office(site.house) as session:
        assert verification.fields_of(session.get_one(Verification, dossier.id))["id_no"] == ADULT


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"login": "ab"}, "登录名用 4 到 40 个"),
        ({"login": "vol"}, "登录名用 4 到 40 个"),
        ({"login": "charity"}, "已经有人用了"),
        ({"password": "short", "again": "short"}, "密码至少要 10 个字符"),
        ({"again": "something-else-9"}, "两次输的不一样"),
        ({"promise": ""}, "请先勾选"),
        ({"name": "一"}, "姓名写 2 到 40 个字"),
        ({"phone": "1391234"}, "现在是 7 位"),
        ({"region_code": ""}, "请"),
        ({"id_no": "64999919910601071"}, "身份证号要 18 位"),
        ({"id_no": ADULT[:-1] + ("0" if ADULT[-1] != "0" else "1")}, "校验位不对"),
        ({"id_no": SEVENTEEN}, "要年满 18 周岁"),
        ({"id_no": SIXTEEN}, "要年满 18 周岁"),
        ({"paper_real_name": (BytesIO(b""), "")}, "还缺这一份"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_the_rest_stays(
    site: Site, wrong: dict[str, Any], said: str
) -> None:
    answer = register(site.visitor(), "volunteer", volunteer_form(**wrong))
    assert answer.status_code == 422
    assert said in answer.text and "处要改" in answer.text
    assert "把材料再选一次" in answer.text
    if "name" not in wrong:
        assert 'value="新来的"' in answer.text
    assert PASSWORD not in answer.text
    assert accounts_named(site.house, "fresh_one") == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"MZ\x90\x00 a program", "只收 PDF、PNG、JPG"),
        (b"%PDF-1.4 /JavaScript (x)", "只收 PDF、PNG、JPG"),
        (PNG[:40], "打不开"),
    ],
)
def test_a_paper_that_cannot_be_taken_says_why(site: Site, content: bytes, said: str) -> None:
    form = volunteer_form(paper_real_name=(BytesIO(content), "card.png"))
    answer = register(site.visitor(), "volunteer", form)
    assert answer.status_code == 422
    assert said in answer.text


def test_a_paper_is_at_most_five_megabytes() -> None:
    with pytest.raises(BadInput) as refused:
        sealed(Paper("real_name", "big.pdf", PDF + b"0" * MOST_BYTES))
    assert refused.value.field == "paper_real_name"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"uscc": uscc(81)[:-1] + "?"}, "校验位也要对"),
        ({"uscc": uscc(1)}, "已经登记过"),
        ({"contact": ""}, "请填联系人"),
    ],
)
def test_an_organisation_is_known_by_its_code(site: Site, wrong: dict[str, Any], said: str) -> None:
    answer = register(site.visitor(), "charity", charity_form(**wrong))
    assert answer.status_code == 422
    assert said in answer.text


def test_numbers_may_be_typed_full_width_and_with_spaces(site: Site) -> None:
    spaced = " ".join([ADULT[:6], ADULT[6:14], ADULT[14:]]).translate(
        {ord(c): ord(c) + 0xFEE0 for c in "0123456789"}
    )
    answer = register(
        site.visitor(), "volunteer", volunteer_form(id_no=spaced, phone="１３９ １２３４ ５６７８")
    )
    assert answer.status_code == 303, answer.text


def test_two_people_verify_and_the_partner_may_claim(site: Site) -> None:
    shelve(site.house)
    client = site.visitor()
    register(client, "volunteer", volunteer_form())
    refused = client.get(f"/library/{GOODS}/claim").text
    assert "现在还不能接" in refused and "核验通过后就能接" in refused
    sent = client.post(f"/library/{GOODS}/claim", data={"ready_on": "2026-11-25", "promised": "y"})
    assert sent.status_code == 409
    site.carry()
    number = dossier_of(site.house, "新来的").id
    cs, cl = site.office("cs"), site.office("cl")
    address = f"/office/verifications/{number}"
    assert cs.post(f"{address}/verify").status_code == 403  # that is the lead's
    checked = cs.post(f"{address}/check", data={"passed": ["real_name", "age"]})
    assert checked.status_code == 303
    assert "初审过，等复审" in cl.get(address).text and "测试cs" in cl.get(address).text
    assert cl.post(f"{address}/verify").status_code == 303
    site.carry()
    assert "已核验" in client.get("/my").text
    assert client.get(f"/library/{GOODS}/claim").text.count("我来接这一项") >= 1
    sent = client.post(f"/library/{GOODS}/claim", data={"ready_on": "2026-11-25", "promised": "y"})
    assert sent.status_code == 303


def test_the_first_check_passes_every_required_item(site: Site) -> None:
    number = waiting_dossier(site)
    answer = site.office("cs").post(f"/office/verifications/{number}/check", data={"passed": ["real_name"]})
    assert answer.status_code == 422
    assert "年满 18 周岁" in answer.text
    assert dossier_of(site.house, "新来的").state == "submitted"


def test_nobody_decides_on_what_the_same_person_checked(site: Site) -> None:
    number = waiting_dossier(site)
    with office(site.house) as session:
        first = officer(session, "cs")
        dossier = session.get_one(Verification, number)
        passed = frozenset(dossier.required)
        verification.first_check(session, dossier, passed=passed, actor=first, now=NOW)
        twice = replace(officer(session, "cl"), person_key=first.person_key)
        with pytest.raises(Refusal):
            verification.verify(session, dossier, actor=twice, now=NOW)
        with pytest.raises(Refusal):
            verification.reject(session, dossier, reason="不行", actor=twice, now=NOW)
        assert dossier.state == "checking"


def test_a_return_says_why_and_the_partner_sends_again(site: Site) -> None:
    client = site.visitor()
    register(client, "volunteer", volunteer_form())
    site.carry()
    number = dossier_of(site.house, "新来的").id
    address = f"/office/verifications/{number}/return"
    assert site.office("cs").post(address, data={"reason": " "}).status_code == 422
    assert site.office("cs").post(address, data={"reason": "照片太模糊，请重拍"}).status_code == 303
    site.carry()
    page = client.get("/my/profile").text
    assert "照片太模糊，请重拍" in page and "再交一次" in page
    assert "补一补材料" in client.get("/my").text
    again = {
        k: v
        for k, v in volunteer_form(phone="13900001111").items()
        if k not in ("login", "password", "again")
    }
    sent = client.post("/my/profile", data=again, content_type="multipart/form-data")
    assert sent.status_code == 303, sent.text
    site.carry()
    newest = dossier_of(site.house, "新来的")
    assert newest.id != number and newest.state == "submitted"
    assert "以前交过" in site.office("cs").get(f"/office/verifications/{newest.id}").text


def test_a_no_is_told_with_its_reason(site: Site) -> None:
    client = site.visitor()
    register(client, "charity", charity_form())
    site.carry()
    number = dossier_of(site.house, "测试新慈善会").id
    passed = {"passed": ["uscc", "licence", "charity_reg"]}
    assert site.office("cs").post(f"/office/verifications/{number}/check", data=passed).status_code == 303
    cl = site.office("cl")
    assert cl.post(f"/office/verifications/{number}/reject", data={"reason": "登记已撤销"}).status_code == 303
    site.carry()
    assert "登记已撤销" in client.get("/my").text
    assert "/my/projects/new" not in client.get("/my/projects").text


@pytest.mark.parametrize(
    ("login", "listed", "read"),
    [("far_cs", 200, 404), ("far_cl", 200, 404), ("vw", 404, 404), ("tl", 404, 404), ("dept", 404, 404)],
)
def test_dossiers_are_for_their_county_alone(site: Site, login: str, listed: int, read: int) -> None:
    number = waiting_dossier(site)
    client = site.office(login)
    answer = client.get("/office/verifications/")
    assert answer.status_code in (listed, 403) and "新某" not in answer.text
    assert client.get(f"/office/verifications/{number}").status_code == read
    assert client.post(f"/office/verifications/{number}/check", data={"passed": []}).status_code == read


def test_papers_open_for_the_county_and_carry_no_name(site: Site) -> None:
    number = waiting_dossier(site)
    with office(site.house) as session:
        paper = session.get_one(Verification, number).papers[0].id
    answer = site.office("cs").get(f"/office/verifications/{number}/papers/{paper}")
    assert answer.status_code == 200 and answer.mimetype == "image/png"
    assert "card" not in answer.headers["Content-Disposition"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert site.office("far_cs").get(f"/office/verifications/{number}/papers/{paper}").status_code == 404
    assert site.office("cs").get(f"/office/verifications/{number}/papers/{paper + 99}").status_code == 404


def test_letters_of_verification_twice_change_nothing(house: House) -> None:
    with public(house) as session:
        vol = session.scalars(select(Volunteer).where(Volunteer.state == "verified")).one()
        said = {"token": vol.token, "verdict": "returned", "reason": "x", "valid_to": "", "checks": {}}
        before = vol.valid_to
        partners.take_verdict(session, said, now=NOW)  # one that crossed the yes
        assert (vol.state, vol.valid_to) == ("verified", before)
    with office(house) as session:
        known = session.scalars(select(Verification)).all()
        papers = {"submission": known[0].submission, "token": known[0].token}
        verification.receive_papers(session, papers, now=NOW)
        assert len(session.scalars(select(Verification)).all()) == len(known)


def waiting_dossier(site: Site) -> int:
    register(site.visitor(), "volunteer", volunteer_form())
    site.carry()
    return dossier_of(site.house, "新来的").id
