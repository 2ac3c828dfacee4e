"""What every page of a side shares: template globals, filters, headers, languages, and the pages that say
no."""

import logging
import secrets
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from flask import Flask, Response, current_app, g, jsonify, render_template, request
from flask_babel import Babel, gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from app.config import Settings
from app.core.clock import SHANGHAI
from app.core.errors import Refusal
from app.core.icons import icon_svg
from app.core.messages import Message, msg
from app.core.money import yuan
from app.core.states import Machine
from app.policy.access import Verdict, decide
from app.policy.actors import ROLE_LABELS
from app.policy.lists import URGENCY
from app.policy.regions import display_name

log = logging.getLogger(__name__)
Headers = dict[str, str]
STALE = msg("别人刚刚改过这一页。请刷新后再看，你的改动还没有写进去。")
OUTDATED = msg("这一页放得太久了，没有写进去。请返回上一页刷新，再交一次。")
CSP = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)


def prepare_pages(app: Flask, settings: Settings, *, wing: str) -> None:
    Babel(app, default_locale="zh_Hans_CN", default_timezone="Asia/Shanghai")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        icon_svg=icon_svg, may=_may, steps=_steps, role_labels=ROLE_LABELS, settings=settings, wing=wing
    )
    app.jinja_env.filters.update(
        yuan=yuan, day=_day, moment=_moment, urgency_word=_urgency_word, place=display_name, say=translate
    )
    app.context_processor(_context)
    app.before_request(_number_request)
    app.after_request(_headers)
    _answer_errors(app, wing)


def translate(message: Message | str) -> str:
    """A message in the reader's language, with its values filled in."""
    if not isinstance(message, Message):
        return str(message)
    text: str = gettext(message.text)
    return text.format(**message.values) if message.values else text


def _may(permission: str, subject: Any = None) -> bool:
    return decide(g.get("actor"), permission, subject) is Verdict.ALLOW


def _steps(machine: Machine, thing: Any) -> list[Any]:
    return machine.open_to(g.actor, thing) if g.get("actor") else []


def _day(value: date | datetime | None) -> str:
    if value is None:
        return "—"
    if isinstance(value, datetime):
        value = value.astimezone(SHANGHAI).date()
    return f"{value.year} 年 {value.month} 月 {value.day} 日"


def _moment(value: datetime | None) -> str:
    if value is None:
        return "—"
    local = value.astimezone(SHANGHAI)
    return f"{local.month} 月 {local.day} 日 {local:%H:%M}"


def _urgency_word(code: str) -> str:
    return str(URGENCY.get(code, code))


def _context() -> dict[str, Any]:
    actor = g.get("actor")
    menu = current_app.extensions.get("menu")
    return {
        "actor": actor,
        "now": current_app.extensions["door"].house.clock.now(),
        "menu": menu(actor) if menu and actor else [],
        "elder": request.cookies.get("elder") == "1",
    }


def _number_request() -> None:
    g.request_id = secrets.token_hex(4).upper()


def _headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", CSP)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    log.info(
        "request id=%s endpoint=%s status=%s", g.get("request_id"), request.endpoint, response.status_code
    )
    return response


def _answer_errors(app: Flask, wing: str) -> None:
    """One page for all of them: what happened, what to do next. Absent and hidden look alike."""

    def answering(judge: Callable[[Any], tuple[int, Message]]) -> Callable[[Any], tuple[Any, int, Headers]]:
        return lambda error: _refusal_page(wing, *judge(error))

    app.register_error_handler(Refusal, answering(lambda e: (e.status, e.message)))
    app.register_error_handler(StaleDataError, answering(lambda _: (409, STALE)))
    app.register_error_handler(CSRFError, answering(lambda _: (400, OUTDATED)))
    app.register_error_handler(OperationalError, answering(_busy))
    app.register_error_handler(HTTPException, answering(_http))
    app.register_error_handler(Exception, answering(_broken))


def _refusal_page(wing: str, status: int, message: Message) -> tuple[Any, int, Headers]:
    headers = {"Retry-After": "60"} if status == 503 else {}
    if request.path.startswith("/api/"):
        return jsonify(error={"status": status, "message": translate(message)}), status, headers
    htmx = request.headers.get("HX-Request") == "true"
    template = "errors/_refusal.html" if htmx else "errors/refusal.html"
    body = render_template(template, base=f"base_{wing}.html", status=status, message=translate(message))
    return body, status, headers


def _busy(error: OperationalError) -> tuple[int, Message]:
    """The database is locked, starting or out of reach: nothing was written."""
    log.error("database_out id=%s error=%s", g.get("request_id"), type(error.orig).__name__)
    return 503, msg("眼下忙不过来，没有写进去。你写的还在，1 分钟后再试。")


def _http(error: HTTPException) -> tuple[int, Message]:
    return error.code or 500, _http_message(error.code or 500)


def _broken(error: Exception) -> tuple[int, Message]:
    log.error("unhandled id=%s error=%s", g.get("request_id"), type(error).__name__, exc_info=error)
    number = g.get("request_id")
    return 500, msg("没办成，是我们这边出了问题。过 1 分钟再试；还不行，请报编号 {n}。", n=number)


def _http_message(code: int) -> Message:
    if code == 404:
        return msg("没有找到这一页。它可能已经移走，或者不在你的范围内。")
    if code == 405:
        return msg("这个地址不能这样打开。请从页面上的按钮进来。")
    if code == 413:
        return msg("文件太大了，最多 24 MB。请分开上传。")
    return msg("这次没有办成（{code}）。请返回上一页再试。", code=code)
