"""Every door of both sites, tried by everybody. What each should find stands in access_tables.py, by hand."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.house.access_tables import OFFICE, PUBLIC
from tests.house.doors_world import Doors, open_doors

PEOPLE = {  # column: whose browser
    "dep": "dept",
    "saf": "safe",
    "dut": "duty",
    "adm": "admin",
    "fvw": "far_vw",
    "fcs": "far_cs",
    "cha": "charity",
    "oth": "firm",
    "new": "newvol",
    "off": "cs",
    "str": "stranger",
}
PAST_THE_DOOR = {200, 303, 409, 422}
GO = "go"


@dataclass(frozen=True)
class Door:
    method: str
    address: str
    expected: dict[str, str]  # column: status or GO


def doors_of(table: str) -> list[Door]:
    """The lines of a table. Raises ValueError for a line that has not one cell for each column."""
    lines = [line.split() for line in table.strip().splitlines() if line.strip()]
    columns = lines[0]
    return [Door(m, a, dict(zip(columns, cells, strict=True))) for m, a, *cells in lines[1:]]


# What must be typed so that a wrong person is told no, and not that the form is empty.
TYPED: dict[str, dict[str, object]] = {
    "/cases/new": {"key": "7" * 32, "part": "household"},
    "/cases/new/keep": {"key": "7" * 32, "part": "household"},
    "/batches/": {"case": "{case_determined}"},
    "/needs/{need}/outcome": {"outcome": "none", "basis": "没有对应政策"},
    "/needs/{need_fourth}/outcome": {"stage": "4", "outcome": "none", "basis": "没有现有渠道"},
    "/releases/fourth/{need_waiting}": {"dossier": "问过三家单位，都没有成，还差一件"},
    "/releases/referrals/{referral_up}/meeting": {"meeting-meeting_on": "2026-12-20"},
    "/needs/outcomes/{outcome}/reject": {"reject-reason": "依据写错了"},
    "/needs/{need}/bypass": {"bypass-reason_code": "极端天气", "bypass-reason": "今晚降温到零下二十度"},
    "/needs/{need}/unit": {"unit-unit_id": "{unit}"},
    "/verifications/{dossier}/check": {"passed": "{required}"},
    "/verifications/{dossier}/return": {"reason": "照片看不清"},
    "/verifications/{dossier}/reject": {"reason": "不是本人的材料"},
}


@pytest.fixture(scope="module")
def doors(peopled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    opened = open_doors(peopled, tmp_path_factory.mktemp("doors"))
    yield opened
    opened.house.dispose()


@pytest.mark.parametrize(("table", "prefix"), [(OFFICE, "/office"), (PUBLIC, "")], ids=["office", "public"])
def test_everybody_finds_at_every_door_what_is_written(doors: Doors, table: str, prefix: str) -> None:
    wrong = [fault for door in doors_of(table) for fault in faults_at(doors, door, prefix)]
    assert not wrong, "\n".join(wrong)


def faults_at(doors: Doors, door: Door, prefix: str) -> list[str]:
    """Those who are kept out come first: they change nothing, so that the others find the thing as it was."""
    wrong = []
    for column in sorted(door.expected, key=lambda c: door.expected[c] == GO):
        expected, got = door.expected[column], knock(doors, door, column, prefix)
        if not (got in PAST_THE_DOOR if expected == GO else got == int(expected)):
            wrong.append(f"{door.method} {door.address} {column}: {got}, not {expected}")
        if got in PAST_THE_DOOR and (door.method == "POST" or got == 303):
            doors.put_back()
    return wrong


def knock(doors: Doors, door: Door, column: str, prefix: str) -> int:
    browser = doors.browsers[PEOPLE.get(column, column)]
    address = prefix + door.address.format(**doors.names)
    if door.method == "GET":
        answer = browser.get(address)
    else:
        answer = browser.post(address, data=typed_at(doors, door.address))
    answer.close()
    if answer.status_code == 302:
        assert "/login" in answer.location, address
    return answer.status_code


def typed_at(doors: Doors, address: str) -> dict[str, object]:
    """What stands in TYPED, with the names of things put in."""
    written = {k: str(v) for k, v in TYPED.get(address, {}).items()}
    return {k: doors.names[v[1:-1]] if v.startswith("{") else v for k, v in written.items()}


@pytest.mark.parametrize(("wing", "table"), [("office", OFFICE), ("public", PUBLIC)])
def test_every_address_is_a_line_of_the_matrix(doors: Doors, wing: str, table: str) -> None:
    """A new page cannot be added without somebody saying who may open it."""
    written = doors_of(table)
    missing = [
        f"{method} {rule.rule}"
        for method, rule in addresses(doors.site.app(wing))
        if not any(d.method == method and fits(d.address, rule) for d in written)
    ]
    assert not missing, "\n".join(missing)


def addresses(app: Flask) -> list[tuple[str, Rule]]:
    return [
        (method, rule)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def fits(address: str, rule: Rule) -> bool:
    """Whether a line of the table is of that rule: its fixed parts are equal."""
    pattern = re.sub(
        r"\\?<path\\?:[^>]+>", ".+", re.escape(rule.rule).replace(r"\<", "<").replace(r"\>", ">")
    )
    pattern = re.sub(r"<[^>]+>", "[^/]+", pattern)
    return re.fullmatch(pattern, address) is not None


@pytest.mark.parametrize(("wing", "table"), [("office", OFFICE), ("public", PUBLIC)])
def test_no_line_of_the_matrix_is_left_of_a_page_that_is_gone(doors: Doors, wing: str, table: str) -> None:
    rules = addresses(doors.site.app(wing))
    gone = [
        f"{d.method} {d.address}"
        for d in doors_of(table)
        if not any(d.method == method and fits(d.address, rule) for method, rule in rules)
    ]
    assert not gone, "\n".join(gone)


def test_the_tables_are_whole() -> None:
    for table in (OFFICE, PUBLIC):
        lines = doors_of(table)
        assert len({(d.method, d.address) for d in lines}) == len(lines)
        cells = {cell for d in lines for cell in d.expected.values()}
        assert cells <= {GO, "200", "302", "303", "403", "404", "422"}
        assert all(d.expected["str"] != GO or d.address.startswith(("/log", "/register")) for d in lines)
