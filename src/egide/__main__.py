"""``python -m egide``: the command line."""

from __future__ import annotations

import sys

from egide.doors.commands.main import main

sys.exit(main(sys.argv[1:]))
