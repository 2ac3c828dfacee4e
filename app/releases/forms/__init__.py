"""What officers type about projects."""
