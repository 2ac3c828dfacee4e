"""Two chains of revisions, one for each database. `python -m migrations upgrade` runs both."""
