"""The open pages, what partners put aside from them, and open data."""

from app.library.views import api, certificates, mine, pages, shelf

PUBLIC = (shelf.blueprint, mine.blueprint, api.blueprint)

__all__ = ["PUBLIC", "certificates", "pages"]
