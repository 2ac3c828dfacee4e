"""What the open pages say about the shelf: facets with their counts, the four figures of the first page."""

from dataclasses import dataclass

import numpy as np

from app.library.queries import Shelf, Snapshot, Wish
from app.library.queries.snapshot import VOCABULARY, ShelfLabel
from app.library.states import CardStatus
from app.policy.catalogue import ACTIONS, BAND_NAMES, KINDS
from app.policy.lists import URGENCY
from app.policy.regions import counties, prefectures

WITHIN = {"urgent": "7 天内", "important": "30 天内", "deferred": "90 天内", "low": "不赶时间"}
KIND_WORDS = {**KINDS, "company": "陪伴"}
KIND_HINTS = {"company": "服务里的一种"}
PLACES = {c.code: c.name for c in counties()}
SHOWN_HOUSES = 21


@dataclass(frozen=True)
class Choice:
    """`count` is 0 for what would find nothing; below the least number that is told, `told` is empty."""

    value: str
    label: str
    hint: str
    count: int
    told: str
    on: bool


@dataclass(frozen=True)
class Facet:
    """`groups` are (heading, choices); only places have headings."""

    name: str
    title: str
    groups: list[tuple[str, list[Choice]]]

    @property
    def on(self) -> list[Choice]:
        return [c for _, choices in self.groups for c in choices if c.on]


def facets(wish: Wish, shelf: Shelf, least: int) -> list[Facet]:
    """Kind, place and time first; the twelve actions after them (decisions 24). Numbers under `least` are
    not told (decisions 27)."""

    def choices(name: str, labels: dict[str, str], hints: dict[str, str]) -> list[Choice]:
        chosen = getattr(wish, name)
        counts = shelf.counts[name]
        return [
            Choice(value, label, hints.get(value, ""), n, str(n) if n >= least else "", value in chosen)
            for value, label in labels.items()
            for n in [counts.get(value, 0)]
        ]

    places = [
        (p.name, choices("region", {c.code: c.name for c in counties(p.code)}, {})) for p in prefectures()
    ]
    actions = {str(a.no): a.short for a in ACTIONS.values()}
    return [
        Facet("kind", "出什么", [("", choices("kind", KIND_WORDS, KIND_HINTS))]),
        Facet("region", "在哪里", places),
        Facet("urgency", "什么时候要", [("", choices("urgency", dict(URGENCY), WITHIN))]),
        Facet("amount", "金额档", [("", choices("amount", {b: b for b in BAND_NAMES}, {}))]),
        Facet("action", "十二类行动", [("", choices("action", actions, {}))]),
    ]


@dataclass(frozen=True)
class Figures:
    """The numbers of the first page. `rest` are open cards that no action's own number shows."""

    open: int
    claimed: int
    done: int
    new: int
    least_k: int | None
    rest: int


def figures(kept: Snapshot, shelf: Shelf, least: int) -> Figures:
    fresh = np.array([label.tick == kept.tick for label in kept.labels], dtype=bool)
    free = kept.columns["status"] == VOCABULARY["status"].index(CardStatus.OPEN)
    new = int(np.count_nonzero(fresh[kept.cohort] & free))
    told = sum(n for n in shelf.counts["action"].values() if n >= least)
    return Figures(
        open=shelf.tabs["open"],
        claimed=shelf.tabs["claimed"],
        done=shelf.tabs["done"],
        new=new,
        least_k=min((label.k for label in kept.labels), default=None),
        rest=shelf.tabs["open"] - told,
    )


def smallest_cohort(kept: Snapshot) -> ShelfLabel | None:
    """The one that comes nearest to the limit: the page shows the weakest promise, not the best."""
    return min(kept.labels, key=lambda label: (label.k, label.cohort_id), default=None)


def chosen_words(wish: Wish) -> list[str]:
    """The conditions of a search as its chips say them."""
    told = [f"“{wish.q}”"] if wish.q else []
    return told + [word_of(name, value) for name, value in wish.chosen()]


def word_of(name: str, value: str) -> str:
    if name == "action":
        return ACTIONS[int(value)].short
    return {"kind": KIND_WORDS, "region": PLACES, "urgency": URGENCY, "amount": {}}[name].get(value, value)
