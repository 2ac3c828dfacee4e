"""The commands of the contract (contracts §3): names, the last line, exit codes, refusals that write
nothing."""

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import click
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models.office import Officer
from app.accounts.models.partners import Organisation, Volunteer
from app.accounts.models.public import DonorAccount
from app.accounts.operations.signing import check_donor, check_officer
from app.accounts.queries.sessions import actor_for_login
from app.core.audit import OfficeAudit
from app.core.clock import local_day
from app.core.house import House
from app.factory import _add_commands, build_public
from app.library.queries import EXPORT_COLUMNS
from app.matches.operations.interests import Offer, state_interest
from app.policy.actors import Role
from app.releases.models import NeedProject, ReleaseRun
from tests.clock import NOW
from tests.house.files import ROOT
from tests.stories.releases_world import approve_all, crowd, tick, write_events
from tests.world import COUNTY, VILLAGE, donor, office, public

PASSWORD = "Long-Enough-2026"
CONTRACT = {
    "demo load",
    "demo serve",
    "accounts create",
    "cases import",
    "cases export",
    "cases template",
    "releases tick",
    "releases outcome",
    "library export",
    "library key",
    "library reindex",
    "catalogue export",
    "pairings propose",
    "jobs run",
}
Run = Callable[..., Result]


def front_of(house: House) -> Flask:
    app = build_public(house)
    app.extensions["house"] = house
    _add_commands(app, house.settings)
    return app


@pytest.fixture
def run(any_house: House) -> Run:
    return runner_of(any_house)


def runner_of(house: House) -> Run:
    app = front_of(house)

    def invoke(*args: str, stdin: str = "") -> Result:
        return app.test_cli_runner().invoke(args=[*args, "--json"], input=stdin)

    return invoke


def answer(result: Result) -> dict[str, object]:
    assert result.exit_code == 0, result.output
    told: dict[str, object] = json.loads(result.stdout.splitlines()[-1])
    return told


def refused(result: Result, word: str) -> None:
    """Exit 1, the reason on stderr, nothing on stdout."""
    assert (result.exit_code, word in result.stderr, result.stdout) == (1, True, ""), result.output


def test_every_command_of_the_contract_is_there_and_answers_in_json(house: House) -> None:
    found: dict[str, click.Command] = {}
    for name, group in front_of(house).cli.commands.items():
        if isinstance(group, click.Group):
            found |= {f"{name} {sub}": command for sub, command in group.commands.items()}
    assert set(found) >= CONTRACT
    for name in CONTRACT:
        assert any(p.name == "as_json" for p in found[name].params), name


def test_an_officers_account_is_made_with_the_password_from_standard_input(
    run: Run, any_house: House
) -> None:
    made = run(
        *("accounts", "create", "--login", "new_vw", "--role", "village_worker", "--scope", VILLAGE),
        *("--name", "测试村干部", "--grid", "三网格"),
        stdin=f"{PASSWORD}\n",
    )
    assert answer(made) == {"account": "new_vw", "role": "village_worker", "scope": VILLAGE}
    with office(any_house) as session:
        assert check_officer(session, login="new_vw", password=PASSWORD, now=NOW) is not None
        actor = actor_for_login(session, "new_vw", local_day(NOW))
        assert actor is not None
        assert (actor.role, actor.area, actor.grid) == (Role.VILLAGE_WORKER, VILLAGE, "三网格")


def test_a_department_gets_its_unit_and_its_actions(run: Run, any_house: House) -> None:
    made = ("accounts", "create", "--login", "edu", "--role", "county_dept", "--scope", COUNTY)
    answer(run(*made, "--unit", "新来的教育局", "--actions", "5,10", stdin=PASSWORD))
    with office(any_house) as session:
        actor = actor_for_login(session, "edu", local_day(NOW))
        assert actor is not None and actor.unit_id is not None
        assert actor.actions == {5, 10}


@pytest.mark.parametrize(
    ("more", "stdin", "word"),
    [
        (("--login", "cs", "--role", "county_swd", "--scope", COUNTY), PASSWORD, "已经有人用了"),
        (("--login", "n", "--role", "county_swd", "--scope", "6403"), PASSWORD, "6 位"),
        (("--login", "n", "--role", "county_swd", "--scope", COUNTY), "short", "10 个字符"),
        (("--login", "n", "--role", "county_swd", "--scope", COUNTY, "--org", "某会"), PASSWORD, "--org"),
        (("--login", "n", "--role", "org_admin", "--org", "没有的会"), PASSWORD, "--scope"),
        (
            ("--login", "firm", "--role", "org_admin", "--org", "又一家", "--scope", COUNTY),
            PASSWORD,
            "登录名",
        ),
    ],
)
def test_accounts_that_cannot_be_made_are_refused(
    house: House, more: tuple[str, ...], stdin: str, word: str
) -> None:
    with office(house) as session:
        before = session.scalar(select(func.count(Officer.id)))
    refused(runner_of(house)("accounts", "create", *more, stdin=stdin), word)
    with office(house) as session:
        assert session.scalar(select(func.count(Officer.id))) == before
    with public(house) as session:
        assert session.scalar(select(func.count(DonorAccount.id)).where(DonorAccount.login == "n")) == 0


def test_a_role_that_nobody_knows_is_wrong_usage(house: House) -> None:
    wrong = runner_of(house)("accounts", "create", "--login", "n", "--role", "king", stdin=PASSWORD)
    assert wrong.exit_code == 2


def test_a_partner_made_for_a_test_is_verified_and_can_sign_in(run: Run, any_house: House) -> None:
    made = ("accounts", "create", "--login", "group", "--role", "org_admin", "--org", "新来的志愿队")
    answer(run(*made, "--kind", "volunteer_group", "--scope", COUNTY, stdin=PASSWORD))
    answer(
        run("accounts", "create", "--login", "one", "--role", "volunteer", "--scope", COUNTY, stdin=PASSWORD)
    )
    with public(any_house) as session:
        assert check_donor(session, login="group", password=PASSWORD, now=NOW) is not None
        group = session.scalars(select(Organisation).where(Organisation.name == "新来的志愿队")).one()
        assert group.kind == "volunteer_group" and group.is_verified(local_day(NOW))
        one = session.scalars(select(DonorAccount).where(DonorAccount.login == "one")).one()
        assert session.get_one(Volunteer, one.volunteer_id).is_verified(local_day(NOW))


def test_an_organisation_that_is_there_gets_a_second_account(run: Run, any_house: House) -> None:
    with public(any_house) as session:
        known = session.scalars(select(Organisation).order_by(Organisation.id)).first()
        assert known is not None
        name, number = known.name, known.id
    answer(
        run("accounts", "create", "--login", "second", "--role", "org_admin", "--org", name, stdin=PASSWORD)
    )
    with public(any_house) as session:
        account = session.scalars(select(DonorAccount).where(DonorAccount.login == "second")).one()
        assert account.organisation_id == number
        assert session.scalar(select(func.count(Organisation.id)).where(Organisation.name == name)) == 1


def test_the_catalogue_is_written_whole(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "catalogue.csv"
    assert answer(run("catalogue", "export", "--out", str(out)))["rows"] == 34
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [
        *("item_code", "action_no", "item_name", "public_type", "implies", "lo_yuan", "hi_yuan"),
    ]
    assert {r["implies"] for r in rows} == {"", "minor", "student", "elder", "disability", "disease"}


def test_the_public_table_and_its_key(run: Run, any_house: House, tmp_path: Path) -> None:
    crowd(any_house)
    published = answer(run("releases", "tick", "--plan-all"))["published"]
    table, key = tmp_path / "table.csv", tmp_path / "key.csv"
    assert answer(run("library", "export", "--out", str(table), "--week", "2026-11-23"))["rows"] == published
    assert answer(run("library", "key", "--out", str(key)))["rows"] == published
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == EXPORT_COLUMNS
    assert {r["week"] for r in rows} == {"2026-11-23"}
    with key.open(encoding="utf-8", newline="") as file:
        keyed = list(csv.DictReader(file))
    assert list(keyed[0]) == ["project_id", "household_ref", "need_ref"]
    assert {r["project_id"] for r in keyed} == {r["project_id"] for r in rows}
    with office(any_house) as session:
        logged = select(func.count(OfficeAudit.id)).where(OfficeAudit.verb == "library.key")
        assert session.scalar(logged) == 1


def test_the_index_can_be_rebuilt_again_and_again(house: House) -> None:
    crowd(house)
    approve_all(house)
    tick(house)
    run = runner_of(house)
    first = answer(run("library", "reindex"))["wordings"]
    assert isinstance(first, int) and first > 0
    assert answer(run("library", "reindex"))["wordings"] == first


def test_proposals_tell_objective_bound_and_gap(run: Run, any_house: House, tmp_path: Path) -> None:
    crowd(any_house)
    approve_all(any_house)
    tick(any_house)
    with public(any_house) as session:
        offer = Offer(("service",), ("S01", "S04", "S12"), (COUNTY, "640303"), "weekly", False, 2)
        state_interest(session, offer, actor=donor(session, "vol"), now=NOW)
    out = tmp_path / "drafts.csv"
    told = answer(run("pairings", "propose", "--county", COUNTY, "--out", str(out)))
    assert told["gap"] == 0 and told["objective"] == told["bound"]
    with out.open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == told["drafts"]


def test_one_round_of_the_worker(run: Run, any_house: House) -> None:
    told = answer(run("jobs", "run", "--once"))
    assert set(told) >= {"letters", "jobs"}


def test_a_file_that_cannot_be_written_is_a_refusal(house: House, tmp_path: Path) -> None:
    out = str(tmp_path / "nowhere" / "x.csv")
    refused(runner_of(house)("catalogue", "export", "--out", out), "x.csv")


@pytest.fixture
def production(house: House) -> Run:
    settings = replace(house.settings, env="production")
    return runner_of(replace(house, settings=settings))


@pytest.mark.parametrize(
    "args", [("releases", "tick", "--plan-all"), ("releases", "tick", "--at", "2026-12-07")]
)
def test_production_publishes_only_today_and_signs_for_nobody(
    production: Run, house: House, args: tuple[str, ...]
) -> None:
    crowd(house)
    refused(production(*args), "正式环境")
    with office(house) as session:
        assert session.scalar(select(func.count(ReleaseRun.id))) == 0
        assert session.scalar(select(func.count(NeedProject.id))) == 0


def test_production_has_no_demo_and_makes_no_partners(production: Run, house: House, tmp_path: Path) -> None:
    refused(production("demo", "load"), "正式环境")
    refused(production("demo", "load", "--households", "9", "--from", str(tmp_path)), "正式环境")
    events = write_events(tmp_path / "events.csv", [])
    refused(production("releases", "outcome", "--in", str(events)), "正式环境")
    made = ("accounts", "create", "--login", "x", "--role", "org_admin", "--org", "没有的会")
    refused(production(*made, "--scope", COUNTY, stdin=PASSWORD), "自己在网站上登记")


def test_from_a_real_shell(migrated: Path, tmp_path: Path) -> None:
    """Password through a pipe, JSON on the last line, the reason on stderr, three exit codes."""
    shutil.copytree(migrated, tmp_path / "instance")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("JIEDUI_", "STRIPE_"))}
    env = {**kept, "JIEDUI_ENV": "test", "JIEDUI_INSTANCE": str(tmp_path / "instance")}

    def shell(*args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *args]
        return subprocess.run(
            command, cwd=ROOT, env=env, input=f"{PASSWORD}\n", capture_output=True, text=True, check=False
        )

    made = ("accounts", "create", "--login", "cs", "--role", "county_swd", "--scope", COUNTY, "--json")
    first, again, wrong = shell(*made), shell(*made), shell("accounts", "create")
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout.splitlines()[-1])["account"] == "cs"
    assert (again.returncode, again.stdout, "已经有人用了" in again.stderr) == (1, "", True)
    assert wrong.returncode == 2
