"""What one process keeps of the library between requests: the snapshot, finished pages, and counts of what
was shown.

The library's counter of changes empties it all: every claim and every blanking moves the counter, in whatever
process.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.core.database import Database
from app.library.models import LibraryTick
from app.library.queries.snapshot import Snapshot, stepped, taken, until_read_anew

PAGES_KEPT = 400
LARGE = 20_000  # cards from which on a new week's shelf is read beside the requests
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


Start = Callable[[Callable[[], Snapshot]], "Future[Snapshot]"]


def in_a_thread(read: Callable[[], Snapshot]) -> "Future[Snapshot]":
    """Started at once, waited for by nobody: a process that ends does not mind it."""
    promise: Future[Snapshot] = Future()

    def run() -> None:
        try:
            promise.set_result(read())
        except Exception as error:  # whoever asks next reads for itself, and hears of it there
            promise.set_exception(error)

    threading.Thread(target=run, name="library.shelf", daemon=True).start()
    return promise


class Keeper:
    """One for each process of the public side. With a database of its own it reads a large shelf beside the
    requests, and shows the old arrays until the new ones are there."""

    def __init__(self, db: Database | None = None, *, start: Start = in_a_thread, large: int = LARGE) -> None:
        self.pages = PageCache()
        self.shown = ShowCounter()
        self._db, self._start, self._large = db, start, large
        self._lock = threading.Lock()
        self._shelf: Snapshot | None = None
        self._reading: Future[Snapshot] | None = None

    def prepare(self) -> None:
        """Reads the shelf before anybody asks for it."""
        with self._lock:
            if self._db is not None and self._shelf is None and self._reading is None:
                self._reading = self._start(self._read)

    def shelf(self, session: Session) -> Snapshot:
        """The shelf as the database has it now. One query when nothing changed."""
        changes, tick = counter_of(session)
        kept = self._shelf
        if kept is not None and kept.changes == changes:
            return kept
        with self._lock:
            kept = self._shelf = self._prepared() or self._shelf
            if kept is None or kept.changes > changes:
                kept = taken(session, changes=changes, tick=tick)
            elif kept.changes < changes:
                step = stepped(session, kept, changes=changes, tick=tick)
                if step is None and self._db is not None and len(kept) >= self._large:
                    self._reading = self._reading or self._start(self._read)
                    return until_read_anew(session, kept)
                kept = step or taken(session, changes=changes, tick=tick)
            self._shelf = kept
        return kept

    def _prepared(self) -> Snapshot | None:
        """What was read meanwhile; waited for where there is nothing else to show."""
        reading = self._reading
        if reading is None or not (reading.done() or self._shelf is None):
            return None
        self._reading = None
        wait([reading])
        return None if reading.exception() is not None else reading.result()

    def _read(self) -> Snapshot:
        if self._db is None:
            raise LookupError("no database to read from")
        with self._db.transaction(writes=False) as session:
            changes, tick = counter_of(session)
            return taken(session, changes=changes, tick=tick)


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
