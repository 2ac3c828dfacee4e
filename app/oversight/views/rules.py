"""The numbers of policy in force, read only: what they are, since when, and where they come from."""

from flask import render_template

from app.core.clock import local_day
from app.core.guard import Desk, access
from app.oversight.queries.rules import rules_on
from app.oversight.views.room import blueprint


@blueprint.get("/rules")
@access("rules.see")
def rules(desk: Desk) -> str:
    return render_template("oversight/rules.html", groups=rules_on(local_day(desk.now), desk.actor.county))
