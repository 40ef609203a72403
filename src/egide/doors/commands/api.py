"""``egide api token``: a token for a person, to be kept like a password."""

from __future__ import annotations

import argparse

from egide.doors.api.tokens import token_for


def run(options: argparse.Namespace) -> int:
    """Prints the token of an active user, alone on its line."""
    print(token_for(options.email))
    return 0
