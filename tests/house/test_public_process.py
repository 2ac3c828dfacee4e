"""The public side as a process of its own: the public database's URL is all that it is given."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.house.files import ROOT

OFFICE_ROOMS = ("app.cases", "app.needs", "app.releases", "app.followup", "app.oversight")
PROGRAM = """
import importlib.abc, json, sys

class Wall(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.startswith(ROOMS):
            raise ImportError("the public side reached for " + name)
        return None

ROOMS = tuple(sys.argv[1].split(","))
sys.meta_path.insert(0, Wall())
import wsgi
client = wsgi.app.test_client()
answers = {p: client.get(p).status_code for p in sys.argv[2].split(",")}
house = wsgi.app.extensions["house"]
print(json.dumps({
    "answers": answers,
    "office": repr(house.office),
    "url": house.settings.office_url,
    "key": house.settings.field_key,
    "loaded": [m for m in sys.modules if m.startswith(ROOMS)],
    "commands": sorted(f"{g} {c}" for g, group in wsgi.app.cli.commands.items()
                       for c in getattr(group, "commands", {})),
}))
"""
PAGES = ("/", "/library", "/login", "/register", "/healthz", "/readyz", "/api/v1/openapi.json", "/office/")


def environment(tmp_path: Path, public_url: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("JIEDUI_", "STRIPE_"))}
    return {
        **kept,
        "JIEDUI_ENV": "test",
        "JIEDUI_SIDE": "public",
        "JIEDUI_INSTANCE": str(tmp_path / "nothing"),
        "JIEDUI_PUBLIC_DATABASE_URL": public_url,
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def run(arguments: list[str], env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )


def test_the_public_side_starts_and_serves_without_anything_of_the_office(
    tmp_path: Path, peopled: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'public.sqlite'}"
    (tmp_path / "public.sqlite").write_bytes((peopled / "public" / "public.sqlite").read_bytes())
    done = run(["-c", PROGRAM, ",".join(OFFICE_ROOMS), ",".join(PAGES)], environment(tmp_path, url))
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["answers"] == {page: 404 if page.startswith("/office") else 200 for page in PAGES}
    assert told["office"] == "None" and told["url"] is None and told["loaded"] == []
    groups = {command.split()[0] for command in told["commands"]}
    assert groups.isdisjoint({"cases", "releases", "accounts", "demo", "jobs"})


def test_the_public_sides_migrations_touch_the_public_database_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'public.sqlite'}"
    done = run(["-m", "migrations", "upgrade"], environment(tmp_path, url))
    assert done.returncode == 0, done.stderr[-3000:]
    assert [p.name for p in tmp_path.rglob("*.sqlite")] == ["public.sqlite"]
