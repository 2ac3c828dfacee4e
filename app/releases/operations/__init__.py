"""Preparing, approving, planning and publishing."""
