"""What is known of a person, of a need, and of the two together, as numbers."""
