"""The blueprint that these pages hang on, and how they find the pages of other rooms."""

from typing import Any

from flask import Blueprint, current_app, url_for
from werkzeug.routing import BuildError

blueprint = Blueprint("oversight", __name__)


@blueprint.app_template_global()
def door_to(endpoint: str, args: dict[str, Any] | None = None) -> str:
    """The address of a page, or "" where this site has no such page: its link is left out then."""
    if endpoint not in current_app.view_functions:
        return ""
    try:
        return url_for(endpoint, **(args or {}))
    except BuildError:
        return ""
