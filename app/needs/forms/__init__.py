"""What officers type about needs."""
