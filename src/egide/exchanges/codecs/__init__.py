"""Codecs turn the bytes of partners into records or frames, and back; no database, no clock."""
