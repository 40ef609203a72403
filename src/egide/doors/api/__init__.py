"""The API door: the same queries and acts as the pages, for machines. See ``README.md``."""
