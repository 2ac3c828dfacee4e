"""Databases of the tests: migrated once a session, copied for each test; the same people in all of them."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.house import House
from app.needs.views import import_runs
from migrations.environment import upgrade
from tests import postgres
from tests.clock import SteppingClock
from tests.world import Site, house_of, make_people

MUST_RUN = os.environ.get("CI") == "true"
SOAK = os.environ.get("SOAK") == "1"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The long versions run by `make soak` alone, which sets SOAK=1 and picks them by their mark."""
    long = [item for item in items if item.get_closest_marker("soak")]
    if long and not SOAK:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


@pytest.fixture(autouse=True)
def imports_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page gives a workbook a moment and then shows progress; on a busy machine a test would see either."""
    monkeypatch.setattr(import_runs, "PATIENCE", 120.0)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both embedded databases, empty and migrated."""
    folder = tmp_path_factory.mktemp("migrated")
    for wing in ("office", "public"):
        upgrade(f"sqlite:///{folder / wing / (wing + '.sqlite')}", wing)
    return folder


@pytest.fixture(scope="session")
def peopled(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with the officers and partners of tests.world in them."""
    folder = tmp_path_factory.mktemp("peopled") / "instance"
    shutil.copytree(migrated, folder)
    house = house_of(folder)
    make_people(house)
    house.dispose()
    return folder


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a running PostgreSQL; with CI=true its absence is a failure, never a skip."""
    try:
        with postgres.server() as base:
            yield base
    except postgres.NoPostgres as error:
        if MUST_RUN:
            raise
        pytest.skip(f"PostgreSQL: {error}")


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str, worker_id: str) -> str:
    """Two migrated and peopled databases to copy from; returns the server's address."""
    names = {wing: f"template_{wing}" for wing in ("office", "public")}
    for wing, name in names.items():
        postgres.run_sql(postgres_server, f"CREATE DATABASE {name}")
        upgrade(postgres.address(postgres_server, name), wing)
    urls = {wing: postgres.address(postgres_server, name) for wing, name in names.items()}
    house = house_of(Path("/nonexistent"), office_url=urls["office"], public_url=urls["public"])
    make_people(house)
    house.dispose()
    return postgres_server


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def empty_house(migrated: Path, tmp_path: Path, clock: SteppingClock) -> Iterator[House]:
    """SQLite, migrated, nobody in it."""
    yield from _copied(migrated, tmp_path, clock)


@pytest.fixture
def house(peopled: Path, tmp_path: Path, clock: SteppingClock) -> Iterator[House]:
    """SQLite with the people of tests.world."""
    yield from _copied(peopled, tmp_path, clock)


@pytest.fixture
def postgres_house(postgres_template: str, tmp_path: Path, clock: SteppingClock) -> Iterator[House]:
    """PostgreSQL with the people of tests.world, two databases."""
    yield from _cloned(postgres_template, tmp_path, clock)


@pytest.fixture(params=["sqlite", "postgres"])
def any_house(request: pytest.FixtureRequest) -> House:
    """The same test on both engines."""
    name = "house" if request.param == "sqlite" else "postgres_house"
    found: House = request.getfixturevalue(name)
    return found


@pytest.fixture
def site(house: House) -> Site:
    return Site(house)


def _copied(source: Path, tmp_path: Path, clock: SteppingClock) -> Iterator[House]:
    folder = tmp_path / "instance"
    shutil.copytree(source, folder)
    made = house_of(folder, clock=clock)
    yield made
    made.dispose()


def _cloned(base: str, tmp_path: Path, clock: SteppingClock) -> Iterator[House]:
    tag = tmp_path.name.replace("-", "_").lower()[-40:]
    names = {wing: f"{wing}_{tag}_{abs(hash(str(tmp_path))) % 10**8}" for wing in ("office", "public")}
    postgres.run_sql(base, *(f"CREATE DATABASE {n} TEMPLATE template_{w}" for w, n in names.items()))
    urls = {wing: postgres.address(base, name) for wing, name in names.items()}
    made = house_of(tmp_path, office_url=urls["office"], public_url=urls["public"], clock=clock)
    yield made
    made.dispose()
    postgres.run_sql(base, *(f"DROP DATABASE {n} WITH (FORCE)" for n in names.values()))
