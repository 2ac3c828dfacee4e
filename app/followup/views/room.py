"""The blueprint that the room's pages hang on, and what they share."""

from datetime import date

from flask import Blueprint, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.accounts.models.office import Post
from app.accounts.queries.colleagues import visitors_of

blueprint = Blueprint("followup", __name__, url_prefix="/followup")
Answer = str | Response | tuple[str, int]


def go(endpoint: str, message: str, **parts: object) -> Response:
    """To a page of the room, with what was done."""
    flash(message)
    return redirect(url_for(f"followup.{endpoint}", **parts), 303)  # type: ignore[arg-type]


def asked(name: str, allowed: tuple[str, ...]) -> str:
    """A filter of the address: one of the known values, else the first."""
    value = request.args.get(name, "")
    return value if value in allowed else allowed[0]


def number(name: str = "page") -> int:
    return request.args.get(name, 1, type=int)


def others_who_confirm(session: Session, village: str, day: date, taken: set[str | None]) -> list[Post]:
    """Colleagues of the village and its township who had no part in it."""
    return [p for p in visitors_of(session, village, day) if p.officer.person_key not in taken]
