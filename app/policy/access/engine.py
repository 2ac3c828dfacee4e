"""The access table's engine (domain §6): allow, forbid (403) or hide (404)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from app.policy.actors import Actor
from app.policy.relations import anywhere

Relation = Callable[[Actor, Any], bool]
ANYONE = "anyone"  # pages that need no sign-in


class Verdict(Enum):
    ALLOW = "allow"
    FORBIDDEN = "forbidden"
    HIDDEN = "hidden"


@dataclass(frozen=True)
class Rule:
    permission: str
    roles: frozenset[str]
    relation: Relation
    audited: bool


def rule(permission: str, *roles: str, relation: Relation = anywhere, audited: bool = False) -> Rule:
    """One row: these roles may do this to a thing that stands in this relation to them."""
    return Rule(permission, frozenset(roles), relation, audited)


class Table:
    """All rows. The same permission may stand in several rows, one for each relation."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rows: dict[str, list[Rule]] = {}
        for row in rules:
            self._rows.setdefault(row.permission, []).append(row)

    def __contains__(self, permission: str) -> bool:
        return permission in self._rows

    def permissions(self) -> list[str]:
        return sorted(self._rows)

    def is_open(self, permission: str) -> bool:
        """True when no sign-in is needed."""
        return any(ANYONE in row.roles for row in self._rows[permission])

    def is_audited(self, permission: str) -> bool:
        return any(row.audited for row in self._rows[permission])

    def is_for(self, actor: Actor, permission: str) -> bool:
        """Whether there is anything at all that a person of this role may do it to."""
        return any(ANYONE in row.roles or actor.role in row.roles for row in self._rows[permission])

    def decide(self, actor: Actor | None, permission: str, subject: Any = None) -> Verdict:
        """Raises KeyError for a permission that no row names.

        A thing outside every relation of the actor, or of a kind its role has no right to, does not
        exist for it (HIDDEN); one it may read but not act on so is FORBIDDEN.
        """
        rows = self._rows[permission]
        if any(self._grants(row, actor, subject) for row in rows):
            return Verdict.ALLOW
        if actor is None:
            return Verdict.HIDDEN
        reading = self._rows.get(permission.partition(".")[0] + ".read", [])
        if any(self._grants(row, actor, subject) for row in reading):
            return Verdict.FORBIDDEN
        return Verdict.HIDDEN

    @staticmethod
    def _grants(row: Rule, actor: Actor | None, subject: Any) -> bool:
        if ANYONE in row.roles:
            return True
        return actor is not None and actor.role in row.roles and row.relation(actor, subject)
