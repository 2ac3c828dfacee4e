"""Pages of plain words: how pairing goes, how privacy is kept, accessibility, elder mode, certificates."""

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from app.core.guard import Desk, access
from app.library.queries import cohort_by_certificate
from app.library.views.shelf import blueprint


@blueprint.get("/guide")
@access("card.browse")
def guide(desk: Desk) -> str:
    return render_template("library/guide.html")


@blueprint.get("/privacy")
@access("card.browse")
def privacy(desk: Desk) -> str:
    return render_template("library/privacy.html")


@blueprint.get("/accessibility")
@access("card.browse")
def accessibility(desk: Desk) -> str:
    return render_template("library/accessibility.html")


@blueprint.get("/elder")
@access("card.browse")
def elder(desk: Desk) -> Response:
    """Turns the large view on or off for this browser."""
    answer = redirect("/", 303)
    value = "0" if request.cookies.get("elder") == "1" else "1"
    answer.set_cookie("elder", value, max_age=31536000, samesite="Lax", path="/")
    return answer


@blueprint.get("/verify")
@access("card.browse")
def look_up(desk: Desk) -> Response:
    return redirect("/verify/" + (request.args.get("no", "").strip() or "-"), 303)


@blueprint.get("/verify/<certificate>")
@access("card.browse")
def verify(desk: Desk, certificate: str) -> str:
    cohort = cohort_by_certificate(desk.session, certificate)
    return render_template("library/verify.html", cohort=cohort, number=certificate.upper()[:20])


@blueprint.get("/robots.txt")
@access("card.browse")
def robots(desk: Desk) -> Response:
    return Response(
        "User-agent: *\nDisallow: /library/\nDisallow: /my\nDisallow: /office\n", mimetype="text/plain"
    )
