"""Import tables (contracts §4): read, checked, written whole or not at all, and written out again."""
