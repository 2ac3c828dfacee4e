"""Forms of the room, one file for each of its desks."""
