"""Rule books: the règlement the member reads, which also computes.  See README.md."""
