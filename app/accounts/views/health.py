"""Is the process up, can it serve, how is it doing. `/metrics` answers on loopback or with a token (decisions
8)."""

import hmac

from flask import Blueprint, Response, request
from sqlalchemy import func, select, text

from app.core.errors import NotFound
from app.core.guard import Desk, access, door
from app.core.outbox import OfficeLetter, PublicLetter

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@access("health.check")
def healthz(desk: Desk) -> Response:
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
@access("health.check")
def readyz(desk: Desk) -> Response:
    desk.session.execute(text("SELECT 1 FROM alembic_version"))
    return Response("ready\n", mimetype="text/plain")


@blueprint.get("/metrics")
@access("health.check")
def metrics(desk: Desk) -> Response:
    wanted = door().house.settings.metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    local = request.remote_addr in ("127.0.0.1", "::1")
    if not local and not (wanted and hmac.compare_digest(wanted, given)):
        raise NotFound
    letter = OfficeLetter if desk.db.wing == "office" else PublicLetter
    waiting = desk.session.scalar(select(func.count()).where(letter.delivered_at.is_(None))) or 0
    tried = (
        desk.session.scalar(select(func.count()).where(letter.delivered_at.is_(None), letter.tries > 0)) or 0
    )
    body = f'jiedui_letters_waiting{{wing="{desk.db.wing}"}} {waiting}\n'
    body += f'jiedui_letters_failing{{wing="{desk.db.wing}"}} {tried}\n'
    return Response(body, mimetype="text/plain")
