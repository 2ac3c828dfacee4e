"""What the columns of people and needs mean (contracts §6, schema.json)."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OUTCOMES = ("two_sided", "one_sided", "one_sided_positive", "none")
TYPES = ("categorical", "tags", "numeric", "text", "region", "datetime", "geo")
ROLES = ("feature", "pool", "audit")
KINDS = ("auto", "product")
VERSION = 1


@dataclass(frozen=True)
class Column:
    """One column of people or needs. `audit` is for reports alone; `pool` says who are rivals of each
    other."""

    name: str
    type: str
    sep: str = "|"
    role: str = "feature"


@dataclass(frozen=True)
class PairEntry:
    """A column of people and one of needs that belong together. `weight` is its share where nothing is
    known."""

    people: str
    needs: str
    kind: str = "auto"
    weight: float | None = None


@dataclass(frozen=True)
class Schema:
    outcome: str
    people: tuple[Column, ...] = ()
    needs: tuple[Column, ...] = ()
    pairs: tuple[PairEntry, ...] = ()
    people_id: str = "id"
    needs_id: str = "id"

    def side(self, side: str) -> tuple[Column, ...]:
        return self.people if side == "person" else self.needs

    def with_role(self, side: str, role: str) -> tuple[Column, ...]:
        return tuple(c for c in self.side(side) if c.role == role)

    def fingerprint(self) -> str:
        """The same for the same meaning, whatever the order of the file's keys."""
        told = [
            VERSION, self.outcome, self.people_id, self.needs_id,
            [[c.name, c.type, c.sep, c.role] for s in ("person", "need") for c in self.side(s)],
            [[p.people, p.needs, p.kind, p.weight] for p in self.pairs],
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def read_schema(path: Path) -> Schema:
    """Raises ValueError with one line that says what is wrong and where."""
    try:
        told = json.loads(path.read_text(encoding="utf-8-sig"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path.name} is not JSON: {error}") from error
    return parse_schema(told)


def parse_schema(told: Any) -> Schema:
    if not isinstance(told, dict):
        raise ValueError("the schema is not a JSON object")
    if told.get("version", VERSION) != VERSION:
        raise ValueError(f"schema version {told['version']!r} is unknown; this reads version {VERSION}")
    outcome = told.get("outcome")
    if outcome not in OUTCOMES:
        raise ValueError(f"outcome {outcome!r} is none of {', '.join(OUTCOMES)}")
    people_id, people = _side(told, "people")
    needs_id, needs = _side(told, "needs")
    pairs = tuple(_pair(entry, people, needs) for entry in _listed(told.get("pair"), "pair"))
    return Schema(outcome, people, needs, pairs, people_id, needs_id)


def _side(told: dict[str, Any], side: str) -> tuple[str, tuple[Column, ...]]:
    part = told.get(side) or {}
    if not isinstance(part, dict) or not isinstance(part.get("columns") or {}, dict):
        raise ValueError(f"schema {side}: expected an id and columns")
    columns = sorted((part.get("columns") or {}).items())
    return str(part.get("id", "id")), tuple(_column(side, name, entry) for name, entry in columns)


def _column(side: str, name: str, entry: Any) -> Column:
    entry = {"type": entry} if isinstance(entry, str) else entry
    if not isinstance(entry, dict):
        raise ValueError(f"schema {side}.{name}: expected an object with a type")
    kind, role = entry.get("type"), entry.get("role") or "feature"
    if kind not in TYPES:
        raise ValueError(f"schema {side}.{name}: type {kind!r} is none of {', '.join(TYPES)}")
    if role not in ROLES:
        raise ValueError(f"schema {side}.{name}: role {role!r} is none of {', '.join(ROLES)}")
    return Column(name, kind, str(entry.get("sep") or "|"), role)


def _listed(value: Any, where: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise ValueError(f"schema {where}: expected a list")
    return value


def _pair(entry: Any, people: tuple[Column, ...], needs: tuple[Column, ...]) -> PairEntry:
    if not isinstance(entry, dict):
        raise ValueError("schema pair: expected objects with people and needs")
    for key, columns in (("people", people), ("needs", needs)):
        if entry.get(key) not in {c.name for c in columns}:
            raise ValueError(f"schema pair: {key} has no column {entry.get(key)!r}")
    kind, weight = entry.get("kind") or "auto", entry.get("weight")
    if kind not in KINDS:
        raise ValueError(f"schema pair: kind {kind!r} is none of {', '.join(KINDS)}")
    return PairEntry(entry["people"], entry["needs"], kind, None if weight is None else float(weight))
