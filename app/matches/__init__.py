"""Interest of partners, nightly proposals, answers (public database)."""
