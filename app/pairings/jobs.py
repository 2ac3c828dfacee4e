"""Nothing of its own comes round; the corridors carry its letters."""

PERIODIC = ()
