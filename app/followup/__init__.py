"""对接: claims and pairings seen from the office, the household's yes, receipts and confirmations."""
