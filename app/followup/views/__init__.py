"""Pages of the corridor (office): claims on their way, pairings, proposals, charity filings."""

from app.followup.views import direct, filings, pairs, proposals, ties, visits
from app.followup.views.room import blueprint

OFFICE = (blueprint,)
PAGES = (direct, filings, pairs, proposals, ties, visits)
