"""Pages of the room (public): accepting a suggestion, the space of a pairing."""

from app.pairings.views import accepting, room

PUBLIC = (room.blueprint,)

__all__ = ["PUBLIC", "accepting"]
