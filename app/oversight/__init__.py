"""What runs through all rooms: the start page of each officer, and the household on one page."""
