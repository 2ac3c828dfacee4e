"""What officers do with claims and pairings, and what letters bring in."""
