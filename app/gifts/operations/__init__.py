"""Claiming, pledging, paying."""
