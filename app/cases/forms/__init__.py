"""What officers type about a household."""
