"""``egide toys``: says the toys."""

from __future__ import annotations

import argparse

from egide.toys.queries import toys

from egide.journal.queries import system_context
from egide.journal.scope import reading


def run(options: argparse.Namespace) -> int:
    """Prints one toy a line."""
    with reading(system_context().actor.perimeters):
        for toy in toys():
            print(f"{toy.name} : {toy.price_cents}")
    return 0
