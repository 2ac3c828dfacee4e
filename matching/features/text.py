"""Texts without a segmenter: hashed words and character n-grams, weighted by how rare they are.

Sources: Salton & Buckley 1988 (tf-idf), Robertson & Zaragoza 2009 (BM25's saturation and length), Deerwester
et al. 1990 (latent semantic analysis), Weinberger et al. 2009 (hashing).
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.utils.extmath import randomized_svd

from matching.arcs import Floats, Ints

Tokenizer = Callable[[str], list[str]]
WIDTH = 2**18
SATURATION, LENGTH = 1.2, 0.6  # BM25's k1 and b
LATENT_MOST = 20_000  # terms that the latent space looks at
WORD = re.compile(r"[^\W_]+")
WIDE = re.compile(r"([\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+)")
COMMON = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "but",
        "by",
        "can",
        "for",
        "from",
        "has",
        "have",
        "how",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "may",
        "more",
        "most",
        "new",
        "not",
        "of",
        "on",
        "or",
        "our",
        "over",
        "show",
        "such",
        "than",
        "that",
        "the",
        "their",
        "them",
        "there",
        "these",
        "they",
        "this",
        "those",
        "through",
        "to",
        "under",
        "use",
        "used",
        "using",
        "via",
        "was",
        "we",
        "well",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "who",
        "will",
        "with",
        "within",
        "without",
        "you",
        "your",
        "also",
        "between",
        "both",
        "each",
        "other",
        "some",
        "many",
        "propose",
        "proposed",
        "paper",
        "results",
        "based",
        "approach",
    ]
)


def words(text: str) -> list[str]:
    """Words and pairs of words where words are spaced; runs of one to three characters where they are not."""
    found: list[str] = []
    last = ""
    for word in WORD.findall(text.lower()):
        for part in WIDE.split(word):
            if not part:
                continue
            if WIDE.match(part):
                found += [part[i : i + n] for n in (1, 2, 3) for i in range(len(part) - n + 1)]
                last = ""
            elif part not in COMMON:
                stem = stemmed(part)
                found += [stem, f"{last} {stem}"] if last else [stem]
                last = stem
    return found


def stemmed(word: str) -> str:
    """Plurals and the commonest English endings cut off; other words are left as they are."""
    for ending, least in (("ing", 7), ("ies", 6), ("es", 6), ("ed", 6), ("s", 4)):
        if word.endswith(ending) and len(word) >= least and not word.endswith("ss"):
            return word[: -len(ending)]
    return word


def grams(text: str) -> list[str]:
    """Runs of four and five characters inside words: near spellings meet."""
    found: list[str] = []
    for word in WORD.findall(text.lower()):
        if word in COMMON:
            continue
        edged = f"<{word}>"
        found += [edged[i : i + n] for n in (4, 5) for i in range(max(1, len(edged) - n + 1))]
    return found


@dataclass
class Weighted:
    """One way of counting terms: fitted on documents, gives rows of unit length."""

    tokenizer: Tokenizer
    idf: Floats = field(default_factory=lambda: np.zeros(0))
    usual: float = 1.0

    def fit(self, counts: Any) -> "Weighted":
        seen = np.bincount(counts.indices, minlength=WIDTH)[:WIDTH]
        total = counts.shape[0]
        self.idf = np.log1p((total - seen + 0.5) / (seen + 0.5)).astype(np.float32)
        lengths = np.asarray(counts.sum(axis=1)).ravel()
        self.usual = float(lengths[lengths > 0].mean()) if (lengths > 0).any() else 1.0
        return self

    def counts(self, documents: Sequence[str]) -> Any:
        hashing = HashingVectorizer(
            analyzer=self.tokenizer, n_features=WIDTH, norm=None, alternate_sign=False, dtype=np.float64
        )
        return hashing.transform(documents) if documents else sparse.csr_matrix((0, WIDTH))

    def rows(self, counts: Any) -> Any:
        lengths = np.asarray(counts.sum(axis=1)).ravel()
        room = SATURATION * (1 - LENGTH + LENGTH * lengths / self.usual)
        weighted = counts.tocsr(copy=True)
        per = np.repeat(room, np.diff(weighted.indptr))
        weighted.data = weighted.data / (weighted.data + per) * self.idf[weighted.indices]
        return unit(weighted)


def unit(rows: Any) -> Any:
    """Rows of length 1; an empty row stays empty."""
    length = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    return sparse.diags_array(1 / np.where(length > 0, length, 1)) @ rows


def unit_dense(rows: Floats) -> Floats:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(length > 0, length, 1))


@dataclass
class TextSpace:
    """Documents as unit rows in three views: words, character n-grams, and `latent` dimensions of both."""

    tokenizer: Tokenizer | None = None
    dimensions: int = 96
    seed: int = 0
    size: int = 0

    def fit(self, documents: Iterable[str]) -> "TextSpace":
        held = sorted({d for d in documents if d})
        self.size = len(held)
        self.views = [Weighted(self.tokenizer or words), Weighted(grams)]
        counted = [v.counts(held) for v in self.views]
        for view, counts in zip(self.views, counted, strict=True):
            view.fit(counts)
        self._fit_latent([v.rows(c) for v, c in zip(self.views, counted, strict=True)])
        return self

    def _fit_latent(self, views: list[Any]) -> None:
        rows = views[0]
        seen = np.bincount(rows.indices, minlength=WIDTH)[:WIDTH]
        kept = np.flatnonzero(seen >= 2)
        if kept.size > LATENT_MOST:
            kept = np.sort(kept[np.argsort(-seen[kept], kind="stable")[:LATENT_MOST]])
        rank = min(self.dimensions, self.size // 3, kept.size // 2)
        self.kept, self.axes = kept, np.zeros((0, kept.size))
        if rank < 2:
            return
        _u, strength, axes = randomized_svd(rows[:, kept], rank, n_iter=4, random_state=self.seed)
        # Strong axes are kept apart from weak ones only half: rare themes would drown otherwise.
        self.axes = axes / np.sqrt(np.maximum(strength, 1e-9))[:, None] ** 0.5

    def transform(self, documents: Sequence[str]) -> tuple[Any, Any, Floats]:
        word, gram = (v.rows(v.counts(documents)) for v in self.views)
        latent = (
            np.asarray(word[:, self.kept] @ self.axes.T)
            if self.axes.shape[0]
            else np.zeros((len(documents), 0))
        )
        return word, gram, unit_dense(latent)


def reduced(product: Floats, pair_of: Ints, n: int) -> tuple[Floats, Floats, Floats]:
    order = np.lexsort((-product, pair_of))
    value, pair = product[order], pair_of[order]
    number = np.bincount(pair, minlength=n)
    first = np.concatenate([[0], np.cumsum(number)])[:-1]
    rank = np.arange(value.size) - first[pair]
    some = np.maximum(number, 1)
    best = np.bincount(pair[rank == 0], value[rank == 0], n)
    top = np.bincount(pair[rank < 3], value[rank < 3], n) / np.minimum(some, 3)
    return np.asarray(best, np.float64), top, np.bincount(pair, value, n) / some
