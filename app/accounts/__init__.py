"""Officers in the office database, donors in the public one: who they are and how they sign in."""
