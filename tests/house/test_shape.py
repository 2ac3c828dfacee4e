"""The shape of the house: sizes, names, places, and nothing in the text that leads elsewhere."""

import ast
import hashlib
import json
import re
import sys
from pathlib import Path

import pytest

from tests.house.files import ROOT, TEXT, all_files, named, parsed, python_files

FILE_LINES, FUNCTION_LINES = 400, 50
AIM_FILE, AIM_FUNCTION = 300, 30
MOST_OVER_AIM = 0.05
TOP = {
    ".ci", ".gitignore", "LICENSE", "Makefile", "README.md", "app", "matching", "migrations",
    "pyproject.toml",
    "requirements-dev.lock", "requirements.lock", "static", "tests", "wsgi.py",
}  # fmt: skip
APP = {
    "__init__.py", "config.py", "factory.py", "pages.py", "worker.py", "accounts", "cases", "core",
    "decisions",
    "demo", "followup", "gifts", "library", "matches", "needs", "oversight", "pairings", "policy", "releases",
    "templates", "translations",
}  # fmt: skip
VAGUE = re.compile(r"^(utils?|helpers?|common|base|misc|managers?|services?)$")
MATCHING_MAY = {"numpy", "scipy", "sklearn", "numba", "joblib", "matplotlib", "ortools", "dask", "matching"}
DATA = {".csv", ".json", ".geojson", ".xlsx", ".parquet", ".npz", ".ttf", ".woff2"}
HOSTS = {
    "www.w3.org",  # names of XML vocabularies; nothing is fetched
    "127.0.0.1", "localhost",
    "www.sitemaps.org",  # the name of the sitemap's vocabulary
    "www.apache.org",  # the licence's own text
    "docs.stripe.com",
    "example.org", "example.com", "example.net",  # reserved for examples
}  # fmt: skip
ADDRESS = re.compile(r"https?://([A-Za-z0-9.-]*[A-Za-z0-9])")


def functions() -> list[tuple[Path, ast.FunctionDef]]:
    return [(p, n) for p in python_files() for n in ast.walk(parsed(p)) if isinstance(n, ast.FunctionDef)]


def length(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_file_is_longer_than_400_lines() -> None:
    assert [f"{named(p)}: {length(p)}" for p in python_files() if length(p) > FILE_LINES] == []


def test_no_function_is_longer_than_50_lines() -> None:
    long = [(p, f) for p, f in functions() if _lines(f) > FUNCTION_LINES]
    assert [f"{named(p)}:{f.lineno} {f.name}: {_lines(f)}" for p, f in long] == []


def test_nearly_all_keep_to_the_aim_of_300_and_30_lines() -> None:
    files = [named(p) for p in python_files() if length(p) > AIM_FILE]
    over = [f"{named(p)} {f.name}" for p, f in functions() if _lines(f) > AIM_FUNCTION]
    assert len(files) <= MOST_OVER_AIM * len(python_files()), files
    assert len(over) <= MOST_OVER_AIM * len(functions()), over


def _lines(function: ast.FunctionDef) -> int:
    return (function.end_lineno or 0) - function.lineno + 1


def test_every_thing_at_the_top_is_known() -> None:
    assert {named(p).split("/")[0] for p in all_files()} - TOP == set()
    assert {named(p).split("/")[1] for p in all_files() if named(p).startswith("app/")} - APP == set()


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [named(p) for p in python_files() if VAGUE.match(p.stem) or VAGUE.match(p.parent.name)] == []


def test_matching_uses_arithmetic_alone() -> None:
    """An allow-list: import-linter can only forbid what it knows by name."""
    allowed = MATCHING_MAY | set(sys.stdlib_module_names)
    files = [p for p in python_files() if named(p).startswith("matching/")]
    assert [(named(p), n) for p in files for n in sorted(_imported(p) - allowed)] == []


def _imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            names |= {a.name.split(".")[0] for a in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add((node.module or "").split(".")[0])
    return names


def test_every_data_file_says_where_it_comes_from() -> None:
    """A README beside it names it, its source and its licence; what is vendored stands in VENDOR.json."""
    data = [p for p in all_files() if p.suffix in DATA and "tests" not in p.parts and "vendor" not in p.parts]
    assert data, "the search must find something"
    assert [named(p) for p in data if not _is_explained(p)] == []


def _is_explained(path: Path) -> bool:
    readme = path.parent / "README.md"
    return readme.exists() and path.name in readme.read_text(encoding="utf-8")


def test_what_is_vendored_has_its_licence_and_is_unchanged() -> None:
    vendor = ROOT / "static" / "vendor"
    rows = {row["folder"]: row for row in json.loads((vendor / "VENDOR.json").read_text())}
    folders = {p.relative_to(vendor).parts[0] for p in all_files() if vendor in p.parents} - {"VENDOR.json"}
    assert folders == set(rows)
    for folder, row in rows.items():
        assert any((vendor / folder).glob("LICENSE*")), f"{folder} has no licence"
        assert row["version"] and row["licence"] and row["sha256"] == _digest(vendor / folder), folder


def _digest(folder: Path) -> str:
    """Over names and contents, in the order of the names."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def test_no_address_in_the_text_leads_to_another_host() -> None:
    """No page fetches anything from elsewhere, and no lock names a mirror."""
    found = []
    for path in (p for p in all_files() if p.suffix in TEXT and "vendor" not in p.parts):
        hosts = set(ADDRESS.findall(path.read_text(encoding="utf-8"))) - HOSTS
        found += [
            f"{named(path)}: {h}" for h in sorted(hosts) if not h.endswith((".example", ".test", ".invalid"))
        ]
    assert found == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_package_has_a_hash(lock: str) -> None:
    text = (ROOT / lock).read_text()
    pinned = re.findall(r"^([a-z0-9._\[\]-]+)==", text, re.MULTILINE)
    blocks = re.split(r"^(?=[a-z0-9._\[\]-]+==)", text, flags=re.MULTILINE)[1:]
    assert pinned and [b.split("==")[0] for b in blocks if "--hash=sha256:" not in b] == []


def test_every_test_is_collected() -> None:
    """A file or function of the tests whose name lacks `test_` would never run."""
    lost = []
    for path in (p for p in python_files() if named(p).startswith("tests/")):
        tests = [
            n.name for n in parsed(path).body if isinstance(n, ast.FunctionDef) and n.name.startswith("test_")
        ]
        if tests and not path.name.startswith("test_"):
            lost.append(named(path))
        if (
            path.name.startswith("test_")
            and not tests
            and "class Test" not in path.read_text(encoding="utf-8")
        ):
            lost.append(f"{named(path)} holds no test")
    assert lost == []


CLOCKS = ("session.commit", "datetime.now", "datetime.utcnow", "date.today", "time.time", "time.monotonic")


def test_operations_and_rules_read_no_clock_and_never_commit() -> None:
    """Time and the end of the transaction belong to the guard, the worker and the commands."""
    floor = re.compile(r"^app/(policy/|\w+/(states|models|queries|operations)\b)")
    found = []
    for path in (p for p in python_files() if floor.match(named(p))):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(CLOCKS):
                found.append(f"{named(path)}:{node.lineno}")
    assert found == []


def test_only_the_engine_sets_a_state() -> None:
    """`begin` and `advance` alone: a state set by hand would miss its guards and its log."""
    found = []
    for path in (
        p for p in python_files() if named(p).startswith("app/") and named(p) != "app/core/states.py"
    ):
        for node in ast.walk(parsed(path)):
            targets = node.targets if isinstance(node, ast.Assign) else []
            for target in targets:
                if isinstance(target, ast.Attribute) and target.attr == "state":
                    found.append(f"{named(path)}:{target.lineno}")
    assert found == []


def test_nothing_is_left_for_later() -> None:
    word = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
    mine = {"tests/house/test_shape.py"}
    files = [p for p in python_files() if named(p) not in mine]
    assert [named(p) for p in files if word.search(p.read_text(encoding="utf-8"))] == []
