"""Open data: the public table as JSON and CSV, read only, described by `/api/v1/openapi.json`."""

import csv
import io
from typing import Any

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from app.core.errors import NotFound
from app.core.guard import Desk, access
from app.library.queries import EXPORT_COLUMNS, export_rows, tick_of

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
PAGE = 100
_TEXT = {"type": "string"}


@blueprint.get("/projects")
@access("card.browse")
def projects(desk: Desk) -> Response:
    """Filters: status, kind, urgency, region_label. 100 a page."""
    rows = export_rows(desk.session, None)
    for name in ("status", "kind", "urgency", "region_label", "need_item"):
        wanted = request.args.get(name)
        if wanted:
            rows = [r for r in rows if r[name] == wanted]
    page = max(1, request.args.get("page", 1, type=int))
    cut = rows[(page - 1) * PAGE : page * PAGE]
    return _fresh(desk, jsonify(total=len(rows), page=page, size=PAGE, projects=cut))


@blueprint.get("/projects/<project_id>")
@access("card.browse")
def project(desk: Desk, project_id: str) -> Response:
    for row in export_rows(desk.session, None):
        if row["project_id"] == project_id.upper():
            return _fresh(desk, jsonify(row))
    raise NotFound


@blueprint.get("/projects.csv")
@access("card.browse")
def projects_csv(desk: Desk) -> Response:
    text = io.StringIO()
    writer = csv.DictWriter(text, EXPORT_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(export_rows(desk.session, None))
    answer = Response(text.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = "attachment; filename=projects.csv"
    return _fresh(desk, answer)


@blueprint.get("/openapi.json")
@access("card.browse")
def openapi(desk: Desk) -> Response:
    return jsonify(_document())


def _fresh(desk: Desk, answer: Any) -> Response:
    tick = tick_of(desk.session)
    answer.set_etag(f"{tick.tick}-{tick.changes}", weak=True)
    answer.headers["Cache-Control"] = "public, max-age=60"
    result: Response = answer.make_conditional(request)
    return result


def _document() -> dict[str, Any]:
    row = {"type": "object", "properties": {name: _TEXT for name in EXPORT_COLUMNS}}
    filters = [
        {"name": n, "in": "query", "schema": _TEXT}
        for n in ("status", "kind", "urgency", "region_label", "need_item")
    ]
    page = {"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1}}
    listing = {
        "type": "object",
        "properties": {
            "total": {"type": "integer"},
            "page": {"type": "integer"},
            "size": {"type": "integer"},
            "projects": {"type": "array", "items": {"$ref": "#/components/schemas/Project"}},
        },
    }
    number = {"name": "project_id", "in": "path", "required": True, "schema": _TEXT}
    return {
        "openapi": "3.1.0",
        "info": {"title": "结对 · 需求项目库", "version": "1", "license": {"name": "CC BY 4.0"}},
        "paths": {
            "/api/v1/projects": {
                "get": {
                    "summary": "All published projects",
                    "parameters": [*filters, page],
                    "responses": {"200": _answer("The table, 100 rows a page", listing)},
                }
            },
            "/api/v1/projects/{project_id}": {
                "get": {
                    "summary": "One project",
                    "parameters": [number],
                    "responses": {
                        "200": _answer("The row", {"$ref": "#/components/schemas/Project"}),
                        "404": {"description": "No such project"},
                    },
                }
            },
            "/api/v1/projects.csv": {
                "get": {
                    "summary": "The whole table as CSV",
                    "responses": {"200": {"description": "CSV", "content": {"text/csv": {"schema": _TEXT}}}},
                }
            },
        },
        "components": {"schemas": {"Project": row}},
    }


def _answer(text: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": text, "content": {"application/json": {"schema": schema}}}


PUBLIC = (blueprint,)
