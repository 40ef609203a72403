"""What contracts decide, without clock nor database."""
