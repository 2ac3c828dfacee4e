"""The import contracts of pyproject.toml hold, and they cover every room."""

import subprocess
import sys
import tomllib

from tests.house.files import ROOT

CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
WINGS = {"library", "matches", "pairings", "gifts"}, {"cases", "needs"}
WITHOUT_FLOORS = {"core", "policy", "demo"}


def rooms() -> set[str]:
    return {p.parent.name for p in (ROOT / "app").glob("*/__init__.py")}


def contract(name: str) -> dict[str, list[str]]:
    (found,) = (c for c in CONFIG["contracts"] if c["name"].startswith(name))
    return dict(found)


def test_the_contracts_are_kept() -> None:
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]


def test_no_contract_has_exceptions() -> None:
    assert [c["name"] for c in CONFIG["contracts"] if "ignore_imports" in c] == []


def test_every_room_has_its_floors_and_its_rung() -> None:
    assert {c.removeprefix("app.") for c in contract("The floors")["containers"]} == rooms() - WITHOUT_FLOORS
    rungs = {name.strip() for layer in contract("The ladder")["layers"] for name in layer.split("|")}
    assert rooms() - rungs == set()


def test_the_wings_are_kept_apart_in_both_directions() -> None:
    public, office = WINGS
    inward = contract("The public wing")
    assert {m.removeprefix("app.") for m in inward["source_modules"]} == public
    assert {m.removeprefix("app.") for m in inward["forbidden_modules"]} >= office
    outward = contract("The office wing")
    assert {m.removeprefix("app.") for m in outward["source_modules"]} == office
    assert {m.removeprefix("app.") for m in outward["forbidden_modules"]} == public


def test_every_room_that_has_jobs_is_protected() -> None:
    have = {f"app.{room}.jobs" for room in rooms() if list((ROOT / "app" / room).glob("jobs*"))} - {
        "app.core.jobs"
    }
    assert set(contract("Only the worker")["protected_modules"]) == have
