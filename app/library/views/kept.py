"""How open pages are sent: from the cache `library.pages` where nothing changed, with validators, counted.

Only visitors without a cookie of this site get a kept page; it holds nothing about anyone.
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from hashlib import blake2b
from typing import cast

from flask import current_app, request
from sqlalchemy.exc import OperationalError
from werkzeug.http import http_date
from werkzeug.wrappers import Response

from app.core.clock import SHANGHAI, local_day
from app.core.guard import Desk, door
from app.library.operations import Tally, count_exposure
from app.library.queries.keeping import Finished, Keeper, Stamp, counter_of
from app.library.queries.snapshot import Snapshot
from app.library.search import WordIndex, open_search

MAX_AGE = 30  # seconds; decisions 25 allow 60
TICK_HOUR = 8
HOW = ("shows", "opens", "picks")


def keeper() -> Keeper:
    kept = current_app.extensions.get("library")
    if kept is None:
        kept = current_app.extensions["library"] = Keeper()
    return cast(Keeper, kept)


def search_index() -> WordIndex:
    index = current_app.extensions.get("library_search")
    if index is None:
        settings = door().house.settings
        index = current_app.extensions["library_search"] = open_search(settings.search, settings.instance)
    return cast(WordIndex, index)


def send_kept() -> Response | None:
    """Before the view: the same page under the same stamp, if it was made before."""
    if not _is_anonymous() or request.method not in ("GET", "HEAD"):
        return None
    place = door()
    with place.db.engine.connect().execution_options(jiedui_writes=False) as connection:
        changes, tick = counter_of(connection)
    page = keeper().pages.get((changes, tick, local_day(place.house.clock.now())), _key())
    if page is None:
        return None
    how, numbers = page.shown
    keeper().shown.note(how, numbers)
    return _answer(page, tick)


def send(
    desk: Desk,
    kept: Snapshot,
    body: str,
    *,
    shown: Sequence[str] = (),
    opened: Sequence[str] = (),
    picked: Sequence[str] = (),
) -> Response:
    """A page of the library. What stood on it is counted; nothing about the reader is."""
    how, numbers = next(
        (pair for pair in zip(HOW, (shown, opened, picked), strict=True) if pair[1]), ("shows", ())
    )
    keeper().shown.note(how, numbers)
    _write_counts(desk)
    if not _is_anonymous():
        return Response(body, mimetype="text/html")
    day = local_day(desk.now)
    stamp: Stamp = (kept.changes, kept.tick, day)
    page = Finished(body.encode(), _etag(stamp), (how, tuple(numbers)))
    keeper().pages.get(stamp, "")  # another stamp empties the cache
    keeper().pages.put(stamp, _key(), page)
    return _answer(page, kept.tick)


def fresh(desk: Desk, kept: Snapshot, answer: Response) -> Response:
    """Validators for data that is not a page."""
    stamp: Stamp = (kept.changes, kept.tick, local_day(desk.now))
    return _validated(answer, _etag(stamp), kept.tick)


def _answer(page: Finished, tick: date | None) -> Response:
    return _validated(Response(page.body, mimetype="text/html"), page.etag, tick)


def _validated(answer: Response, etag: str, tick: date | None) -> Response:
    """The ETag decides alone: `Last-Modified` is the tick's hour and does not move with a claim."""
    answer.set_etag(etag, weak=True)
    answer.headers["Cache-Control"] = f"public, max-age={MAX_AGE}"
    answer.headers["Vary"] = "Cookie, HX-Request"
    if tick is not None:
        answer.headers["Last-Modified"] = http_date(_hour_of(tick))
    if request.if_none_match.contains_weak(etag):
        answer.status_code = 304
        answer.set_data(b"")
        answer.headers.pop("Content-Length", None)
    return answer


def _etag(stamp: Stamp) -> str:
    """Of the tick, the day, the counter of claims and blankings, and which page it is; never of a row."""
    changes, tick, day = stamp
    which = blake2b(_key().encode(), digest_size=6).hexdigest()
    return f"{tick or 0}.{day}.{changes}.{which}"


def _hour_of(tick: date) -> datetime:
    return datetime.combine(tick, time(TICK_HOUR), SHANGHAI)


def _key() -> str:
    """What the page depends on beside the stamp."""
    part = "part" if request.headers.get("HX-Request") == "true" else "whole"
    restored = "restored" if "HX-History-Restore-Request" in request.headers else ""
    elder = "elder" if request.cookies.get("elder") == "1" else ""
    query = request.query_string.decode("latin-1")
    return f"{part}{restored} {elder} {request.path}?{query}"


def _is_anonymous() -> bool:
    return current_app.config["SESSION_COOKIE_NAME"] not in request.cookies


def _write_counts(desk: Desk) -> None:
    """Now and then what was counted goes to the database, in a transaction of its own; a busy one is left
    alone."""
    counter = keeper().shown
    if not counter.due():
        return
    counts = counter.take()
    tallies: dict[str, Tally] = {}
    for (number, how), n in counts.items():
        tally = tallies.setdefault(number, Tally())
        setattr(tally, how, getattr(tally, how) + n)
    try:
        with desk.db.transaction() as session:
            count_exposure(session, tallies, day=local_day(desk.now))
    except OperationalError:
        counter.give_back(counts)
