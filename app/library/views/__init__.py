"""The open pages, what partners put aside from them, and open data."""

from app.library.views import api, asking, certificates, mine, pages, shelf

PUBLIC = (shelf.blueprint, mine.blueprint, asking.blueprint, api.blueprint)

__all__ = ["PUBLIC", "certificates", "pages"]
