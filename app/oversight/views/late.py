"""All that is past its time in one reach, the longest first."""

from flask import render_template, request

from app.core.guard import Desk, access
from app.core.paging import Page
from app.oversight.queries.late import Late, late_in
from app.oversight.views.room import blueprint
from app.policy.regions import children

SIZE = 20


@blueprint.get("/late")
@access("late.see")
def late(desk: Desk) -> str:
    places = children(desk.actor.area)
    place = request.args.get("place", "")
    place = place if place in {p.code for p in places} else ""
    found = late_in(desk.session, place or desk.actor.area, desk.now)
    return render_template(
        "oversight/late.html",
        page=_page_of(found, request.args.get("page", 1, type=int)),
        place=place,
        places=places,
    )


def _page_of(rows: list[Late], number: int) -> Page:
    number = min(max(1, number), max(1, -(-len(rows) // SIZE)))
    return Page(rows[(number - 1) * SIZE : number * SIZE], number, SIZE, len(rows))
