"""The embedded index: Whoosh (whoosh-reloaded), one writer, always rebuildable from the database."""

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from whoosh import index as whoosh_index
from whoosh.analysis import SpaceSeparatedTokenizer
from whoosh.fields import NUMERIC, TEXT, Schema
from whoosh.writing import CLEAR

from app.library.models import LibraryTick, Wording
from app.library.search.port import WEIGHTS, Hits, finds_longer
from app.library.search.words import TIERS, tiers_of

_WORDS = TEXT(analyzer=SpaceSeparatedTokenizer(), phrase=False)
SCHEMA = Schema(wording=NUMERIC(stored=True, unique=True), **{tier: _WORDS for tier in TIERS})
MARK = "synced"
LOCK_SECONDS = 30


class EmbeddedIndex:
    """A folder of its own. Reading is safe from many threads; `sync` and `rebuild` belong to the worker
    alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        known = whoosh_index.exists_in(str(folder))
        self._index = (
            whoosh_index.open_dir(str(folder)) if known else whoosh_index.create_in(str(folder), SCHEMA)
        )
        self._lock = threading.Lock()
        self._reader: Any = None
        self._generation = -1
        self._numbers: dict[int, int] = {}

    def look_up(self, session: Session, words: Sequence[str]) -> Hits:
        with self._lock:
            reader = self._newest()
            return {word: self._where(reader, word) for word in words}

    def _newest(self) -> Any:
        """A reader of the newest finished write, kept as long as it is that."""
        generation = self._index.latest_generation()
        if self._reader is None or generation != self._generation:
            if self._reader is not None:
                self._reader.close()
            self._reader, self._generation = self._index.reader(), generation
            self._numbers = {n: self._reader.stored_fields(n)["wording"] for n in self._reader.all_doc_ids()}
        return self._reader

    def _where(self, reader: Any, word: str) -> dict[int, int]:
        found: dict[int, int] = {}
        for tier in reversed(TIERS):  # the best tier is written last
            for term in self._terms(reader, tier, word):
                for document in reader.postings(tier, term).all_ids():
                    if document in self._numbers:
                        found[self._numbers[document]] = WEIGHTS[tier]
        return found

    @staticmethod
    def _terms(reader: Any, tier: str, word: str) -> Iterable[bytes]:
        if finds_longer(word):
            return list(reader.expand_prefix(tier, word))
        term = word.encode()
        return [term] if (tier, term) in reader else []

    def sync(self, session: Session) -> int:
        changes = session.scalar(select(LibraryTick.changes)) or 0
        if self._marked() == changes:
            return 0
        wanted = {number: words for number, words in session.execute(select(Wording.id, Wording.words))}
        there = self._there()
        gone, new = there - set(wanted), set(wanted) - there
        if gone or new:
            writer = self._index.writer(timeout=LOCK_SECONDS)
            for number in gone:
                writer.delete_by_term("wording", number)
            _write(writer, ((number, wanted[number]) for number in sorted(new)))
            writer.commit()
        self._mark(changes)
        return len(gone) + len(new)

    def rebuild(self, session: Session) -> int:
        """Readers keep the old index until the new one is whole."""
        changes = session.scalar(select(LibraryTick.changes)) or 0
        rows = [(number, words) for number, words in session.execute(select(Wording.id, Wording.words))]
        writer = self._index.writer(timeout=LOCK_SECONDS)
        _write(writer, rows)
        writer.commit(mergetype=CLEAR)
        self._mark(changes)
        return len(rows)

    def _there(self) -> set[int]:
        with self._index.reader() as reader:
            return {fields["wording"] for fields in reader.all_stored_fields()}

    def _marked(self) -> int | None:
        """The library's counter at the last finished write; None when there was none, or it was cut off."""
        try:
            return int((self._folder / MARK).read_text())
        except (OSError, ValueError):
            return None

    def _mark(self, changes: int) -> None:
        part = self._folder / f"{MARK}.part"
        part.write_text(str(changes))
        part.replace(self._folder / MARK)

    def close(self) -> None:
        with self._lock:
            if self._reader is not None:
                self._reader.close()
            self._reader = None
        self._index.close()


def _write(writer: Any, rows: Iterable[tuple[int, str]]) -> None:
    for number, words in rows:
        fields = {tier: " ".join(found) for tier, found in tiers_of(words).items()}
        writer.add_document(wording=number, **fields)
