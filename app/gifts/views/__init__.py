"""Pages of the room (public): claims, one's own things, a charity's projects, the payment provider's door."""

from app.gifts.views import charity, claims, direct, listing, mine, pay, webhook

PUBLIC = (
    claims.blueprint,
    listing.blueprint,
    direct.blueprint,
    mine.blueprint,
    charity.blueprint,
    webhook.blueprint,
)
CSRF_EXEMPT = (webhook.webhook,)

__all__ = ["CSRF_EXEMPT", "PUBLIC", "pay"]
