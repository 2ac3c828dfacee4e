"""Open data: the public table as JSON and CSV, read only, described by `/api/v1/openapi.json`."""

import csv
import io
from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from app.core.errors import BadInput, NotFound
from app.core.guard import Desk, access
from app.core.messages import msg
from app.library.queries import (
    EXPORT_COLUMNS,
    card_by_number,
    cohort_by_certificate,
    export_row,
    export_rows,
    signing_keys,
    weeks_kept,
)
from app.library.views.certificates import statement_of
from app.library.views.dictionary import COLUMNS, FILTERS, openapi_document
from app.library.views.kept import fresh, keeper
from app.policy.catalogue import export_rows as catalogue_rows

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
PAGE = 100
MOST_PER_PAGE = 1000


@blueprint.after_request
def open_to_all(answer: Response) -> Response:
    """Public data may be read from any page."""
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


@blueprint.get("/projects")
@access("card.browse")
def projects(desk: Desk) -> Response:
    rows = [r for r in export_rows(desk.session, _week(desk)) if _passes(r)]
    size = min(max(1, request.args.get("size", PAGE, type=int)), MOST_PER_PAGE)
    page = max(1, request.args.get("page", 1, type=int))
    cut = rows[(page - 1) * size : page * size]
    return _sent(desk, jsonify(total=len(rows), page=page, size=size, projects=[_plain(r) for r in cut]))


@blueprint.get("/projects/<project_id>")
@access("card.browse")
def project(desk: Desk, project_id: str) -> Response:
    card = card_by_number(desk.session, project_id)
    if card is None:
        raise NotFound
    shelf = keeper().shelf(desk.session)
    row = _plain(export_row(card, shelf.tick))
    return _sent(desk, jsonify({**row, "certificate": card.cohort.certificate_no}))


@blueprint.get("/projects.csv")
@access("card.browse")
def projects_csv(desk: Desk) -> Response:
    rows = export_rows(desk.session, _week(desk))
    return _csv(desk, "projects.csv", EXPORT_COLUMNS, (r for r in rows if _passes(r)))


@blueprint.get("/weeks")
@access("card.browse")
def weeks(desk: Desk) -> Response:
    return _sent(desk, jsonify(weeks=[day.isoformat() for day in weeks_kept(desk.session)]))


@blueprint.get("/catalogue")
@access("card.browse")
def catalogue(desk: Desk) -> Response:
    return _sent(desk, jsonify(items=catalogue_rows()))


@blueprint.get("/catalogue.csv")
@access("card.browse")
def catalogue_csv(desk: Desk) -> Response:
    rows = catalogue_rows()
    return _csv(desk, "catalogue.csv", list(rows[0]), rows)


@blueprint.get("/dictionary")
@access("card.browse")
def dictionary(desk: Desk) -> Response:
    told = [{"column": c.name, "meaning": c.meaning, "values": list(c.values)} for c in COLUMNS]
    return _sent(desk, jsonify(columns=told))


@blueprint.get("/certificates/<number>")
@access("card.browse")
def certificate(desk: Desk, number: str) -> Response:
    cohort = cohort_by_certificate(desk.session, number)
    if cohort is None:
        raise NotFound
    return _sent(desk, jsonify(statement_of(desk.session, cohort)))


@blueprint.get("/keys")
@access("card.browse")
def keys(desk: Desk) -> Response:
    """The public keys as JSON Web Keys (RFC 7517, RFC 8037)."""
    found = [
        {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": k.key_id, "x": k.public_key}
        for k in signing_keys(desk.session)
    ]
    return _sent(desk, jsonify(keys=found))


@blueprint.get("/openapi.json")
@access("card.browse")
def openapi(desk: Desk) -> Response:
    return _sent(desk, jsonify(openapi_document()))


def _week(desk: Desk) -> date | None:
    """The week that is asked for; None for now.

    Raises BadInput for what is no date, NotFound for a week without a tick.
    """
    text = request.args.get("week")
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(msg("week 要写成 2026-11-23 这样的日期。")) from error
    if day not in weeks_kept(desk.session):
        raise NotFound
    return day


def _passes(row: dict[str, object]) -> bool:
    return all(str(row[n]) in request.args.getlist(n) for n in FILTERS if n in request.args)


def _plain(row: dict[str, object]) -> dict[str, object]:
    """In JSON an empty cell is null."""
    return {name: None if value == "" else value for name, value in row.items()}


def _csv(desk: Desk, name: str, columns: list[str], rows: Iterable[dict[str, Any]]) -> Response:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    answer = Response(text.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return _sent(desk, answer)


def _sent(desk: Desk, answer: Any) -> Response:
    return fresh(desk, keeper().shelf(desk.session), answer)
