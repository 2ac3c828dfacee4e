"""The rows of every room, in the order of the ladder."""

from app.policy.access import accounts

RULES = (*accounts.RULES,)
