"""All features of a schema: fitted on two tables, then laid over any people, needs and pairs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import sparse

from matching.arcs import Floats, Ints
from matching.features.columns import Encoder
from matching.features.pairs import Feature, column_pairs, compared_as_text, feature_of
from matching.features.text import TextSpace, Tokenizer, reduced
from matching.features.usual import Usual, beyond, sampled
from matching.schema import Column, PairEntry, Schema
from matching.tables import Table, split

TEXT_NAMES = (
    "words",
    "words3",
    "words_all",
    "grams",
    "grams3",
    "grams_all",
    "latent",
    "latent3",
    "latent_all",
)
SHOWN_LATENT = 12
AT_ONCE = 200_000  # rows of documents laid side by side
ROWS_AT_ONCE = 1_000  # of a table beside the sample of the other side


@dataclass
class Documents:
    """The documents of one column: rows in three views, and `owner` (documents,) sorted."""

    owner: Ints
    views: tuple[Any, Any, Floats]
    start: Ints


@dataclass
class Prepared:
    """One table, ready for pairs: `own` (n, d) features with a code each, and what each pair feature
    needs."""

    table: Table
    own: Floats
    codes: list[str]
    parts: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    documents: dict[str, Documents] = field(default_factory=dict)
    usual: dict[int, Usual] = field(default_factory=dict)


@dataclass
class Space:
    schema: Schema
    declared_only: bool = False
    tokenizer: Tokenizer | None = None
    seed: int = 0

    def fit(self, people: Table, needs: Table) -> "Space":
        self.encoders = {
            side: [Encoder(c).fit(t.cells[c.name]) for c in self._own(side)]
            for side, t in (("person", people), ("need", needs))
        }
        self.pairs: list[tuple[Column, Column, PairEntry | None, Feature | None]] = [
            (x, y, entry, feature_of(x, y)) for x, y, entry in column_pairs(self.schema, self.declared_only)
        ]
        for x, y, _entry, feature in self.pairs:
            if feature is not None:
                feature.fit(people.cells[x.name], needs.cells[y.name])
        self.fit_text(people, needs)
        self.codes: dict[str, list[str]] = {}
        self.scale: dict[str, Floats] = {}
        return self

    def fit_text(self, people: Table, needs: Table) -> None:
        self.text = TextSpace(self.tokenizer, seed=self.seed)
        held = [
            d
            for s, t in (("person", people), ("need", needs))
            for c in self._read(s)
            for d in _documents(c, t)[1]
        ]
        self.text.fit(held)
        self.sample = {s: self._sample(s, t) for s, t in (("person", people), ("need", needs))}
        self.spread = {k: self._spread(x, y) for k, x, y in self._compared()}

    def _compared(self) -> list[tuple[int, Column, Column]]:
        return [(k, x, y) for k, (x, y, _entry, _feature) in enumerate(self.pairs) if compared_as_text(x, y)]

    def _sample(self, side: str, table: Table) -> dict[str, Documents]:
        found = {}
        for column in self._read(side):
            known = np.unique(_documents(column, table)[0])
            rows = sampled(table.ids, known)
            cells = [table.cells[column.name][r] for r in rows]
            some = Table([table.ids[r] for r in rows], {column.name: cells})
            found[column.name] = self._documents(column, some)
        return found

    def _spread(self, x: Column, y: Column) -> Floats:
        """(k,) how far likeness varies among the two samples."""
        left, right = self.sample["person"][x.name], self.sample["need"][y.name]
        n, m = left.start.size - 1, right.start.size - 1
        if not n or not m:
            return np.zeros(len(TEXT_NAMES))
        a, b = np.divmod(np.arange(n * m), m)
        return np.asarray(alike_texts(left, right, a, b).std(axis=0))

    def _usual(self, side: str, k: int, documents: Documents) -> Usual:
        """How near each row is to the other side's sample."""
        x, y, *_rest = self.pairs[k]
        other = self.sample["need" if side == "person" else "person"][(y if side == "person" else x).name]
        n, m = documents.start.size - 1, other.start.size - 1
        if not m:
            return Usual.nothing(n, len(TEXT_NAMES))
        parts = [Usual.nothing(0, len(TEXT_NAMES))]
        for first in range(0, n, ROWS_AT_ONCE):
            own, far = np.divmod(np.arange(min(ROWS_AT_ONCE, n - first) * m), m)
            own = own + first
            sides = (documents, other, own, far) if side == "person" else (other, documents, far, own)
            parts.append(Usual.of(alike_texts(*sides).reshape(-1, m, len(TEXT_NAMES)), self.spread[k]))
        return Usual(*(np.vstack([getattr(p, f) for p in parts]) for f in ("mean", "root")))

    def _own(self, side: str) -> list[Column]:
        return [c for c in self.schema.with_role(side, "feature") if c.type != "text"]

    def _read(self, side: str) -> list[Column]:
        """The columns of a side that are read as texts: all texts, and tags compared with texts or tags."""
        ours = [(x if side == "person" else y).name for x, y, *_rest in self.pairs if compared_as_text(x, y)]
        compared = set(ours)
        return [c for c in self.schema.with_role(side, "feature") if c.type == "text" or c.name in compared]

    def prepare(self, side: str, table: Table) -> Prepared:
        blocks = [e.transform(table.cells[e.column.name]) for e in self.encoders[side]]
        codes = [
            f"{side}.{e.column.name}"
            for e, b in zip(self.encoders[side], blocks, strict=True)
            for _ in range(b.shape[1])
        ]
        documents = {c.name: self._documents(c, table) for c in self._read(side)}
        for c in (c for c in self._read(side) if c.type == "text"):
            middle = _centroids(documents[c.name], len(table.ids))
            blocks.append(middle / self.scale.setdefault(f"{side}.{c.name}", _scale_of(middle)))
            codes += [f"{side}.{c.name}"] * blocks[-1].shape[1]
        own = np.hstack([np.zeros((len(table.ids), 0)), *blocks])
        self.codes[side] = codes
        prepared = Prepared(table, own, codes, {}, documents)
        at = 0 if side == "person" else 1
        for k, (x, y, _entry, feature) in enumerate(self.pairs):
            if feature is not None:
                cells = table.cells[(x, y)[at].name]
                both: tuple[Sequence[str], Sequence[str]] = (cells, []) if at == 0 else ([], cells)
                prepared.parts[k] = (feature.of(*both)[at],)
        for k, *both_columns in self._compared():
            prepared.usual[k] = self._usual(side, k, documents[both_columns[at].name])
        return prepared

    def _documents(self, column: Column, table: Table) -> Documents:
        owner, texts = _documents(column, table)
        start = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=len(table.ids)))]).astype(
            np.int64
        )
        return Documents(owner, self.text.transform(texts), start)

    def own_codes(self, side: str) -> list[str]:
        """The code of each column of a prepared side's own features."""
        return self.codes[side]

    def pair_codes(self) -> list[tuple[str, str]]:
        """(code, name of the feature) of each column of `between`."""
        found = []
        for x, y, _entry, feature in self.pairs:
            code = x.name if x.name == y.name else f"{x.name}~{y.name}"
            names = feature.names if feature is not None else ()
            found += [(code, n) for n in names]
            if compared_as_text(x, y):
                found += [(code, n) for n in TEXT_NAMES]
        return found

    def between(self, people: Prepared, needs: Prepared, a: Ints, b: Ints) -> Floats:
        """(pairs, k) raw pair features."""
        blocks = [np.zeros((a.size, 0))]
        for k, (x, y, _entry, feature) in enumerate(self.pairs):
            if feature is not None:
                blocks.append(feature.values(people.parts[k], needs.parts[k], a, b))
            if compared_as_text(x, y):
                alike = alike_texts(people.documents[x.name], needs.documents[y.name], a, b)
                says = [np.diff(d.start) > 0 for d in (people.documents[x.name], needs.documents[y.name])]
                both = (says[0][a] & says[1][b])[:, None]  # of whom nothing is written, nothing is said
                blocks.append(beyond(alike, people.usual[k], needs.usual[k], a, b) * both)
        return np.hstack(blocks)


def _documents(column: Column, table: Table) -> tuple[Ints, list[str]]:
    owner, texts = [], []
    for row, cell in enumerate(table.cells[column.name]):
        parts = split(cell, column.sep) if column.type == "text" else [" ".join(split(cell, column.sep))]
        for part in parts:
            if part:
                owner.append(row)
                texts.append(part)
    return np.array(owner, dtype=np.int64), texts


def _centroids(documents: Documents, n: int) -> Floats:
    latent = documents.views[2][:, :SHOWN_LATENT]
    total = np.zeros((n, latent.shape[1]))
    np.add.at(total, documents.owner, latent)
    number = np.maximum(np.diff(documents.start), 1)[:, None]
    return np.asarray(total / number)


def _scale_of(middle: Floats) -> Floats:
    """Taken from the first table of a side, that of `fit`: later ones are measured by the same."""
    spread = middle.std(axis=0) if len(middle) else np.ones(middle.shape[1])
    return np.where(spread > 1e-9, spread, 1.0)


def alike_texts(left: Documents, right: Documents, a: Ints, b: Ints) -> Floats:
    """Likeness of the two sides' documents in each view: of the best pair, the best three, and all."""
    out = np.zeros((a.size, len(TEXT_NAMES)))
    many = (np.diff(left.start)[a] * np.diff(right.start)[b]).astype(np.int64)
    ends = np.cumsum(many)
    first = 0
    while first < a.size:
        before = ends[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(ends, before + AT_ONCE, side="right")))
        out[first:last] = _some_alike(left, right, a[first:last], b[first:last])
        first = last
    return out


def _some_alike(left: Documents, right: Documents, a: Ints, b: Ints) -> Floats:
    n_left, n_right = np.diff(left.start)[a], np.diff(right.start)[b]
    many = n_left * n_right
    pair = np.repeat(np.arange(a.size), many)
    within = np.arange(pair.size) - np.repeat(np.cumsum(many) - many, many)
    i = left.start[a][pair] + within // np.maximum(n_right[pair], 1)
    j = right.start[b][pair] + within % np.maximum(n_right[pair], 1)
    columns = []
    for x, y in zip(left.views, right.views, strict=True):
        columns += list(reduced(_products(x, y, i, j), pair, a.size))
    return np.column_stack(columns)


def _products(x: Any, y: Any, i: Ints, j: Ints) -> Floats:
    if sparse.issparse(x):
        if i.size > 4 * (np.unique(i).size + np.unique(j).size):
            return _from_grid(x, y, i, j)
        return np.asarray(x[i].multiply(y[j]).sum(axis=1)).ravel()
    return np.asarray(np.einsum("ij,ij->i", x[i], y[j]))


def _from_grid(x: Any, y: Any, i: Ints, j: Ints) -> Floats:
    """Many pairs of few documents: one product of the two sets, then what was asked of it."""
    rows, at_row = np.unique(i, return_inverse=True)
    columns, at_column = np.unique(j, return_inverse=True)
    if rows.size * columns.size > 40_000_000:
        return np.asarray(x[i].multiply(y[j]).sum(axis=1)).ravel()
    grid = (x[rows] @ y[columns].T).toarray()
    return np.asarray(grid[at_row, at_column])
