"""What benefits decide, without clock nor database: whose line it is, what is due on it, what must be posted."""
