"""The migrated databases are what the models say, on both engines, with CHECKs, partial indexes and triggers.

Alembic compares tables and columns, not CHECKs and not the WHERE of an index: those are compared here.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import (
    CheckConstraint,
    Connection,
    Engine,
    Index,
    Table,
    UniqueConstraint,
    create_engine,
    inspect,
    text,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from migrations.commands import drift, main
from migrations.environment import current, head
from migrations.models import metadata_of
from tests import postgres

WINGS = ("office", "public")
ENGINES = ("sqlite", "postgres")


def url_of(request: pytest.FixtureRequest, engine: str, wing: str) -> str:
    if engine == "sqlite":
        folder: Path = request.getfixturevalue("migrated")
        return f"sqlite:///{folder / wing / (wing + '.sqlite')}"
    return postgres.address(request.getfixturevalue("postgres_template"), f"template_{wing}")


@pytest.fixture(params=[(e, w) for e in ENGINES for w in WINGS], ids=lambda p: f"{p[1]}-{p[0]}")
def migrated_database(request: pytest.FixtureRequest) -> Iterator[tuple[str, Engine, str]]:
    """(wing, engine, URL) of a database that was migrated and never touched by create_all."""
    kind, wing = request.param
    url = url_of(request, kind, wing)
    engine = create_engine(url, poolclass=NullPool)
    yield wing, engine, url
    engine.dispose()


def tables(wing: str) -> list[Table]:
    return list(metadata_of(wing).sorted_tables)


def test_the_chain_is_at_its_head(migrated_database: tuple[str, Engine, str]) -> None:
    wing, engine, _ = migrated_database
    with engine.connect() as connection:
        assert current(connection) == head(wing)


def test_tables_and_columns_are_those_of_the_models(migrated_database: tuple[str, Engine, str]) -> None:
    wing, engine, url = migrated_database
    assert drift(url, wing) == []
    assert set(inspect(engine).get_table_names()) == {t.name for t in tables(wing)} | {"alembic_version"}


def test_every_check_is_in_the_database(migrated_database: tuple[str, Engine, str]) -> None:
    """By name on both engines; by text where the engine keeps the text as it was written."""
    wing, engine, _ = migrated_database
    found = inspect(engine)
    for table in tables(wing):
        wanted = {str(c.name): str(c.sqltext) for c in table.constraints if isinstance(c, CheckConstraint)}
        there = {str(c["name"]): c["sqltext"] for c in found.get_check_constraints(table.name)}
        assert set(there) == set(wanted), table.name
        if engine.dialect.name == "sqlite":
            assert {n: plain(s) for n, s in there.items()} == {n: plain(s) for n, s in wanted.items()}


def test_every_index_is_in_the_database_with_its_condition(
    migrated_database: tuple[str, Engine, str],
) -> None:
    wing, engine, _ = migrated_database
    dialect = engine.dialect.name
    found = inspect(engine)
    for table in tables(wing):
        wanted = {str(i.name): _shape(i, dialect) for i in table.indexes}
        uniques = {str(c.name) for c in table.constraints if isinstance(c, UniqueConstraint)}
        there = {
            str(i["name"]): (
                list(i["column_names"]),
                bool(i["unique"]),
                i.get("dialect_options", {}).get(f"{dialect}_where") is not None,
            )
            for i in found.get_indexes(table.name)
            if i["name"] not in uniques
        }
        assert there == wanted, table.name
        assert {str(u["name"]) for u in found.get_unique_constraints(table.name)} == uniques, table.name


def _shape(index: Index, dialect: str) -> tuple[list[str], bool, bool]:
    where = index.dialect_options[dialect].get("where")
    return [c.name for c in index.columns], bool(index.unique), where is not None


def test_a_condition_is_written_for_both_engines() -> None:
    """An index that is partial on one engine alone would refuse, or let pass, on the other."""
    lame = []
    for wing in WINGS:
        for index in (i for t in tables(wing) for i in t.indexes):
            conditions = [index.dialect_options[d].get("where") for d in ("sqlite", "postgresql")]
            if {c is None for c in conditions} == {True, False}:
                lame.append(str(index.name))
    assert lame == []


def test_rows_of_a_log_are_written_once(migrated_database: tuple[str, Engine, str]) -> None:
    """UPDATE and DELETE are refused by the database itself, not only by us."""
    wing, engine, _ = migrated_database
    logs = [t for t in tables(wing) if t.info.get("append_only")]
    assert {"state_change", "audit"} & {t.name for t in logs}
    for table in logs:
        for change in (f"UPDATE {table.name} SET id = id", f"DELETE FROM {table.name}"):
            with engine.connect() as connection:
                transaction = connection.begin()
                _put_a_row(connection, table)
                with pytest.raises(DBAPIError, match="append only"):
                    connection.execute(text(change))
                transaction.rollback()


def test_no_other_table_is_locked(migrated_database: tuple[str, Engine, str]) -> None:
    wing, engine, _ = migrated_database
    logs = {t.name for t in tables(wing) if t.info.get("append_only")}
    query = {
        "sqlite": "SELECT DISTINCT tbl_name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT DISTINCT event_object_table FROM information_schema.triggers",
    }[engine.dialect.name]
    with engine.connect() as connection:
        assert set(connection.scalars(text(query))) == logs


def _put_a_row(connection: Connection, table: Table) -> None:
    """Any row: CHECKs and keys to other tables are set aside for it, NOT NULL is not."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
    else:
        for check in (c for c in table.constraints if isinstance(c, CheckConstraint)):
            connection.exec_driver_sql(f'ALTER TABLE {table.name} DROP CONSTRAINT "{check.name}"')
        for key in table.foreign_key_constraints:
            connection.exec_driver_sql(f'ALTER TABLE {table.name} DROP CONSTRAINT "{key.name}"')
    needed = [c for c in table.columns if not c.nullable]
    names = ", ".join(c.name for c in needed)
    values = ", ".join(_sample(str(c.type.compile(connection.dialect)), c.name) for c in needed)
    connection.execute(text(f"INSERT INTO {table.name} ({names}) VALUES ({values})"))


def _sample(kind: str, name: str) -> str:
    if re.match(r"(INTEGER|BIGINT|SMALLINT|NUMERIC|FLOAT)", kind):
        return "990001" if name == "id" else "1"
    if kind.startswith(("TIMESTAMP", "DATETIME")):
        return "'2026-11-23 01:00:00'"
    if kind.startswith("DATE"):
        return "'2026-11-23'"
    if kind.startswith("BOOLEAN"):
        return "true"
    return "'[]'" if kind.startswith("JSON") else "'x'"


def plain(sql: str) -> str:
    return re.sub(r"\s+", " ", sql).strip()


def test_an_instance_of_an_older_program_is_told_apart(
    migrated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before a demo starts on tables that it can't read, it says how to begin anew."""
    shutil.copytree(migrated, tmp_path / "instance")
    monkeypatch.setenv("JIEDUI_ENV", "demo")
    monkeypatch.setenv("JIEDUI_INSTANCE", str(tmp_path / "instance"))
    assert main(["upgrade"]) == 0
    engine = create_engine(f"sqlite:///{tmp_path}/instance/public/public.sqlite", poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE claim RENAME COLUMN title TO heading"))
    engine.dispose()
    assert main(["upgrade"]) == 1
    assert "make demo-reset" in capsys.readouterr().err
