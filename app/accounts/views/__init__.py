"""Pages of the accounts room."""

from app.accounts.views import health

OFFICE = (health.blueprint,)
PUBLIC = (health.blueprint,)
