"""Claims, pledges, payments to a charity's filed project, deliveries to the reception point (public
database)."""
