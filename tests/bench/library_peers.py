"""The peers of the library's bench, pinned: the plain ways of searching cards with the same words.

Each holds one document a card and answers with the numbers of the first twelve, in the order of BM25, and how
many there are.
"""

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from flask import Flask
from whoosh.analysis import SpaceSeparatedTokenizer
from whoosh.fields import ID, TEXT, Schema
from whoosh.index import create_in
from whoosh.query import And, Or, Prefix

PAGE = 12


class BareWhoosh:
    def __init__(self, folder: Path, cards: Iterable[tuple[str, str]]) -> None:
        words = TEXT(analyzer=SpaceSeparatedTokenizer(), phrase=False)
        self._index = create_in(str(folder), Schema(project_id=ID(stored=True), words=words))
        writer = self._index.writer(limitmb=256)
        for project_id, text in cards:
            writer.add_document(project_id=project_id, words=text)
        writer.commit()
        self._searcher = self._index.searcher()

    def find(self, words: list[str]) -> tuple[list[str], int]:
        for joined in (And, Or):
            hits = self._searcher.search(joined([Prefix("words", w) for w in words]), limit=PAGE)
            if len(hits):
                return [hit["project_id"] for hit in hits], len(hits)
        return [], 0

    def close(self) -> None:
        self._searcher.close()
        self._index.close()


class Fts5:
    def __init__(self, cards: Iterable[tuple[str, str]]) -> None:
        self._db = sqlite3.connect(":memory:")
        self._db.execute("CREATE VIRTUAL TABLE card USING fts5(project_id UNINDEXED, words)")
        self._db.executemany("INSERT INTO card VALUES (?, ?)", cards)

    def find(self, words: list[str]) -> tuple[list[str], int]:
        for joined in (" AND ", " OR "):
            asked = joined.join(f'"{w}"*' for w in words)
            rows = self._db.execute(
                "SELECT project_id FROM card WHERE card MATCH ? ORDER BY rank LIMIT ?", (asked, PAGE)
            ).fetchall()
            if rows:
                count = self._db.execute("SELECT count(*) FROM card WHERE card MATCH ?", (asked,)).fetchone()
                return [row[0] for row in rows], int(count[0])
        return [], 0

    def close(self) -> None:
        self._db.close()


def empty_view() -> Flask:
    """The least that Flask can do."""
    app = Flask("empty")
    app.add_url_rule("/", "nothing", lambda: "")
    return app
