"""``python -m egide``: the command line."""

from __future__ import annotations

import sys

from egide.doors.commands.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
