"""Chinese full-text search over public fields only, behind one seam: Whoosh embedded, or PostgreSQL."""

from pathlib import Path

from app.library.search.embedded import EmbeddedIndex
from app.library.search.port import WordIndex, find, find_each
from app.library.search.postgres import DatabaseIndex
from app.library.search.words import people_of, query_words, sound_words, vector_of

__all__ = [
    "WordIndex",
    "find",
    "find_each",
    "open_search",
    "people_of",
    "query_words",
    "sound_words",
    "vector_of",
]


def open_search(engine: str, instance: Path) -> WordIndex:
    """`engine` as in JIEDUI_SEARCH: `whoosh` or `postgres`."""
    return DatabaseIndex() if engine == "postgres" else EmbeddedIndex(instance / "public" / "index")
