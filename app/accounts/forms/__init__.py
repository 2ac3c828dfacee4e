"""What partners type to register, and what two officers decide about them."""
