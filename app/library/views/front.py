"""The cache `library.pages` stands in front of the application: a kept page needs one look at the counter of
changes, and nothing else.

A page is kept with the headers that it was sent with; its view marks it (`keep_this`). Only visitors without
a cookie of this site are served from here.
"""

import logging
import secrets
from collections.abc import Iterable
from typing import Any

from flask import Flask, request

from app.core.clock import local_day
from app.core.guard import Door
from app.library.queries.keeping import Finished, Keeper, Shown, Stamp, changes_now

log = logging.getLogger(__name__)
MARK = "library.page"
Environ = dict[str, Any]


def keep_this(stamp: Stamp, shown: Shown) -> None:
    """Called by a view: this answer may be given again under the same stamp; each time it counts `shown`."""
    request.environ[MARK] = (stamp, shown)


class KeptPages:
    """WSGI middleware of the public application."""

    def __init__(self, app: Flask, keeper: Keeper) -> None:
        self._app, self._inner, self._keeper = app, app.wsgi_app, keeper
        self._cookie = app.config["SESSION_COOKIE_NAME"] + "="

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or self._cookie in environ.get("HTTP_COOKIE", ""):
            return self._inner(environ, start_response)
        key = page_key(environ)
        if self._keeper.pages.has(key) and not self._keeper.shown.due():  # else the view writes the counts
            page = self._keeper.pages.get(self._stamp(), key)
            if page is not None:
                return self._again(page, environ, start_response)
        return self._first(key, environ, start_response)

    def _stamp(self) -> Stamp:
        place: Door = self._app.extensions["door"]
        return changes_now(place.db.engine), local_day(place.house.clock.now())

    def _again(self, page: Finished, environ: Environ, start_response: Any) -> Iterable[bytes]:
        self._keeper.shown.note(*page.shown)
        unchanged = page.etag in environ.get("HTTP_IF_NONE_MATCH", "")
        status = "304 NOT MODIFIED" if unchanged else "200 OK"
        log.info("request id=%s endpoint=%s status=%s", secrets.token_hex(4).upper(), MARK, status[:3])
        start_response(status, [h for h in page.headers if not (unchanged and h[0] == "Content-Length")])
        return () if unchanged or environ["REQUEST_METHOD"] == "HEAD" else (page.body,)

    def _first(self, key: str, environ: Environ, start_response: Any) -> Iterable[bytes]:
        told: list[Any] = []

        def listen(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            told.append((status, headers))
            return start_response(status, headers, *rest)

        answer = self._inner(environ, listen)
        if MARK not in environ or environ["REQUEST_METHOD"] != "GET" or not told:
            return answer
        status, headers = told[-1]
        if not status.startswith("200") or any(name == "Set-Cookie" for name, _ in headers):
            return answer
        body = b"".join(answer)
        _close(answer)
        stamp, shown = environ[MARK]
        etag = next((value for name, value in headers if name == "ETag"), "")
        self._keeper.pages.put(stamp, key, Finished(body, etag, list(headers), shown))
        return (body,)


def _close(answer: Iterable[bytes]) -> None:
    close = getattr(answer, "close", None)
    if close is not None:
        close()


def page_key(environ: Environ) -> str:
    """What a page depends on beside the stamp."""
    part = environ.get("HTTP_HX_REQUEST", "") + environ.get("HTTP_HX_HISTORY_RESTORE_REQUEST", "")
    elder = "elder=1" in environ.get("HTTP_COOKIE", "")
    return f"{part} {elder} {environ['PATH_INFO']}?{environ.get('QUERY_STRING', '')}"
