"""Pages of the accounts room."""

from app.accounts.views import health, partners, settings, staff, verification

OFFICE = (health.blueprint, verification.blueprint, staff.blueprint)
PUBLIC = (health.blueprint, partners.blueprint, settings.blueprint)
