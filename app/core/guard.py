"""The door of every page: who asks, what for, may they. Opens the transaction and closes it."""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from flask import Flask, current_app, g, redirect, request, url_for
from flask import session as cookie
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.core import audit
from app.core.database import Database
from app.core.errors import NotAllowed, NotFound
from app.core.house import House
from app.policy.access import TABLE, Verdict
from app.policy.actors import Actor

Identify = Callable[[Session, str, datetime], Actor | None]
Touch = Callable[[Session, str, datetime], None]
COOKIE_KEY = "sid"
TOUCH_EVERY = timedelta(minutes=2)


@dataclass(frozen=True)
class Desk:
    """What a view works with: one wing's session, who asks (None for a visitor), and the time."""

    session: Session
    visitor: Actor | None
    now: datetime
    db: Database

    @property
    def actor(self) -> Actor:
        """Raises NotFound for a visitor; pages that need sign-in never get that far."""
        if self.visitor is None:
            raise NotFound
        return self.visitor


@dataclass(frozen=True)
class Door:
    """What the guard needs of an application: its wing's database, and how a cookie becomes a person."""

    house: House
    db: Database
    identify: Identify
    touch: Touch
    login_endpoint: str


def access(
    permission: str, *, subject: Callable[..., Any] | None = None
) -> Callable[[Callable[..., Any]], Any]:
    """Declares who may use a view. `subject` loads the thing from the URL: `(session, **url parts) -> thing |
    None`.

    The view is called as `view(desk, thing, **other url parts)`, or without `thing` when no loader is named.
    Raises KeyError at import for a permission that the access table does not know.
    """
    if permission not in TABLE:
        raise KeyError(f"the access table has no permission {permission!r}")

    def wrap(view: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(view)
        def guarded(**parts: Any) -> Any:
            return _serve(view, permission, subject, parts)

        guarded.access_permission = permission  # type: ignore[attr-defined]
        guarded.access_subject = subject  # type: ignore[attr-defined]
        return guarded

    return wrap


def require_declared_access(app: Flask) -> None:
    """Raises RuntimeError for a view without @access, or one with an id in its URL and no loader for it."""
    for route in app.url_map.iter_rules():
        if route.endpoint == "static" or route.endpoint.endswith(".static"):
            continue
        view: Any = app.view_functions[route.endpoint]
        permission = getattr(view, "access_permission", None)
        if permission is None:
            raise RuntimeError(f"{route.rule} ({route.endpoint}) declares no access")
        if route.arguments and view.access_subject is None and not TABLE.is_open(permission):
            raise RuntimeError(
                f"{route.rule} ({route.endpoint}) names no loader for {sorted(route.arguments)}"
            )


def door() -> Door:
    return cast(Door, current_app.extensions["door"])


def sign_cookie(secret: str) -> None:
    """A new sign-in gets a new session: nothing of the visitor's is carried over."""
    cookie.clear()
    cookie[COOKIE_KEY] = secret
    cookie.permanent = False


def _serve(
    view: Callable[..., Any], permission: str, subject: Callable[..., Any] | None, parts: dict[str, Any]
) -> Any:
    place, now = door(), door().house.clock.now()
    actor = g.actor = _who(place, now)
    if actor is None and not TABLE.is_open(permission):
        return _to_sign_in(place)
    writes = request.method not in ("GET", "HEAD") or TABLE.is_audited(permission)
    with place.db.transaction(writes=writes) as session:
        thing = _load(session, subject, parts)
        _decide(actor, permission, thing)
        if TABLE.is_audited(permission) and actor is not None and request.method == "GET":
            audit.record(session, actor=actor, verb=permission, obj=thing or request.endpoint or "", now=now)
        g.desk = Desk(session, actor, now, place.db)
        answer = view(g.desk, thing, **parts) if subject else view(g.desk, **parts)
        g.desk = None
        return answer


def _who(place: Door, now: datetime) -> Actor | None:
    secret = cookie.get(COOKIE_KEY)
    if not secret:
        return None
    with place.db.transaction(writes=False) as session:
        actor = place.identify(session, secret, now)
    last = cookie.get("seen", 0)
    if actor is not None and now.timestamp() - last > TOUCH_EVERY.total_seconds():
        with place.db.transaction() as session:
            place.touch(session, secret, now)
        cookie["seen"] = int(now.timestamp())
    return actor


def _to_sign_in(place: Door) -> Response:
    if request.path.startswith("/api/"):
        return Response('{"error":"sign in first"}', status=401, mimetype="application/json")
    onward = request.script_root + request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for(place.login_endpoint, next=onward), 302)


def _load(session: Session, subject: Callable[..., Any] | None, parts: dict[str, Any]) -> Any:
    if subject is None:
        return None
    names = list(inspect.signature(subject).parameters)[1:]
    thing = subject(session, **{name: parts.pop(name) for name in names if name in parts})
    if thing is None:
        raise NotFound
    return thing


def _decide(actor: Actor | None, permission: str, thing: Any) -> None:
    verdict = TABLE.decide(actor, permission, thing)
    if verdict is Verdict.HIDDEN:
        raise NotFound
    if verdict is Verdict.FORBIDDEN:
        raise NotAllowed
