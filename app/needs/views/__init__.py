"""Pages of the needs room (office)."""

from app.needs.views.cascade import blueprint

OFFICE = (blueprint,)
