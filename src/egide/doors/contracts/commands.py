"""``egide exchanges``: rights movements out and their answers in, and the import of enrolments."""

from __future__ import annotations

import argparse
from pathlib import Path

from egide.contracts.asked import import_enrolments
from egide.contracts.jobs import read_answers, resend, send_rights
from egide.exchanges.acts import Arrival, take_up
from egide.exchanges.codecs.enrolment_report import template, write_reject_report
from egide.journal import store
from egide.journal.facts import Channel, Context
from egide.journal.queries import system_context


def run(options: argparse.Namespace) -> int:
    """Does one exchange and says what it moved."""
    context = system_context(Channel.FILE)
    first = context.actor.first_perimeter
    match options.what:
        case "rights":
            _send_rights(context, Path(options.output))
        case "answers":
            path = Path(options.file)
            received = take_up(context, Arrival("noemie.answers", "scheme", path.name, path.read_bytes(), first))
            print(", ".join(f"{count} {name}" for name, count in read_answers(context, received).items()))
        case "resend":
            resend(context, options.movement)
            print("Le mouvement repart avec le prochain fichier.")
        case "template":
            Path(options.output).write_bytes(template())
            print(f"{options.output} : modèle d’import d’adhésions")
        case "enrolments":
            path = Path(options.file)
            arrival = Arrival("enrolment.sheet", "delegate", path.name, path.read_bytes(), options.perimeter)
            imported = import_enrolments(context, take_up(context, arrival).pk)
            print(f"{len(imported.enrolment_ids)} adhésions, {len(imported.refused.rejects)} lignes refusées")
            if imported.refused.rejects:
                output = Path(options.rejects or f"{path.stem}-rejets.xlsx")
                output.write_bytes(write_reject_report(imported.refused))
                print(f"Lignes à corriger et renvoyer : {output}")
    return 0


def _send_rights(context: Context, folder: Path) -> None:
    """One file for each organisation that has something to announce, under the name that the centre keeps it by."""
    folder.mkdir(parents=True, exist_ok=True)
    sent = [send_rights(context, perimeter_id=one) for one in context.actor.perimeters]
    for file in sent:
        if file is not None:
            (folder / file.name).write_bytes(store.load(file.sha256))
            print(f"{folder / file.name} : {file.lines} mouvements")
    if not any(sent):
        print("Aucun mouvement en attente.")
