"""Pages of the needs room (office)."""

from app.needs.views.cascade import blueprint
from app.needs.views.importing import blueprint as imports

OFFICE = (blueprint, imports)
