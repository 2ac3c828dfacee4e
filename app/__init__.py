"""结对 (Jiedui): needs that are still missing, opened to society without showing whose they are."""
