"""A register comes in as a workbook: read on trial, every fault named where it stands, then all or none."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.cases.models import Case, Member
from app.core.audit import OfficeAudit
from app.core.house import House
from app.factory import _add_commands, build_public
from app.needs.models import ImportJob, Need
from tests import register as registers
from tests.register import Table, make
from tests.workbooks import Spoil, workbook
from tests.world import COUNTY, FAR_COUNTY, Site, office

PAGE = "/office/imports/"
HOUSEHOLDS = 6


def a_register(households: int = HOUSEHOLDS, county: str = COUNTY) -> registers.Register:
    return make(4, [county], households=households)


def send(client: FlaskClient, content: bytes, name: str = "名册.xlsx") -> TestResponse:
    return client.post(PAGE, data={"files": (io.BytesIO(content), name)})


def last_job(house: House) -> ImportJob:
    with office(house) as session:
        job = session.scalars(select(ImportJob).order_by(ImportJob.id.desc())).first()
        assert job is not None
        return job


def counts(house: House) -> tuple[int, int, int]:
    with office(house) as session:
        return tuple(session.scalar(select(func.count(t.id))) or 0 for t in (Case, Member, Need))  # type: ignore[return-value]


def first_of(sheet: str, **cells: str) -> Spoil:
    """Puts other values into the first row of a sheet."""

    def spoil(tables: dict[str, Table]) -> None:
        tables[sheet][0] |= cells

    return spoil


def test_a_whole_workbook_is_tried_and_then_written(house: House, site: Site) -> None:
    made = a_register()
    county = site.office("cs")
    tried = send(county, workbook(made))
    job = last_job(house)
    assert tried.status_code == 303 and tried.location.endswith(f"{PAGE}{job.id}")
    assert counts(house) == (0, 0, 0), "a trial writes nothing"
    page = county.get(f"{PAGE}{job.id}").get_data(as_text=True)
    assert "还没有写入任何数据" in page and f"写入 {HOUSEHOLDS} 户" in page
    assert county.post(f"{PAGE}{job.id}/commit").status_code == 303
    assert counts(house) == (HOUSEHOLDS, len(made.members), len(made.needs))
    assert "写好了" in county.get(f"{PAGE}{job.id}").get_data(as_text=True)
    assert not list(house.settings.instance.glob("office/imports/*/*.sealed")), "the upload is gone"


def test_the_same_workbook_again_finds_nothing_new(house: House, site: Site) -> None:
    content, county = workbook(a_register()), site.office("cs")
    for _ in range(2):
        send(county, content)
        county.post(f"{PAGE}{last_job(house).id}/commit")
    assert counts(house)[0] == HOUSEHOLDS
    page = county.get(f"{PAGE}{last_job(house).id}").get_data(as_text=True)
    assert "没有新的可写" in page and "都已经在册" in page


FAULTS: dict[str, tuple[Spoil, str, str]] = {  # the sheet's spoilt first row: column heading, what is said
    "a number with a wrong check digit": (
        first_of("households", applicant_id_no="649999195804050018"),
        "申请人身份证号",
        "身份证号不对",
    ),
    "a village that does not exist": (
        first_of("households", village_code="640324999999"),
        "村代码",
        "没有找到",
    ),
    "a thirteenth month": (first_of("members", birth_date="1948-13-02"), "出生日期", ""),
    "an item that the catalogue lacks": (first_of("needs", item_code="Z99"), "需求项目", ""),
    "half a piece": (first_of("needs", quantity="0.5"), "数量", ""),
    "a person without a household": (first_of("members", household_ref="NOBODY"), "户编号", "“户”表里没有"),
    "money below nothing": (first_of("households", monthly_income_fen="-3"), "月收入", ""),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_one_fault_keeps_all_out_and_is_named_with_row_and_column(
    fault: str, house: House, site: Site
) -> None:
    spoil, heading, said = FAULTS[fault]
    county = site.office("cs")
    send(county, workbook(a_register(), spoil))
    job = last_job(house)
    assert job.state == "has_errors" and job.errors_n >= 1
    page = county.get(f"{PAGE}{job.id}").get_data(as_text=True)
    assert heading in page and said in page and "下载标好错的表" in page
    county.post(f"{PAGE}{job.id}/commit")
    assert counts(house) == (0, 0, 0)


def test_the_marked_workbook_comes_back_with_the_bad_cell_marked_and_the_rest_masked(
    house: House, site: Site
) -> None:
    made = a_register()
    wrong = "649999195804050018"
    county = site.office("cs")
    send(county, workbook(made, first_of("households", applicant_id_no=wrong)))
    answer = county.get(f"{PAGE}{last_job(house).id}/marked")
    book = load_workbook(io.BytesIO(answer.get_data()))
    page = book["户"]
    heads = [c.value for c in page[1]]
    bad = page.cell(2, heads.index("申请人身份证号") + 1)
    assert bad.comment is not None and bad.fill.fgColor.rgb.endswith("F6C9BD") and bad.value == wrong
    text = "\n".join(str(c.value) for p in book for row in p.iter_rows() for c in row if c.value)
    assert made.members[1]["id_no"] not in text and made.households[1]["phone"] not in text


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("名册.xls", b"\xd0\xcf\x11\xe0old", "旧版 .xls"),
        ("名册.xlsx", b"not a workbook", "不是 Excel 工作簿"),
        ("名册.xlsx", b"PK\x03\x04broken", "打不开"),
        ("households.csv", b"household_ref\n", "一次选齐三个文件"),
    ],
)
def test_what_is_no_workbook_is_told_apart(
    name: str, content: bytes, said: str, house: House, site: Site
) -> None:
    county = site.office("cs")
    answer = send(county, content, name)
    page = county.get(answer.location) if answer.status_code == 303 else answer
    assert said in page.get_data(as_text=True)
    assert counts(house) == (0, 0, 0)


def test_a_township_brings_in_its_own_villages_only(house: House, site: Site) -> None:
    send(site.office("to"), workbook(a_register(30)))
    job = last_job(house)
    assert job.state == "has_errors"
    assert "不在你的管辖范围" in site.office("to").get(f"{PAGE}{job.id}").get_data(as_text=True)


def test_others_may_not_see_or_finish_an_upload(house: House, site: Site) -> None:
    send(site.office("cs"), workbook(a_register()))
    job = last_job(house)
    for login, expected in (("far_cs", 404), ("cl", 404), ("vw", 404), ("cs2", 403)):
        assert site.office(login).post(f"{PAGE}{job.id}/commit").status_code == expected, login
    assert counts(house) == (0, 0, 0)


def test_thrown_away_it_leaves_nothing(house: House, site: Site) -> None:
    county = site.office("cs")
    send(county, workbook(a_register()))
    job = last_job(house)
    county.post(f"{PAGE}{job.id}/discard")
    assert last_job(house).state == "discarded"
    assert not list(house.settings.instance.glob("office/imports/*/*.sealed"))
    county.post(f"{PAGE}{job.id}/commit")
    assert counts(house) == (0, 0, 0)


Run = Callable[..., tuple[int, dict[str, object], str]]


@pytest.fixture
def run(any_house: House) -> Run:
    app: Flask = build_public(any_house)
    app.extensions["house"] = any_house
    _add_commands(app, any_house.settings)

    def call(*args: str) -> tuple[int, dict[str, object], str]:
        result = app.test_cli_runner().invoke(args=[*args, "--json"])
        lines = result.stdout.splitlines()
        return result.exit_code, json.loads(lines[-1]) if lines else {}, result.stderr

    return call


def test_the_command_takes_a_folder_of_csv_files(run: Run, any_house: House, tmp_path: Path) -> None:
    made = a_register()
    registers.write(made, tmp_path)
    args = ("cases", "import", str(tmp_path), "--county", COUNTY, "--actor", "cs")
    code, told, _ = run(*args, "--dry-run")
    assert (code, told["households"], told["written"]) == (0, HOUSEHOLDS, False)
    assert counts(any_house) == (0, 0, 0)
    code, told, _ = run(*args)
    assert (code, told["needs"], told["written"]) == (0, len(made.needs), True)
    assert counts(any_house) == (HOUSEHOLDS, len(made.members), len(made.needs))
    with office(any_house) as session:
        verbs = session.scalars(select(OfficeAudit.verb).where(OfficeAudit.actor_id != 0)).all()
        assert "cases.import" in verbs


def test_the_command_refuses_and_writes_the_marked_workbook(
    run: Run, any_house: House, tmp_path: Path
) -> None:
    made = a_register()
    made.needs[0]["item_code"] = "Z99"
    registers.write(made, tmp_path / "in")
    out = tmp_path / "errors.xlsx"
    code, told, stderr = run(
        "cases", "import", str(tmp_path / "in"), "--county", COUNTY, "--actor", "cs", "--errors", str(out)
    )
    assert code == 1 and told["errors"] == 1 and "需求" in stderr and "第 2 行" in stderr
    assert counts(any_house) == (0, 0, 0)
    assert "错误清单" in load_workbook(out).sheetnames


def test_the_command_keeps_to_the_actors_county(run: Run, any_house: House, tmp_path: Path) -> None:
    registers.write(a_register(county=FAR_COUNTY), tmp_path)
    code, _, stderr = run("cases", "import", str(tmp_path), "--county", FAR_COUNTY, "--actor", "cs")
    assert code == 1 and "管辖范围" in stderr
    code, _, stderr = run("cases", "import", str(tmp_path), "--county", FAR_COUNTY, "--actor", "far_vw")
    assert code == 1 and stderr
    assert counts(any_house) == (0, 0, 0)


def test_what_went_in_comes_out_the_same(run: Run, any_house: House, tmp_path: Path) -> None:
    made, out = a_register(), tmp_path / "out.xlsx"
    registers.write(made, tmp_path)
    run("cases", "import", str(tmp_path), "--county", COUNTY, "--actor", "cs")
    code, told, _ = run("cases", "export", "--county", COUNTY, "--actor", "cs", "--out", str(out))
    assert code == 0 and told["households"] == HOUSEHOLDS
    page = load_workbook(out)["户"]
    heads = [c.value for c in page[1]]
    names = {row[heads.index("申请人姓名")] for row in page.iter_rows(min_row=2, values_only=True)}
    assert names == {h["applicant_name"] for h in made.households}


def test_the_template_reads_as_an_empty_import(run: Run, any_house: House, tmp_path: Path) -> None:
    out = tmp_path / "template.xlsx"
    assert run("cases", "template", "--out", str(out))[0] == 0
    book = load_workbook(out)
    assert {"户", "成员", "需求", "填写说明"} <= set(book.sheetnames)
    assert book["需求"].data_validations.dataValidation, "drop-down lists"
    code, _, stderr = run("cases", "import", str(out), "--county", COUNTY, "--actor", "cs")
    assert code == 1 and "空的" in stderr
