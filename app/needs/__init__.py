"""Needs and their four steps: existing policy, responsible unit, society, fiscal backstop (policy P3.4.4)."""
