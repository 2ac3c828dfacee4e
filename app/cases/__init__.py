"""Households under care: entry, home check, evaluation, determination, filing, consent (domain §3.2, 4.2,
4.3)."""
