"""What toys declare to the house."""

from __future__ import annotations

from egide.toys.acts import TOYS

from egide.exchanges.acts import close_file, keep_endings
from egide.exchanges.facts import Ended
from egide.exchanges.queries import file_to_read
from egide.journal import store
from egide.journal.acts import perform
from egide.journal.facts import Context
from egide.journal.invariants import Invariant
from egide.journal.trade import Ending, Format, Given, ItemKind, JobKind, SubjectKind, Trade
from egide.kernel.progress import Progress


def _count(context: Context, given: Given, _: Progress) -> Ending:
    file = file_to_read(context, given["file"])
    lines = len(store.load(file.sha256).splitlines())
    with perform(context, "toy.count", needs=TOYS, given=file.pk) as act:
        act.on("file", file.pk, file.name, file.perimeter_id)
        keep_endings(file, (Ended(line) for line in range(1, lines + 1)))
        close_file(act, file, lines=lines)
    return Ending(f"{lines} jouets comptés.")


TRADE = Trade(
    "toys",
    subjects=(SubjectKind("toy", parent="enrolment", among="SELECT id FROM toys_toy WHERE enrolment_id = ANY (%s)"),),
    items=(ItemKind("toy_to_wrap", TOYS, by_hand=True), ItemKind("toys_file", TOYS)),
    jobs=(JobKind("toys.count", TOYS, _count),),
    formats=(
        Format(
            "toys.list",
            "delegate",
            "in",
            False,
            1024,
            "toys.count",
            lambda name, content: content.startswith(b"JOUETS"),
            item="toys_file",
        ),
    ),
    invariants=(Invariant("toys.priced", "Chaque jouet a un prix.", "SELECT id FROM toys_toy WHERE price_cents <= 0"),),
)
