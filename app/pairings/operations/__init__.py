"""Accepting, visiting, stopping; and what the office's letters do."""
