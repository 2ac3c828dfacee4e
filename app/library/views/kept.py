"""How open pages are sent: from the cache `library.pages` where nothing changed, with validators, counted.

Only visitors without a cookie of this site get a kept page; it holds nothing about anyone.
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from hashlib import blake2b
from typing import cast

from flask import Flask, current_app, request
from flask.blueprints import BlueprintSetupState
from sqlalchemy.exc import OperationalError
from werkzeug.http import http_date
from werkzeug.wrappers import Response

from app.core.clock import SHANGHAI, local_day
from app.core.guard import Desk, Door, door
from app.library.operations import Tally, count_exposure
from app.library.queries.keeping import Keeper, Stamp
from app.library.queries.snapshot import Snapshot
from app.library.search import WordIndex, open_search
from app.library.views.front import KeptPages, keep_this, page_key

MAX_AGE = 30  # seconds; decisions 25 allow 60
TICK_HOUR = 8
PLACE = "library"
HOW = ("shows", "opens", "picks")


def stand_in_front(state: BlueprintSetupState) -> None:
    """One keeper for the application, and its cache before everything else."""
    app = cast(Flask, state.app)
    place: Door = app.extensions["door"]
    app.extensions[PLACE] = Keeper(place.db)
    app.wsgi_app = KeptPages(app, app.extensions[PLACE])  # type: ignore[method-assign]


def keeper() -> Keeper:
    return cast(Keeper, current_app.extensions[PLACE])


def search_index() -> WordIndex:
    index = current_app.extensions.get("library_search")
    if index is None:
        settings = door().house.settings
        index = current_app.extensions["library_search"] = open_search(settings.search, settings.instance)
    return cast(WordIndex, index)


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
    stamp: Stamp = (kept.changes, local_day(desk.now))
    keep_this(stamp, (how, tuple(numbers)))
    return _validated(Response(body, mimetype="text/html"), stamp, kept.tick)


def fresh(desk: Desk, kept: Snapshot, answer: Response) -> Response:
    """Validators for data that is not a page."""
    return _validated(answer, (kept.changes, local_day(desk.now)), kept.tick)


def _validated(answer: Response, stamp: Stamp, tick: date | None) -> Response:
    """The ETag decides alone: `Last-Modified` is the tick's hour and does not move with a claim."""
    etag = _etag(stamp, tick)
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


def _etag(stamp: Stamp, tick: date | None) -> str:
    """Of the tick, the day, the counter of claims and blankings, and which page it is; never of a row."""
    changes, day = stamp
    which = blake2b(page_key(request.environ).encode(), digest_size=6).hexdigest()
    return f"{tick or 0}.{day}.{changes}.{which}"


def _hour_of(tick: date) -> datetime:
    return datetime.combine(tick, time(TICK_HOUR), SHANGHAI)


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
