"""Every state machine as a table: whole, reachable, permitted, and the same in the database."""

import importlib
import pkgutil
from enum import StrEnum
from typing import Any

import pytest
from sqlalchemy import CheckConstraint, Table

import app
from app.core.database import OfficeBase, PublicBase
from app.core.states import Machine, OfficeStateChange
from app.policy.access import TABLE
from migrations.models import load_models

NAMES = [m.name for m in pkgutil.walk_packages(app.__path__, "app.") if m.name.endswith(".states")]
MODULES = [importlib.import_module(name) for name in NAMES if name != "app.core.states"]
MACHINES = [thing for module in MODULES for thing in vars(module).values() if isinstance(thing, Machine)]
each_machine = pytest.mark.parametrize("machine", MACHINES, ids=lambda m: m.name)


def states_of(machine: Machine) -> set[StrEnum]:
    return set(type(machine.first))


def tables_of(machine: Machine) -> list[Table]:
    """The tables whose `state` column may hold exactly this machine's states."""
    load_models()
    base = OfficeBase if machine.log is OfficeStateChange else PublicBase
    wanted = {s.value for s in states_of(machine)}
    return [t for t in base.metadata.tables.values() if _allowed(t) == wanted]


def _allowed(table: Table) -> set[str] | None:
    for check in table.constraints:
        if isinstance(check, CheckConstraint) and str(check.name).endswith("state_known"):
            inside = str(check.sqltext).partition("(")[2].rpartition(")")[0]
            return {value.strip().strip("'") for value in inside.split(",")}
    return None


def test_the_machines_are_found_and_their_names_differ() -> None:
    assert len(MACHINES) >= 20
    names = [(m.name, m.log) for m in MACHINES]
    assert len(set(names)) == len(names)


@each_machine
def test_every_state_can_be_reached(machine: Machine) -> None:
    reached, waiting = {machine.first}, [machine.first]
    while waiting:
        state = waiting.pop()
        for move in machine.transitions:
            if state in move.sources and move.target not in reached:
                reached.add(move.target)
                waiting.append(move.target)
    assert states_of(machine) - reached == set()


@each_machine
def test_every_move_has_its_permission_in_the_access_table(machine: Machine) -> None:
    asked = {machine.begin_permission} | {t.permission for t in machine.transitions}
    assert {p for p in asked if p not in TABLE} == set()


@each_machine
def test_one_action_leads_from_one_state_to_one_state(machine: Machine) -> None:
    starts = [(source, move.action) for move in machine.transitions for source in move.sources]
    assert sorted(starts) == sorted(set(starts))


@each_machine
def test_the_database_allows_exactly_the_states_of_the_table(machine: Machine) -> None:
    assert tables_of(machine), f"no table has a CHECK with the states of {machine.name}"


def test_a_table_of_words_for_states_leaves_none_out() -> None:
    """A label that is missing would show its code to people, or break the page."""
    partial = []
    for module in MODULES:
        for name, words in vars(module).items():
            if name.endswith("LABELS") and isinstance(words, dict) and words:
                kind: Any = type(next(iter(words)))
                partial += [f"{module.__name__}.{name}: {s}" for s in set(kind) - set(words)]
    assert partial == []


@each_machine
def test_every_guard_is_a_sentence(machine: Machine) -> None:
    guards = {g.__name__ for t in machine.transitions for g in t.guards}
    assert {g for g in guards if "_" not in g or g.startswith(("check", "_"))} == set()


def test_every_table_with_a_state_belongs_to_a_machine() -> None:
    load_models()
    driven = {id(t) for m in MACHINES for t in tables_of(m)}
    tables = [t for base in (OfficeBase, PublicBase) for t in base.metadata.tables.values()]
    assert [t.name for t in tables if _allowed(t) is not None and id(t) not in driven] == []
