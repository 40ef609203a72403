"""The papers of a product: each with its facts and its template."""
