"""The seam: what a search engine has to do, and how its hits become an order."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from sqlalchemy.orm import Session

WEIGHTS = {"A": 8, "B": 5, "C": 3, "D": 2}
PER_WORD = 100

Hits = dict[str, dict[int, int]]


def finds_longer(word: str) -> bool:
    """Whether a word also finds longer ones that begin with it: two Chinese characters, or three letters."""
    return len(word) > (2 if word.isascii() else 1)


class WordIndex(Protocol):
    """Words → the wordings that hold them. Reads see the last finished write."""

    def look_up(self, session: Session, words: Sequence[str]) -> Hits:
        """For each word, wording number → the weight of the best tier where it stands (absent: nowhere).

        Where `finds_longer` says so, a word also finds longer words that begin with it.
        """
        ...

    def sync(self, session: Session) -> int:
        """Brings the index up to the database; returns how many wordings changed. Safe to repeat and to
        kill."""
        ...

    def rebuild(self, session: Session) -> int:
        """The same from nothing; returns how many wordings there are."""
        ...

    def close(self) -> None: ...


def find(index: WordIndex, session: Session, query: Sequence[tuple[str, ...]]) -> dict[int, int]:
    """Wording number → score of those that hold the most words of the query.

    A word that nothing knows is left out, after its finer pieces were tried in its place.
    """
    return find_each(index, session, [query])[0]


def find_each(
    index: WordIndex, session: Session, queries: Sequence[Sequence[tuple[str, ...]]]
) -> list[dict[int, int]]:
    """The same for several queries, which the index is asked for together."""
    words = list(dict.fromkeys(w for query in queries for word in query for w in word))
    hits = index.look_up(session, words) if words else {}
    return [_scores(query, hits) for query in queries]


def _scores(query: Sequence[tuple[str, ...]], hits: Hits) -> dict[int, int]:
    found = [_first_known(word, hits) for word in query]
    scores: dict[int, int] = {}
    for word in found:
        for number, weight in word.items():
            scores[number] = scores.get(number, 0) + PER_WORD + weight
    most = max((s // PER_WORD for s in scores.values()), default=0)
    return {number: score for number, score in scores.items() if score // PER_WORD == most}


def _first_known(word: Sequence[str], hits: Mapping[str, Mapping[int, int]]) -> Mapping[int, int]:
    """The word itself, else all of its finer pieces together."""
    whole, *pieces = word
    if hits.get(whole):
        return hits[whole]
    merged: dict[int, int] = {}
    for number, weight in _pairs(hits.get(p, {}) for p in pieces):
        merged[number] = max(weight, merged.get(number, 0))
    return merged


def _pairs(parts: Iterable[Mapping[int, int]]) -> Iterable[tuple[int, int]]:
    return (pair for part in parts for pair in part.items())
