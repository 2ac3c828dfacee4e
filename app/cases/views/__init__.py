"""Pages of the cases room (office): the list, one household, its entry by hand, the village's steps."""

from app.cases.views import amending, entry, household, listing, steps
from app.cases.views.room import blueprint

OFFICE = (blueprint,)
PAGES = (amending, entry, household, listing, steps)
