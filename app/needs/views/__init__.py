"""Pages of the needs room (office)."""

from app.needs.views.batches import blueprint as batches
from app.needs.views.cascade import blueprint
from app.needs.views.determinations import blueprint as determinations
from app.needs.views.filings import blueprint as filings
from app.needs.views.importing import blueprint as imports
from app.needs.views.lists import blueprint as lists

OFFICE = (blueprint, imports, lists, determinations, batches, filings)
