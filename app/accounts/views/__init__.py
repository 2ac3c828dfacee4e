"""Pages of the accounts room."""

from app.accounts.views import health, partners, verification

OFFICE = (health.blueprint, verification.blueprint)
PUBLIC = (health.blueprint, partners.blueprint)
