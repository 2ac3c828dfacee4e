"""Saying what one can give, proposing, answering."""
