"""Pages of plain words: how pairing goes, how privacy is kept, open data, accessibility, elder mode."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.core.clock import local_day
from app.core.guard import Desk, access
from app.library.queries import parameters_at, weeks_kept
from app.library.views.dictionary import COLUMNS, FILTERS
from app.library.views.kept import keeper, send
from app.library.views.shelf import blueprint

ELDER_SECONDS = 365 * 86400
PLAIN = ("library.home", "library.index", "library.guide", "library.privacy", "library.data")
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


@blueprint.get("/guide")
@access("card.browse")
def guide(desk: Desk) -> Response:
    keys = ("hold_lapse_days", "pledge_max_days", "check_valid_months")
    numbers = parameters_at(desk.session, keys, local_day(desk.now))
    return _plain(desk, "library/guide.html", **numbers)


@blueprint.get("/privacy")
@access("card.browse")
def privacy(desk: Desk) -> Response:
    keys = ("k_publish", "min_register_households", "min_distinct_types", "small_number_public")
    return _plain(desk, "library/privacy.html", **parameters_at(desk.session, keys, local_day(desk.now)))


@blueprint.get("/data")
@access("card.browse")
def data(desk: Desk) -> Response:
    return _plain(
        desk, "library/data.html", columns=COLUMNS, filters=FILTERS, weeks=weeks_kept(desk.session)[:12]
    )


@blueprint.get("/accessibility")
@access("card.browse")
def accessibility(desk: Desk) -> Response:
    return _plain(desk, "library/accessibility.html")


def _plain(desk: Desk, template: str, **values: object) -> Response:
    return send(desk, keeper().shelf(desk.session), render_template(template, **values))


@blueprint.get("/elder")
@access("card.browse")
def elder(desk: Desk) -> Response:
    """Turns the large view on or off for this browser."""
    answer = redirect("/", 303)
    value = "0" if request.cookies.get("elder") == "1" else "1"
    answer.set_cookie("elder", value, max_age=ELDER_SECONDS, samesite="Lax", path="/")
    return answer


@blueprint.get("/robots.txt")
@access("card.browse")
def robots(desk: Desk) -> Response:
    """Single projects stay out of other people's indexes: there a withdrawn one would live on."""
    lines = ["User-agent: *"]
    lines += [
        f"Disallow: {path}" for path in ("/library/", "/my", "/office", "/login", "/register", "/elder")
    ]
    lines.append(f"Sitemap: {url_for('library.sitemap', _external=True)}")
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


@blueprint.get("/sitemap.xml")
@access("card.browse")
def sitemap(desk: Desk) -> Response:
    """Only pages that stay; their date is the tick's (publication gate, rule 9)."""
    tick = keeper().shelf(desk.session).tick
    changed = f"<lastmod>{tick.isoformat()}</lastmod>" if tick else ""
    rows = "".join(
        f"<url><loc>{url_for(endpoint, _external=True)}</loc>{changed}</url>" for endpoint in PLAIN
    )
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{SITEMAP}">{rows}</urlset>\n'
    return Response(text, mimetype="application/xml")
