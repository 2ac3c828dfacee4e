"""The one-to-one tie as the donor sees it: plan, visits, hours (public database)."""
