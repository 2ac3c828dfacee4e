"""The third kind of learner: who answered like whom, from the history's matrix alone.

Sources: Steck 2019 (EASE), here through the Gram matrix of the smaller side; Sarwar et al. 2001
(neighbours of
needs), Herlocker et al. 1999 (neighbours of people); Hu, Koren & Volinsky 2008 (implicit factors); Paudel et
al. 2017 (three-step walks, rare needs lifted); Shen et al. 2021 (GF-CF, smoothing on the graph of choices).
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from scipy import sparse
from sklearn.utils.extmath import randomized_svd

from matching.arcs import Floats, Ints
from matching.outcome.design import Rows

SMALL_SIDE, MOST_CELLS = 4_000, 20_000_000
RIDGE = 5.0  # times the mean number of answers of a person
LOW_PASS = 0.3
FACTORS = ((8, 15.0), (24, 20.0))  # rank and ridge
ALPHA, STEPS = 8.0, 8
RANK, EXPLICIT_RANK = 32, 8
COUNTS = ("popular", "active")
SURFACES = (
    "ease_need",
    "ease_person",
    "near_person",
    "walk",
    "smooth8",
    "smooth16",
    "factors8",
    "factors24",
)
NAMES = COUNTS + SURFACES
EXPLICIT = ("ease_need", "ease_person", "near_need", "near_person", "factors8")


@dataclass
class Filters:
    """`positive`: only choices are known; else answers less the means of both sides are foretold, and where
    choices are `rare` among them, they are also read as choices."""

    deciders: int
    candidates: int
    positive: bool
    seed: int = 0
    rare: bool = False

    def fit(self, rows: Rows) -> Self:
        shape = self.deciders, self.candidates
        chosen = rows.y > 0
        self.choices = _matrix(rows.y[chosen] * rows.weight[chosen], rows.a[chosen], rows.b[chosen], shape)
        self.matrix = (
            self.choices if self.positive else _matrix(_residual(rows, shape), rows.a, rows.b, shape)
        )
        self.surfaces: list[Floats] | None = None
        return self

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "surfaces": None}

    @property
    def names(self) -> tuple[str, ...]:
        if not self.positive:
            return ((EXPLICIT + SURFACES) if self.dense else EXPLICIT[-1:]) if self.rare else ()
        return NAMES if self.dense else (*COUNTS, NAMES[-1])

    @property
    def dense(self) -> bool:
        n, m = self.deciders, self.candidates
        return min(n, m) <= SMALL_SIDE and n * m <= MOST_CELLS

    def scores(self, rows: Rows) -> Floats:
        """(rows, names); strangers have 0."""
        out = np.zeros((len(rows), len(self.names)))
        known = np.flatnonzero((rows.a >= 0) & (rows.b >= 0))
        if not known.size or not self.matrix.nnz or not self.names:
            return out
        a, b = rows.a[known], rows.b[known]
        found = []
        if self.positive:  # elsewhere the persons' effects say it better
            got, given = (np.asarray(self.matrix.sum(axis=k)).ravel() for k in (0, 1))
            found = [np.log1p(got[b]), np.log1p(given[a])]
        if not self.dense:
            left, right = _factors(self.matrix, RANK if self.positive else EXPLICIT_RANK, self.seed)
            found.append((left[a] * right[b]).sum(axis=1))
        else:
            self.surfaces = self.surfaces or self._surfaces()
            found += [surface[a, b] for surface in self.surfaces]
        out[known] = np.column_stack(found)
        return out

    def _surfaces(self) -> list[Floats]:
        found = [] if self.positive else self._answers()
        if self.positive or self.rare:
            found += self._choices()
        return [s.astype(np.float32) for s in found]

    def _answers(self) -> list[Floats]:
        m = self.matrix.toarray()
        ridge = RIDGE * float((m**2).sum() / max(1, min(m.shape)))
        near = [ease(m, ridge), ease(m.T, ridge).T, _near(m.T).T, _near(m)]
        return [*near, _product(_factors(self.matrix, EXPLICIT_RANK, self.seed))]

    def _choices(self) -> list[Floats]:
        m = self.choices.toarray()
        ridge = RIDGE * float((m**2).sum() / max(1, min(m.shape)))
        found = [ease(m, ridge), ease(m.T, ridge).T, _near(m), _walk(m)]
        found += [smooth(m, rank, self.seed) for rank in (8, 16)]
        found += [_product(implicit(m, rank, self.seed, ridge)) for rank, ridge in FACTORS]
        return [by_row(f) for f in found]


def _matrix(value: Floats, a: Ints, b: Ints, shape: tuple[int, int]) -> Any:
    matrix = sparse.coo_matrix((value, (a, b)), shape=shape).tocsr()
    matrix.sum_duplicates()
    return matrix


def by_row(surface: Floats) -> Floats:
    """Each decider's scores centred and scaled: what is compared is what one person is offered."""
    spread = surface.std(axis=1, keepdims=True)
    return np.asarray((surface - surface.mean(axis=1, keepdims=True)) / np.where(spread > 1e-12, spread, 1.0))


def _residual(rows: Rows, shape: tuple[int, int]) -> Floats:
    mean = float(np.average(rows.y, weights=rows.weight)) if rows.weight.sum() > 0 else 0.5
    left = rows.y - mean
    for index, n in ((rows.a, shape[0]), (rows.b, shape[1]), (rows.a, shape[0])):
        effect = np.bincount(index, left * rows.weight, n) / (np.bincount(index, rows.weight, n) + 3.0)
        left = left - effect[index]
    return np.asarray(left)


def ease(m: Floats, ridge: float) -> Floats:
    """Each need's column foretold from all others by ridge regression, itself excluded: S = M(I - P / diag
    P).

    With fewer people than needs the same comes from K = (MM' + ridge)⁻¹: S = M - ridge K M / (1 -
    diag(M'KM)).
    """
    if m.shape[1] <= m.shape[0]:
        ridge = max(ridge, 1e-6)
        p = np.linalg.inv(m.T @ m + ridge * np.eye(m.shape[1]))
        return np.asarray(m - (m @ p) / np.diag(p))
    ridge = max(ridge, 1e-6)
    solved = np.linalg.solve(m @ m.T + ridge * np.eye(m.shape[0]), m)
    reach = np.einsum("ij,ij->j", m, solved)
    return np.asarray(m - ridge * solved / np.maximum(1 - reach, 1e-9))


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


def smooth(m: Floats, rank: int, seed: int) -> Floats:
    """Choices passed on to needs chosen by like people, and the slow waves of that graph lifted."""
    rows, columns = (np.maximum(m.sum(axis=k), 1.0) for k in (1, 0))
    even = m / np.sqrt(rows)[:, None] / np.sqrt(columns)
    rank = max(1, min(rank, min(m.shape) - 1))
    _u, _s, v = randomized_svd(even, rank, n_iter=5, random_state=seed)
    near = (m @ even.T) @ even if m.shape[0] <= m.shape[1] else m @ (even.T @ even)
    return np.asarray(near + LOW_PASS * ((m / np.sqrt(columns)) @ v.T @ v * np.sqrt(columns)))


def _walk(m: Floats, rare: float = 0.3) -> Floats:
    rows, columns = m.sum(axis=1, keepdims=True), m.sum(axis=0, keepdims=True)
    ahead, back = m / np.maximum(rows, 1e-9), (m / np.maximum(columns, 1e-9)).T
    third = (ahead @ back) @ ahead if m.shape[0] <= m.shape[1] else ahead @ (back @ ahead)
    return np.asarray(third / np.maximum(columns, 1.0) ** rare)


def implicit(m: Floats, rank: int, seed: int, ridge: float = 4.0) -> tuple[Floats, Floats]:
    """Weighted factors: what was not chosen counts little, what was counts 1 + ALPHA; alternating
    solutions."""
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
