"""Pages of the corridor (office): claims on their way, pairings, proposals, charity filings."""

from app.followup.views import batches, direct, filings, inquiries, late, pairs, proposals, ties, visits
from app.followup.views.room import blueprint

OFFICE = (blueprint,)
PAGES = (batches, direct, filings, inquiries, late, pairs, proposals, ties, visits)
