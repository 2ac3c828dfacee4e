"""The embedded index: Whoosh (whoosh-reloaded), one writer, always rebuildable from the database."""

from collections.abc import Iterable
from pathlib import Path

from whoosh import index as whoosh_index
from whoosh.analysis import SpaceSeparatedTokenizer
from whoosh.fields import ID, TEXT, Schema
from whoosh.query import And, Or, Prefix, Query, Term
from whoosh.writing import CLEAR

SCHEMA = Schema(
    project_id=ID(stored=True, unique=True), words=TEXT(analyzer=SpaceSeparatedTokenizer(), phrase=False)
)
MOST_HITS = 20000


class CardIndex:
    """Words → project numbers. Reads see the last commit; `put` and `rebuild` belong to the worker alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        known = whoosh_index.exists_in(str(folder))
        self._index = (
            whoosh_index.open_dir(str(folder)) if known else whoosh_index.create_in(str(folder), SCHEMA)
        )

    def put(self, documents: Iterable[tuple[str, str]]) -> int:
        """Replaces the documents of these project numbers; an empty one is taken out."""
        latest = dict(documents)
        writer = self._index.writer(timeout=30)
        for project_id, words in latest.items():
            writer.delete_by_term("project_id", project_id)
            if words:
                writer.add_document(project_id=project_id, words=words)
        writer.commit()
        return len(latest)

    def rebuild(self, documents: Iterable[tuple[str, str]]) -> int:
        """Starts from nothing; readers keep the old index until the new one is whole."""
        writer = self._index.writer(timeout=30)
        count = 0
        for project_id, words in documents:
            if words:
                writer.add_document(project_id=project_id, words=words)
                count += 1
        writer.commit(mergetype=CLEAR)
        return count

    def find(self, words: list[str]) -> list[str]:
        """Project numbers, best first: all words, else any of them."""
        if not words:
            return []
        with self._index.searcher() as searcher:
            for query in (And([_word(w) for w in words]), Or([_word(w) for w in words])):
                hits = searcher.search(query, limit=MOST_HITS)
                if len(hits):
                    return [hit["project_id"] for hit in hits]
        return []

    def close(self) -> None:
        self._index.close()


def open_index(instance: Path) -> CardIndex:
    return CardIndex(instance / "public" / "index")


def _word(word: str) -> Query:
    return Or([Term("words", word), Prefix("words", word)]) if len(word) > 1 else Prefix("words", word)
