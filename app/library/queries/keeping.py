"""What one process keeps of the library between requests: the snapshot, finished pages, and counts of what
was shown.

The library's counter of changes empties it all: every claim and every blanking moves the counter, in whatever
process.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.library.models import LibraryTick
from app.library.queries.snapshot import Snapshot, refreshed, taken

PAGES_KEPT = 400
FLUSH_SECONDS, FLUSH_COUNT = 20.0, 2000

Stamp = tuple[int, date]  # the counter of changes (ticks move it, too) and the day
Shown = tuple[str, tuple[str, ...]]  # how, and which cards


@dataclass(frozen=True)
class Finished:
    """A page as it was sent, its validator and headers, and what it counts each time."""

    body: bytes
    etag: str
    headers: list[tuple[str, str]]
    shown: Shown


class PageCache:
    """The named cache `library.pages`: anonymous pages under one stamp of changes and day.

    Another stamp empties it.
    """

    name = "library.pages"

    def __init__(self, size: int = PAGES_KEPT) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._stamp: Stamp | None = None
        self._pages: OrderedDict[str, Finished] = OrderedDict()

    def get(self, stamp: Stamp, key: str) -> Finished | None:
        with self._lock:
            if stamp != self._stamp:
                self._pages.clear()
                self._stamp = stamp
                return None
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
            return page

    def has(self, key: str) -> bool:
        """Whether it is worth asking for the stamp."""
        return key in self._pages

    def put(self, stamp: Stamp, key: str, page: Finished) -> None:
        with self._lock:
            if stamp != self._stamp:
                self._pages.clear()
                self._stamp = stamp
            self._pages[key] = page
            while len(self._pages) > self._size:
                self._pages.popitem(last=False)

    def __len__(self) -> int:
        return len(self._pages)


class ShowCounter:
    """Adds up, in memory, what was shown; now and then somebody takes the sum to the database.

    A process that is killed loses what it counted in the last seconds: the figures steer fairness, they prove
    nothing.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._lock = threading.Lock()
        self._clock = monotonic
        self._since = monotonic()
        self._counts: dict[tuple[str, str], int] = {}

    def note(self, how: str, numbers: Iterable[str]) -> None:
        """`how`: shows, opens or picks."""
        with self._lock:
            for number in numbers:
                self._counts[(number, how)] = self._counts.get((number, how), 0) + 1

    def due(self) -> bool:
        old = self._clock() - self._since > FLUSH_SECONDS
        return bool(self._counts) and (old or len(self._counts) > FLUSH_COUNT)

    def take(self) -> dict[tuple[str, str], int]:
        """(number, how) → times; the counter starts again from nothing."""
        with self._lock:
            counts, self._counts = self._counts, {}
            self._since = self._clock()
            return counts

    def give_back(self, counts: dict[tuple[str, str], int]) -> None:
        """What could not be written is kept for the next time."""
        with self._lock:
            for key, n in counts.items():
                self._counts[key] = self._counts.get(key, 0) + n


class Keeper:
    """One for each process of the public side."""

    def __init__(self) -> None:
        self.pages = PageCache()
        self.shown = ShowCounter()
        self._lock = threading.Lock()
        self._shelf: Snapshot | None = None

    def shelf(self, session: Session) -> Snapshot:
        """The shelf as the database has it now. One query when nothing changed."""
        changes, tick = counter_of(session)
        kept = self._shelf
        if kept is not None and kept.changes == changes:
            return kept
        with self._lock:
            kept = self._shelf
            if kept is None or kept.changes > changes:
                kept = taken(session, changes=changes, tick=tick)
            elif kept.changes < changes:
                kept = refreshed(session, kept, changes=changes, tick=tick)
            self._shelf = kept
        return kept


def changes_now(engine: Engine) -> int:
    """The counter alone, without the ceremony of a session: this is asked for every kept page."""
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("SELECT changes FROM library_tick WHERE id = 1")
        row = cursor.fetchone()
        cursor.close()
        return int(row[0]) if row is not None else 0
    finally:
        connection.close()


_COUNTER = select(LibraryTick.changes, LibraryTick.tick).where(LibraryTick.id == 1)


def counter_of(session: Session) -> tuple[int, date | None]:
    """(changes so far, last tick); (0, None) before the first."""
    row = session.execute(_COUNTER).first()
    return (row[0], row[1]) if row is not None else (0, None)
