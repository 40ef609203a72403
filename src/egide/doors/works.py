"""Long work at the desk: what each kind does, who may ask for it, and how it tells what it did. The table is here because no
floor calls up: ``work`` keeps the row and its lock, the floors keep their jobs, the doors know both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db import transaction

from egide.benefits.jobs.paying import issue_statements, pay_proposal
from egide.benefits.jobs.reading import read_file
from egide.benefits.queries import ProposalRow
from egide.contracts.jobs import read_answers, send_rights
from egide.doors.following import import_enrolments, over_everyone, recycle_rejects
from egide.exchanges.acts import Arrival, take_up
from egide.exchanges.queries import FileRow, file_to_read, open_rejects
from egide.journal.facts import Context
from egide.journal.permissions import Permission, may
from egide.journal.scope import reading
from egide.kernel.errors import Refusal
from egide.kernel.formats import format_count, format_month
from egide.kernel.money import format_eur
from egide.kernel.progress import Progress
from egide.premiums.jobs import ShownDebits, call_month, record_returns
from egide.work.job_acts import NewJob, ask, ask_again
from egide.work.job_queries import JobRow, job

Given = Mapping[str, Any]
_REJECTS_AT_ONCE = 100_000


@dataclass(frozen=True, slots=True)
class Ending:
    """What a work did: the sentence that people read, and its figures for the screen."""

    outcome: str
    figures: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of long work: who may ask for it, and what it does."""

    needs: Permission
    run: Callable[[Context, Given, Progress], Ending]


def _read_care(context: Context, given: Given, progress: Progress) -> Ending:
    done = read_file(over_everyone(context), given["file"], progress=progress)
    return Ending(
        f"{format_count(done.lines, 'acte lu', 'actes lus')}, {format_count(done.posted, 'pris', 'pris')}, "
        f"{format_count(done.ignored, 'ignoré', 'ignorés')}, {format_count(done.rejected, 'rejeté', 'rejetés')}. "
        f"{format_eur(done.paid_cents)} dus aux adhérents.",
        {"rejected": done.rejected},
    )


def _import_enrolments(context: Context, given: Given, progress: Progress) -> Ending:
    done = import_enrolments(context, given["file"], progress=progress)
    refused = len(done.refused.rejects)
    return Ending(
        f"{format_count(len(done.enrolment_ids), 'adhésion prise', 'adhésions prises')}, "
        f"{format_count(refused, 'ligne refusée', 'lignes refusées')}.",
        {"rejected": refused},
    )


def _record_returns(context: Context, given: Given, _: Progress) -> Ending:
    done = record_returns(context, given["file"])
    return Ending(f"{format_count(done, 'prélèvement rejeté imputé', 'prélèvements rejetés imputés')}.")


def _read_answers(context: Context, given: Given, _: Progress) -> Ending:
    done = read_answers(over_everyone(context), file_to_read(context, given["file"]))
    if not done:
        return Ending("Ces réponses avaient déjà été lues.")
    return Ending(
        f"{format_count(done['acquitted'], 'mouvement acquitté', 'mouvements acquittés')}, "
        f"{format_count(done['reported'], 'signalé', 'signalés')}, "
        f"{format_count(done['rejected'], 'refusé', 'refusés')}, "
        f"{format_count(done['unknown'], 'inconnu', 'inconnus')}."
    )


def _call(*, dry_run: bool) -> Callable[[Context, Given, Progress], Ending]:
    def run(context: Context, given: Given, progress: Progress) -> Ending:
        month = date.fromisoformat(given["month"])
        shown = ShownDebits(*given["shown"]) if given.get("shown") else None
        done = call_month(
            context, month, perimeter_id=given["perimeter"], dry_run=dry_run, shown=shown, progress=progress
        )
        said = (
            f"{format_count(done.enrolments, 'adhésion', 'adhésions')} pour {format_eur(done.called_cents)}, "
            f"{format_count(done.debits, 'prélèvement', 'prélèvements')} pour {format_eur(done.debited_cents)}."
        )
        figures: dict[str, object] = {
            "enrolments": done.enrolments,
            "called_cents": done.called_cents,
            "debits": done.debits,
            "debited_cents": done.debited_cents,
            "debit_print": done.debit_print,
            "debit_on": done.debit_on.isoformat() if done.debit_on else "",
        }
        if dry_run:
            return Ending("Essai, rien n’est gardé. À appeler, " + said, figures)
        return Ending(said, figures | {"file": done.file_id})

    return run


def _pay(context: Context, given: Given, progress: Progress) -> Ending:
    paid = pay_proposal(context, given.get("proposal", 0), progress=progress)
    return Ending(
        f"{format_count(paid.transfers, 'virement', 'virements')} pour {format_eur(paid.total_cents)}, "
        f"confirmés par {paid.confirmed_by}.",
        {"file": paid.file_id, "proposal": paid.pk},
    )


def _issue_statements(context: Context, given: Given, progress: Progress) -> Ending:
    done = issue_statements(context, perimeter_id=given["perimeter"], progress=progress)
    return Ending(f"{format_count(done, 'relevé imprimé', 'relevés imprimés')}.")


def _send_rights(context: Context, given: Given, _: Progress) -> Ending:
    file = send_rights(context, perimeter_id=given["perimeter"])
    if file is None:
        return Ending("Aucun mouvement n’attendait.")
    return Ending(f"{format_count(file.lines, 'mouvement écrit', 'mouvements écrits')}.", {"file": file.pk})


def _recycle(context: Context, given: Given, progress: Progress) -> Ending:
    with reading(context.actor.perimeters):
        chosen = [reject.pk for reject in open_rejects(file_id=given["file"], limit=_REJECTS_AT_ONCE)]
    taken = recycle_rejects(context, chosen, progress=progress)
    return Ending(
        f"{format_count(taken, 'acte repris', 'actes repris')} sur {format_count(len(chosen), 'rejet', 'rejets')}."
    )


KINDS: dict[str, Kind] = {
    "care.read": Kind(Permission.BENEFITS, _read_care),
    "enrolments.import": Kind(Permission.ENROL, _import_enrolments),
    "bank.returns": Kind(Permission.PREMIUMS, _record_returns),
    "rights.answers": Kind(Permission.EXCHANGES, _read_answers),
    "premiums.try": Kind(Permission.PREMIUMS, _call(dry_run=True)),
    "premiums.call": Kind(Permission.PREMIUMS, _call(dry_run=False)),
    "benefits.pay": Kind(Permission.BENEFITS, _pay),
    "benefits.statements": Kind(Permission.BENEFITS, _issue_statements),
    "rights.send": Kind(Permission.EXCHANGES, _send_rights),
    "rejects.recycle": Kind(Permission.BENEFITS, _recycle),
}
READERS = {
    "noemie.care": "care.read",
    "enrolment.sheet": "enrolments.import",
    "pain.002": "bank.returns",
    "noemie.answers": "rights.answers",
}
OF_PERIMETER = {
    "benefits.statements": "Relevés de prestations",
    "rights.send": "Envoi des mouvements de droits",
}


def receive_file(context: Context, arrival: Arrival) -> tuple[FileRow, JobRow | None]:
    """Keeps a file, then asks for its reading, in one transaction; without the right to read it, it only waits."""
    with transaction.atomic():
        file = take_up(context, arrival)
        reader = READERS[arrival.format]
        if not may(context.actor.role, KINDS[reader].needs):
            return file, None
        return file, ask_reading(replace(context, key=None), file)


def ask_reading(context: Context, file: FileRow) -> JobRow:
    """Asks for the reading of a received file."""
    if file.format not in READERS or file.state not in ("received", "reading"):
        raise Refusal(
            code="works.nothing_to_read",
            where=file.name,
            message="Ce fichier n’est pas un fichier reçu qui attend d’être lu.",
            remedy="Voyez son état dans la liste des fichiers.",
        )
    kind = READERS[file.format]
    new = NewJob(kind, f"Lecture de {file.name}", file.perimeter_id, "file", file.pk, {"file": file.pk})
    return ask(context, new, needs=KINDS[kind].needs)


def ask_call(
    context: Context, month: date, *, perimeter_id: int, dry_run: bool, shown: ShownDebits | None = None
) -> JobRow:
    """Asks for a month's call, or for its trial, in one perimeter; ``shown`` is what the trial showed of its debits."""
    kind = "premiums.try" if dry_run else "premiums.call"
    title = f"{'Essai de l’appel' if dry_run else 'Appel'} de {format_month(month)}"
    given: dict[str, object] = {"month": month.isoformat(), "perimeter": perimeter_id}
    if shown:
        given["shown"] = [shown.debits, shown.debited_cents, shown.fingerprint]
    new = NewJob(kind, title, perimeter_id, "month", month.year * 100 + month.month, given)
    return ask(context, new, needs=KINDS[kind].needs)


def ask_of_perimeter(context: Context, kind: str, *, perimeter_id: int) -> JobRow:
    """Asks for a work that concerns a whole perimeter: statements, rights to send."""
    new = NewJob(kind, OF_PERIMETER[kind], perimeter_id, "perimeter", perimeter_id, {"perimeter": perimeter_id})
    return ask(context, new, needs=KINDS[kind].needs)


def ask_payment(context: Context, proposal: ProposalRow) -> JobRow:
    """Asks for the payment of a confirmed list of transfers, and of nothing else."""
    count = format_count(proposal.transfers, "virement", "virements")
    title = f"{count} de prestations pour {format_eur(proposal.total_cents)}"
    given: dict[str, object] = {"perimeter": proposal.perimeter_id, "proposal": proposal.pk}
    new = NewJob("benefits.pay", title, proposal.perimeter_id, "payment_proposal", proposal.pk, given)
    return ask(replace(context, key=None), new, needs=KINDS["benefits.pay"].needs)


def ask_recycling(context: Context, file: FileRow) -> JobRow:
    """Asks for the open rejects of a care file to be taken again."""
    new = NewJob("rejects.recycle", f"Rejets de {file.name}", file.perimeter_id, "file", file.pk, {"file": file.pk})
    return ask(context, new, needs=KINDS["rejects.recycle"].needs)


def start_again(context: Context, job_id: int) -> JobRow:
    """Starts stopped work again, for who may ask for its kind."""
    with reading(context.actor.perimeters):
        kind = job(job_id).kind
    return ask_again(context, job_id, needs=KINDS[kind].needs)
