"""Signing in and out, and making accounts."""
