"""需求项目库: cards on the shelf, search, the open pages and data (public database only)."""
