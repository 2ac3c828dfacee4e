"""The certificate of anonymity: for people to read, for machines to check."""

from typing import Any

from flask import jsonify, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.core.guard import Desk, access
from app.core.sealing import BadSeal, opened
from app.library.models import RETIRED, ShelfCohort
from app.library.queries import cohort_by_certificate, places_of, signing_keys
from app.library.views.kept import fresh, keeper, send
from app.library.views.shelf import blueprint

JSON = ".json"
NONE = "-"


@blueprint.get("/verify")
@access("card.browse")
def look_up(desk: Desk) -> Response:
    typed = request.args.get("no", "").strip().upper()[:20]
    return redirect(url_for("library.verify", certificate=typed or NONE), 303)


@blueprint.get("/verify/<certificate>")
@access("card.browse")
def verify(desk: Desk, certificate: str) -> Response | tuple[Response, int]:
    """A page; with `.json` at the end, or where JSON is asked for, the signed form."""
    number, wants_json = certificate.removesuffix(JSON), certificate.endswith(JSON) or _prefers_json()
    cohort = cohort_by_certificate(desk.session, number)
    kept = keeper().shelf(desk.session)
    if wants_json:
        if cohort is None:
            return jsonify(error={"status": 404, "message": "没有这张证书"}), 404
        return fresh(desk, kept, jsonify(statement_of(desk.session, cohort)))
    known, keys = number != NONE, signing_keys(desk.session)
    body = render_template(
        "library/verify.html",
        cohort=cohort,
        number=number.upper()[:20] if known else "",
        asked=known,
        signed=cohort is not None and _signed_by(cohort, keys) is not None,
        keys=keys,
        places=places_of(desk.session, cohort) if cohort is not None else [],
    )
    return send(desk, kept, body)


def statement_of(session: Session, cohort: ShelfCohort) -> dict[str, Any]:
    """What is guaranteed, in words of the office, and its signature."""
    keys = {k.key_id: k for k in signing_keys(session)}
    signed = _signed_by(cohort, list(keys.values()))
    plain = {
        "cohort_id": cohort.cohort_id,
        "label": cohort.label.as_dict(),
        "certificate": cohort.certificate,
        "tick": cohort.tick.isoformat(),
        "published_month": cohort.published_month,
    }
    statement, key_id = signed if signed is not None else (plain, None)
    return {
        "statement": statement,
        "retired": cohort.absence == RETIRED,
        "jws": cohort.jws if signed is not None else None,
        "key_id": key_id,
    }


def _signed_by(cohort: ShelfCohort, keys: list[Any]) -> tuple[dict[str, Any], str] | None:
    """The signed statement with the key that opens it; None where there is no signature that holds."""
    for key in keys if cohort.jws else ():
        try:
            return opened(str(cohort.jws), key.public_key), key.key_id
        except BadSeal:
            continue
    return None


def _prefers_json() -> bool:
    accepts = request.accept_mimetypes
    return accepts["application/json"] > accepts["text/html"]
