"""What partners fill in."""
