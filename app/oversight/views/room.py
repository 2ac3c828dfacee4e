"""The blueprint that these pages hang on, and how they find the pages of other rooms."""

from typing import Any

from flask import Blueprint, current_app, g, url_for
from werkzeug.routing import BuildError

from app.policy.access import TABLE

blueprint = Blueprint("oversight", __name__)


@blueprint.app_template_global()
def door_to(endpoint: str, args: dict[str, Any] | None = None) -> str:
    """The address of a page, or "" where this site has no such page or the reader's role has no way into it:
    its link is left out then."""
    view: Any = current_app.view_functions.get(endpoint)
    actor = g.get("actor")
    if view is None or actor is None or not TABLE.is_for(actor, view.access_permission):
        return ""
    try:
        return url_for(endpoint, **(args or {}))
    except BuildError:
        return ""
