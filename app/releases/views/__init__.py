"""Pages of the room: the workbench of the week, and one project under the eyes of two people."""

from app.releases.views import cohorts, fourth, review
from app.releases.views.workbench import blueprint

OFFICE = (blueprint,)

__all__ = ["OFFICE", "cohorts", "fourth", "review"]
