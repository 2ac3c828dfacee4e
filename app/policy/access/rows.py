"""The rows of every room, in the order of the ladder."""

from app.policy.access import accounts, cases, followup, gifts, library, needs, oversight, partners, releases

RULES = (
    *accounts.RULES,
    *partners.RULES,
    *library.RULES,
    *gifts.RULES,
    *cases.RULES,
    *needs.RULES,
    *releases.RULES,
    *followup.RULES,
    *oversight.RULES,
)
