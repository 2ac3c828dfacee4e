"""The shelf as arrays: read once, then only what a change touched. A page is cut from it without a query.

A snapshot never changes; `refreshed` makes the next one. All counts and orders are arithmetic over its
columns.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from operator import itemgetter
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.library.models import Card, ShelfCohort
from app.library.states import CardStatus
from app.policy.catalogue import ACTIONS, BAND_NAMES, COMPANIONSHIP, ITEMS, KINDS
from app.policy.lattice import COLUMNS, Label, covered_counties, describe
from app.policy.lists import URGENCY_ORDER
from app.policy.regions import counties

Codes = NDArray[np.intp]
STATUSES = tuple(s.value for s in CardStatus)
COUNTIES = tuple(c.code for c in counties())
COMPANY_NAMES = frozenset(ITEMS[c].name for c in COMPANIONSHIP)
# Items that go on for a while: those with a rhythm, and tutoring.
LASTING = frozenset(i.name for i in ITEMS.values() if "每周" in i.options or i.code == "S02")
# The closed lists, each ending in the code of a place that was emptied.
VOCABULARY: dict[str, tuple[str, ...]] = {
    "status": (*STATUSES, ""),
    "kind": (*KINDS, ""),
    "urgency": (*URGENCY_ORDER, ""),
    "amount": (*BAND_NAMES, ""),
    "action": (*(str(no) for no in ACTIONS), ""),
}
# As the database has them: an emptied place is NULL, an action a number.
_CODE: dict[str, dict[Any, int]] = {
    name: {(int(w) if name == "action" else w) if w else None: n for n, w in enumerate(words)}
    for name, words in VOCABULARY.items()
}
Line = tuple[Any, ...]
# Where each thing stands in a line of `_rows`.
AT = {"item": 2, "action": 3, "kind": 4, "amount": 5, "urgency": 6, "status": 7, "wording": 8, "cohort": 9}
FIRST, LAST, WIDTH, NUMBER_BYTES = 1, 8, 10, 16


@dataclass(frozen=True, slots=True)
class ShelfLabel:
    """What the cards of one cohort share."""

    cohort_id: str
    label_text: str
    k: int
    published_month: str
    tick: date
    region_label: str


@dataclass(frozen=True, slots=True)
class ShelfCard:
    """One card as a list shows it."""

    project_id: str
    need_item: str | None
    action_no: int | None
    kind: str | None
    amount_band: str | None
    urgency: str | None
    status: str
    label: ShelfLabel

    @property
    def blanked(self) -> bool:
        return self.need_item is None

    @property
    def title(self) -> str:
        return self.need_item or "已结束"

    @property
    def label_text(self) -> str:
        return self.label.label_text

    @property
    def k(self) -> int:
        return self.label.k

    @property
    def month_text(self) -> str:
        year, month = self.label.published_month.split("-")
        return f"{year} 年 {int(month)} 月"


class Cards(Sequence[ShelfCard]):
    """The cards of a snapshot, each made when somebody looks at it: a page shows a dozen of many thousand."""

    __slots__ = ("_cohort", "_labels", "_rows")

    def __init__(self, rows: list[Line], cohort: Codes, labels: list[ShelfLabel]) -> None:
        self._rows, self._cohort, self._labels = rows, cohort, labels

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, n: int) -> ShelfCard: ...
    @overload
    def __getitem__(self, n: slice) -> list[ShelfCard]: ...
    def __getitem__(self, n: int | slice) -> ShelfCard | list[ShelfCard]:
        if isinstance(n, slice):
            return [self[k] for k in range(*n.indices(len(self)))]
        told: Line = self._rows[n][FIRST:LAST]
        return _card(told, self._labels[self._cohort[n]])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Cards) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def need_items(self) -> list[str | None]:
        """What each says is missing, without making the cards."""
        return [row[AT["item"]] for row in self._rows]

    def with_lines(self, changed: Mapping[int, Line]) -> "Cards":
        """The same with some of them told anew."""
        rows = self._rows.copy()
        for n, line in changed.items():
            rows[n] = line
        return Cards(rows, self._cohort, self._labels)


def _card(told: Line, label: ShelfLabel) -> ShelfCard:
    number, item, action, kind, amount, urgency, status = told
    return ShelfCard(number, item, action, kind, amount, urgency, status, label)


@dataclass(frozen=True)
class Snapshot:
    """`columns` holds a code for each card and facet; `cohort` is its row in `labels` and `covers`.

    `wording` is what it says (-1: emptied); `lot` 64 random-looking bits from which a day's order is drawn.
    """

    changes: int
    tick: date | None
    cards: Cards
    at: dict[int, int]
    columns: dict[str, Codes]
    company: NDArray[np.bool_]
    lasting: NDArray[np.bool_]
    cohort: Codes
    wording: Codes
    lot: NDArray[np.uint64]
    labels: list[ShelfLabel]
    covers: NDArray[np.bool_]
    months: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.cards)


def taken(session: Session, *, changes: int, tick: date | None) -> Snapshot:
    """The whole shelf. Two queries; all else is arithmetic on whole columns."""
    labels, place = _labels(session)
    rows = [line for line in _lines(session) if line[AT["cohort"]] in place]
    ids, numbers, items, *_told, wordings, cohorts = zip(*rows, strict=True) if rows else ((),) * WIDTH
    cohort = _mapped(place, cohorts, np.intp)
    return Snapshot(
        changes=changes,
        tick=tick,
        cards=Cards(rows, cohort, labels),
        at=dict(zip(ids, range(len(rows)), strict=True)),
        columns={name: _mapped(_CODE[name], _column(rows, name), np.intp) for name in VOCABULARY},
        company=np.fromiter(map(COMPANY_NAMES.__contains__, items), bool, len(rows)),
        lasting=np.fromiter(map(LASTING.__contains__, items), bool, len(rows)),
        cohort=cohort,
        wording=np.array(wordings, dtype=np.intp),
        lot=_lots(numbers),
        labels=labels,
        covers=_covers(labels),
        months=np.array([_month(label) for label in labels], dtype=np.int64),
    )


def refreshed(session: Session, old: Snapshot, *, changes: int, tick: date | None) -> Snapshot:
    """The next snapshot: single cards are put in their places; else all is read anew."""
    return stepped(session, old, changes=changes, tick=tick) or taken(session, changes=changes, tick=tick)


def stepped(session: Session, old: Snapshot, *, changes: int, tick: date | None) -> Snapshot | None:
    """The next snapshot where cards have changed in their places alone; None where some came or left."""
    rows = _touched_since(session, old)
    if tick != old.tick or any(row.retired == (row.id in old.at) for row in rows):
        return None
    return replace(_with_rows(old, rows), changes=changes)


def until_read_anew(session: Session, old: Snapshot) -> Snapshot:
    """The old arrays for the moment that a reading of all takes: what was claimed or emptied since is seen at
    once, what left is hidden, and what came is not there yet. It counts as old as before."""
    return _with_rows(old, _touched_since(session, old))


def _touched_since(session: Session, old: Snapshot) -> Sequence[Any]:
    touched = _rows().add_columns(ShelfCohort.retired).join(Card.cohort)
    return session.execute(touched.where(Card.touched > old.changes)).all()


def _with_rows(old: Snapshot, rows: Sequence[Any]) -> Snapshot:
    """What has left the shelf has no status: no list and no count finds it."""
    columns = {name: codes.copy() for name, codes in old.columns.items()}
    company, lasting, wording = old.company.copy(), old.lasting.copy(), old.wording.copy()
    there = [row for row in rows if row.id in old.at]
    lines = {old.at[row.id]: tuple(row)[:WIDTH] for row in there}
    for n, line in lines.items():
        for name, codes in columns.items():
            codes[n] = _CODE[name][line[AT[name]]]
        item = line[AT["item"]]
        company[n], lasting[n], wording[n] = item in COMPANY_NAMES, item in LASTING, line[AT["wording"]]
    for row in there:
        if row.retired:
            columns["status"][old.at[row.id]] = _CODE["status"][None]
    return replace(
        old,
        cards=old.cards.with_lines(lines),
        columns=columns,
        company=company,
        lasting=lasting,
        wording=wording,
    )


def _rows() -> Any:
    """A line of each card, in the order of AT; what stands between FIRST and LAST is what a card shows."""
    return select(
        Card.id,
        Card.project_id,
        Card.need_item,
        Card.action_no,
        Card.kind,
        Card.amount_band,
        Card.urgency,
        Card.status,
        func.coalesce(Card.wording_id, -1),
        Card.cohort_key,
    )


def _lines(session: Session) -> list[Line]:
    """All that is on the shelf, as the driver hands it over: every column is plain text or a number."""
    shown = select(ShelfCohort.id).where(ShelfCohort.retired.is_(False))
    statement = _rows().where(Card.cohort_key.in_(shown)).order_by(Card.id)
    found: list[Line] = list(session.connection().execute(statement).cursor.fetchall())
    return found


def _column(rows: list[Line], name: str) -> Iterable[Any]:
    return map(itemgetter(AT[name]), rows)


def _mapped(codes: Mapping[Any, int], values: Iterable[Any], kind: Any) -> Any:
    return np.fromiter(map(codes.__getitem__, values), kind)


def _labels(session: Session) -> tuple[list[ShelfLabel], dict[int, int]]:
    """What each cohort's cards share, and where it stands in that list by its id."""
    columns = [getattr(ShelfCohort, name) for name in COLUMNS]
    rows = session.execute(
        select(
            ShelfCohort.id,
            ShelfCohort.cohort_id,
            ShelfCohort.households_n,
            ShelfCohort.published_month,
            ShelfCohort.tick,
            *columns,
        )
        .where(ShelfCohort.retired.is_(False))
        .order_by(ShelfCohort.id)
    ).all()
    labels = [
        ShelfLabel(number, _described(*label), k, month, tick, label[0])
        for _id, number, k, month, tick, *label in rows
    ]
    return labels, {row[0]: n for n, row in enumerate(rows)}


@lru_cache(maxsize=4096)
def _described(*label: str) -> str:
    return describe(Label(**dict(zip(COLUMNS, label, strict=True))))


def _covers(labels: Sequence[ShelfLabel]) -> NDArray[np.bool_]:
    kinds = {name: [code in covered_counties(name) for code in COUNTIES] for name in _names(labels)}
    table: NDArray[np.bool_] = np.array([kinds[label.region_label] for label in labels], dtype=bool)
    return table.reshape(len(labels), len(COUNTIES))


def _names(labels: Sequence[ShelfLabel]) -> set[str]:
    return {label.region_label for label in labels}


def _month(label: ShelfLabel) -> int:
    year, month = label.published_month.split("-")
    return int(year) * 12 + int(month)


def _lots(numbers: Sequence[str]) -> NDArray[np.uint64]:
    """64 bits of each project's number: its sixteen bytes folded and mixed (splitmix64's last step)."""
    halves = np.array(numbers, dtype=f"S{NUMBER_BYTES}").view(np.uint64).reshape(-1, 2)
    with np.errstate(over="ignore"):
        bits = halves[:, 0] ^ (halves[:, 1] * np.uint64(0x9E3779B97F4A7C15))
        bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed: NDArray[np.uint64] = bits ^ (bits >> np.uint64(31))
    return mixed
