"""Pages of the oversight room (office): today, what is late, one household on a page, the rules in force."""

from app.oversight.views import late, rules, side_bar, timeline, today
from app.oversight.views.room import blueprint

OFFICE = (blueprint,)
PAGES = (late, rules, side_bar, timeline, today)
