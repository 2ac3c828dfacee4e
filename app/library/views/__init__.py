"""The open pages: home, library, project, three questions, certificate, how it works."""

from app.library.views import pages, shelf

PUBLIC = (shelf.blueprint,)

__all__ = ["PUBLIC", "pages", "shelf"]
