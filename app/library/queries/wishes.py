"""What a visitor asks for, and its one canonical address."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from app.library.queries.snapshot import COUNTIES, VOCABULARY
from app.library.states import CardStatus

SORTS = {"fair": "急的在前", "month": "等得久的在前", "new": "最近公布"}
FOR_ME = "forme"  # 按我的条件排: of a signed-in partner alone
FACETS = ("kind", "region", "urgency", "amount", "action")
KNOWN: dict[str, frozenset[str]] = {
    "kind": frozenset((*VOCABULARY["kind"], "company")) - {""},
    "region": frozenset(COUNTIES),
    "urgency": frozenset(VOCABULARY["urgency"]) - {""},
    "amount": frozenset(VOCABULARY["amount"]) - {""},
    "action": frozenset(VOCABULARY["action"]) - {""},
}


@dataclass(frozen=True)
class Wish:
    """What a visitor asks for; empty means anything, several values of one facet mean any of them.

    `region` are county codes, `kind` may be `company` (陪伴).
    """

    q: str = ""
    kind: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    urgency: tuple[str, ...] = ()
    amount: tuple[str, ...] = ()
    action: tuple[str, ...] = ()
    status: str = CardStatus.OPEN
    sort: str = "fair"

    def chosen(self) -> list[tuple[str, str]]:
        """(facet, value) of everything that is set, in the order of the page."""
        return [(name, value) for name in FACETS for value in getattr(self, name)]

    def without(self, name: str, value: str = "") -> "Wish":
        """The same without one value of a facet; without the whole of it where no value is named."""
        blank: dict[str, Any] = {"q": "", "status": CardStatus.OPEN, "sort": "fair"}
        if name not in blank:
            blank[name] = tuple(v for v in getattr(self, name) if value and v != value)
        return replace(self, **{name: blank[name]})

    def pairs(self) -> list[tuple[str, str]]:
        """The canonical query: what is set, nothing else, always in one order."""
        told = [("q", self.q)] if self.q else []
        told += self.chosen()
        told += [("status", str(self.status))] if self.status != CardStatus.OPEN else []
        return told + ([("sort", self.sort)] if self.sort != "fair" else [])

    def query(self, **also: object) -> str:
        """`kind=goods&urgency=urgent`."""
        return urlencode([*self.pairs(), *((k, v) for k, v in also.items())])


def wish_of(args: Mapping[str, list[str]], *, for_me: bool = False) -> Wish:
    """From query parameters; what is not known is left out, never an error. `for_me`: that order is known,
    too."""

    def one(name: str) -> str:
        return (args.get(name) or [""])[0].strip()

    chosen = {n: tuple(v for v in dict.fromkeys(args.get(n, [])) if v in KNOWN[n]) for n in FACETS}
    status, sort = one("status"), one("sort")
    return Wish(
        q=one("q")[:80],
        status=status if status in list(CardStatus) else CardStatus.OPEN,
        sort=sort if sort in SORTS or (for_me and sort == FOR_ME) else "fair",
        **chosen,
    )
