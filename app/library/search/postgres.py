"""PostgreSQL's own text search over vectors that Python made: a GIN index, no extension, no dictionary."""

from collections.abc import Sequence

from sqlalchemy import Boolean, Integer, String, bindparam, case, cast, func, literal, not_, select
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from app.library.models import Wording
from app.library.search.port import WEIGHTS, Hits, finds_longer
from app.library.search.words import TIERS


class DatabaseIndex:
    """The vector is a column of the wording and is written with it: there is nothing to bring up to date."""

    def look_up(self, session: Session, words: Sequence[str]) -> Hits:
        hits: Hits = {word: {} for word in words}
        if not words:
            return hits
        tiers = [_best_tier(n, word) for n, word in enumerate(words)]
        anywhere = " | ".join(_lexeme(word) for word in words)
        statement = select(Wording.id, *tiers).where(_holds("anywhere", anywhere))
        for number, *weights in session.execute(statement):
            for word, weight in zip(words, weights, strict=True):
                if weight:
                    hits[word][number] = weight
        return hits

    def sync(self, session: Session) -> int:
        return 0

    def rebuild(self, session: Session) -> int:
        return session.scalar(select(func.count()).select_from(Wording)) or 0

    def close(self) -> None:
        pass


def _best_tier(n: int, word: str) -> ColumnElement[int]:
    """Most rows hold only one of the words: that is asked first."""
    tiers = ((_holds(f"w{n}{tier}", _lexeme(word, tier)), literal(WEIGHTS[tier], Integer)) for tier in TIERS)
    nowhere = (not_(_holds(f"w{n}", _lexeme(word))), literal(0, Integer))
    return case(nowhere, *tiers, else_=literal(0, Integer)).label(f"tier_{n}")


def _holds(name: str, query: str) -> ColumnElement[bool]:
    return Wording.words.op("@@", return_type=Boolean())(cast(bindparam(name, query, String), TSQUERY))


def _lexeme(word: str, tier: str = "") -> str:
    """Words hold letters and digits alone (`query_words`); the quotes are for what PostgreSQL may make of
    them."""
    flags = ("*" if finds_longer(word) else "") + tier
    return f"'{word}':{flags}" if flags else f"'{word}'"
