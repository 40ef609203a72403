"""A command of the line: its word, its options, and the module that runs it, loaded only when it is asked for."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Command:
    """One word of the command line. ``module`` has a function ``run(options)`` that gives the exit code.

    ``needs_database`` may be told otherwise by the options of one of its acts (``set_defaults``).
    """

    word: str
    about: str
    declare: Callable[[argparse.ArgumentParser], None]
    module: str
    needs_database: bool = True


def month(text: str) -> date:
    """A month typed as AAAA-MM."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"« {text} » n’est pas un mois ; écrivez AAAA-MM.") from error


def readable(text: str) -> str:
    """The path of a file that is there; anything else is told before work begins."""
    if not Path(text).is_file():
        raise argparse.ArgumentTypeError(f"« {text} » n’est pas un fichier ; vérifiez son chemin.")
    return text
