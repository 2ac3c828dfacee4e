"""Demo data through the operations, and what stands in for the outside. Never in production."""
