"""Égide: the open-source tool of an insurance management centre."""

__version__ = "0.1.0"
