"""The third kind of learner: who answered like whom, from the history's matrix alone.

Sources: Steck 2019 (EASE), here through the Gram matrix of the smaller side; Sarwar et al. 2001 (neighbours of
needs), Herlocker et al. 1999 (neighbours of people); Hu, Koren & Volinsky 2008 (implicit factors); Paudel et
al. 2017 (three-step walks, rare needs lifted).
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from scipy import sparse
from sklearn.utils.extmath import randomized_svd

from matching.arcs import Floats
from matching.outcome.design import Rows

SMALL_SIDE, MOST_CELLS = 4_000, 20_000_000
RIDGE = (0.5, 5.0)  # times the mean number of answers of a person
RANKS, ALPHA, STEPS = (8, 32), 8.0, 8
NAMES = ("popular", "active", "ease_need", "ease_need_soft", "ease_person", "ease_person_soft", "near_need",
         "near_person", "walk", "factors8", "factors32")  # fmt: skip


@dataclass
class Filters:
    """`positive`: the matrix holds chosen pairs; else answers less the means of both sides."""

    deciders: int
    candidates: int
    positive: bool
    seed: int = 0

    def fit(self, rows: Rows) -> Self:
        shape = self.deciders, self.candidates
        if self.positive:
            kept = rows.y > 0
            value = rows.y[kept]
        else:
            kept, value = np.ones(len(rows), bool), _residual(rows, shape)
        matrix = sparse.coo_matrix((value, (rows.a[kept], rows.b[kept])), shape=shape).tocsr()
        matrix.sum_duplicates()
        self.matrix = matrix
        self.surfaces: list[Floats] | None = None
        return self

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "surfaces": None}

    @property
    def names(self) -> tuple[str, ...]:
        return NAMES if self.dense else NAMES[:2] + NAMES[-1:]

    @property
    def dense(self) -> bool:
        n, m = self.deciders, self.candidates
        return min(n, m) <= SMALL_SIDE and n * m <= MOST_CELLS

    def scores(self, rows: Rows) -> Floats:
        """(rows, names); strangers have 0."""
        out = np.zeros((len(rows), len(self.names)))
        known = np.flatnonzero((rows.a >= 0) & (rows.b >= 0))
        if not known.size or not self.matrix.nnz:
            return out
        a, b = rows.a[known], rows.b[known]
        strength = np.abs(self.matrix) if not self.positive else self.matrix
        got, given = (np.asarray(strength.sum(axis=k)).ravel() for k in (0, 1))
        if self.positive:  # elsewhere the persons' effects say it better
            out[known, 0], out[known, 1] = np.log1p(got[b]), np.log1p(given[a])
        if not self.dense:
            left, right = _factors(self.matrix, RANKS[1], self.seed)
            out[known, 2] = (left[a] * right[b]).sum(axis=1)
            return out
        if self.surfaces is None:
            self.surfaces = self._surfaces()
        for k, surface in enumerate(self.surfaces):
            out[known, 2 + k] = surface[a, b]
        return out

    def _surfaces(self) -> list[Floats]:
        m = self.matrix.toarray()
        usual = float((m**2).sum() / max(1, min(m.shape)))
        found = [ease(m, r * usual) for r in RIDGE] + [ease(m.T, r * usual).T for r in RIDGE]
        found += [_near(m.T).T, _near(m), _walk(np.abs(m) if not self.positive else m)]
        if self.positive:
            found += [_product(implicit(m, k, self.seed)) for k in RANKS]
        else:
            found += [_product(_factors(self.matrix, k, self.seed)) for k in RANKS]
        return [s.astype(np.float32) for s in found]


def _residual(rows: Rows, shape: tuple[int, int]) -> Floats:
    mean = float(np.average(rows.y, weights=rows.weight)) if rows.weight.sum() > 0 else 0.5
    left = rows.y - mean
    for index, n in ((rows.a, shape[0]), (rows.b, shape[1]), (rows.a, shape[0])):
        effect = np.bincount(index, left * rows.weight, n) / (np.bincount(index, rows.weight, n) + 3.0)
        left = left - effect[index]
    return np.asarray(left)


def ease(m: Floats, ridge: float) -> Floats:
    """Each need's column foretold from all others by ridge regression, itself excluded: S = M(I - P / diag P).

    With fewer people than needs the same comes from K = (MM' + ridge)⁻¹: S = M - ridge K M / (1 - diag(M'KM)).
    """
    if m.shape[1] <= m.shape[0]:
        p = np.linalg.inv(m.T @ m + ridge * np.eye(m.shape[1]))
        return np.asarray(m - (m @ p) / np.diag(p))
    solved = np.linalg.solve(m @ m.T + ridge * np.eye(m.shape[0]), m)
    reach = np.einsum("ij,ij->j", m, solved)
    return np.asarray(m - ridge * solved / np.maximum(1 - reach, 1e-9)) if ridge else m


def _near(m: Floats, shrink: float = 3.0, most: int = 60) -> Floats:
    """Sums over the rows most like each row (cosine, shrunk where little is shared)."""
    gram = m @ m.T
    length = np.sqrt(np.diag(gram))
    like = gram / (np.outer(length, length) + shrink)
    np.fill_diagonal(like, 0)
    if like.shape[0] > most:
        cut = np.partition(like, -most, axis=1)[:, -most][:, None]
        like = np.where(like >= cut, like, 0)
    return np.asarray(like @ m / (np.abs(like).sum(axis=1, keepdims=True) + 0.1))


def _walk(m: Floats, rare: float = 0.6) -> Floats:
    rows, columns = m.sum(axis=1, keepdims=True), m.sum(axis=0, keepdims=True)
    ahead, back = m / np.maximum(rows, 1e-9), (m / np.maximum(columns, 1e-9)).T
    third = (ahead @ back) @ ahead if m.shape[0] <= m.shape[1] else ahead @ (back @ ahead)
    return np.asarray(third / np.maximum(columns, 1.0) ** rare)


def implicit(m: Floats, rank: int, seed: int, ridge: float = 4.0) -> tuple[Floats, Floats]:
    """Weighted factors: what was not chosen counts little, what was counts 1 + ALPHA; alternating solutions."""
    rank = max(1, min(rank, min(m.shape) // 2))
    rng = np.random.default_rng(seed)
    left, right = rng.normal(0, 0.1, (m.shape[0], rank)), rng.normal(0, 0.1, (m.shape[1], rank))
    for _ in range(STEPS):
        left = _half(m, right, ridge)
        right = _half(m.T, left, ridge)
    return left, right


def _half(m: Floats, fixed: Floats, ridge: float) -> Floats:
    rank = fixed.shape[1]
    gram = fixed.T @ fixed + ridge * np.eye(rank)
    solved = np.zeros((m.shape[0], rank))
    for i in range(m.shape[0]):
        chosen = np.flatnonzero(m[i])
        f, w = fixed[chosen], ALPHA * np.abs(m[i, chosen])
        solved[i] = np.linalg.solve(gram + (f.T * w) @ f, f.T @ (w + 1.0))
    return solved


def _factors(matrix: Any, rank: int, seed: int) -> tuple[Floats, Floats]:
    rank = max(1, min(rank, min(matrix.shape) - 1))
    u, s, v = randomized_svd(matrix, rank, n_iter=4, random_state=seed)
    return np.asarray(u * s), np.asarray(v.T)


def _product(factors: tuple[Floats, Floats]) -> Floats:
    return np.asarray(factors[0] @ factors[1].T)
