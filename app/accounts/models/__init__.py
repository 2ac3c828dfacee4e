"""Tables of accounts, on both sides."""
