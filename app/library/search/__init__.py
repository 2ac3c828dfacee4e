"""Chinese full-text search over public fields only, behind one seam."""

from app.library.search.index import CardIndex, open_index
from app.library.search.words import document_of, query_words

__all__ = ["CardIndex", "document_of", "open_index", "query_words"]
