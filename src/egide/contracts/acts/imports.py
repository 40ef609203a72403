"""Enrolments that come as a table: each family is one act, taken whole or refused whole, and never stops the others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby

from egide.contracts.acts.forms import effect_of, enrol
from egide.contracts.facts import EnrolmentAsked, PersonAsked
from egide.contracts.queries import product_terms
from egide.exchanges.acts import Fault, add_rejects, close_file, keep_endings, refuse_file, start_reading
from egide.exchanges.codecs.enrolment_cells import CellFault
from egide.exchanges.codecs.enrolment_columns import COLUMNS
from egide.exchanges.codecs.enrolment_sheet import EnrolmentRow, RowReject, SheetRead, read_enrolments
from egide.exchanges.facts import Ended
from egide.exchanges.queries import FileRow, refuse_refused, rejects_of
from egide.journal import store
from egide.journal.acts import AlreadyDone, perform
from egide.journal.facts import Context
from egide.journal.permissions import Permission
from egide.journal.queries import outcome_under
from egide.kernel.errors import Refusal
from egide.kernel.identifiers import check_iban
from egide.kernel.progress import Progress, Told

_LINKS = {"ASSURE": "member", "CONJOINT": "spouse", "ENFANT": "child"}
_SCHEMES = {"GENERAL": "general", "ALSACE_MOSELLE": "alsace_moselle"}


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: enrolments made, and the rows refused, ready for the report to correct and send again."""

    enrolment_ids: tuple[int, ...]
    refused: SheetRead


def import_sheet(context: Context, file: FileRow, *, progress: Progress = lambda _: None) -> Imported:
    """Makes an enrolment of each sound family of a received table. Reading it again makes nothing twice."""
    refuse_refused(file)
    try:
        read = read_enrolments(file.name, store.load(file.sha256))
    except Refusal as refusal:
        refuse_file(context, file, refusal)
        raise
    _start(context, file, read)
    made: list[int] = []
    refused = list(read.rejects)
    # A family is one wherever its rows stand in the table; sorting keeps the order of the rows inside it.
    rows = sorted(read.rows, key=lambda row: row.family_reference)
    families = [(key, list(members)) for key, members in groupby(rows, key=lambda row: row.family_reference)]
    for done, (reference, family) in enumerate(families, start=1):
        try:
            made.append(_enrol_family(context, file, reference, family))
        except Refusal as refusal:
            refused += [_as_reject(row, refusal) for row in family]
        progress(Told(f"{done} familles sur {len(families)}", done=done, total=len(families)))
    _close(context, file, read, refused)
    return Imported(tuple(made), SheetRead((), tuple(sorted(refused, key=lambda row: row.line_no))))


def _start(context: Context, file: FileRow, read: SheetRead) -> None:
    """Before the first family: a table read already stays read, one that someone turned down is refused."""
    if file.state == "read":
        return
    once = replace(context, key=None)
    with perform(once, "enrolment.import_start", needs=Permission.ENROL, given=[file.pk, "start"]) as act:
        start_reading(file, lines=read.line_count)
        act.on("file", file.pk, file.name, file.perimeter_id)
        act.outcome = {"file": file.pk, "lines": read.line_count}


def _enrol_family(context: Context, file: FileRow, reference: str, family: list[EnrolmentRow]) -> int:
    """One family, one act; its key is the file and the family: whoever reads again finds what the first reading did."""
    key = f"import:{file.sha256}:{reference}"
    if (known := outcome_under(key)) is not None:
        return int(str(known["enrolment"]))
    once = replace(context, key=key)
    try:
        with perform(once, "enrolment.import", needs=Permission.ENROL, given=[file.sha256, reference]) as act:
            asked = _asked(family, file)
            effect = effect_of(asked, complete_on=asked.received_on)
            enrolment = enrol(act, file.perimeter_id, asked, effect)
            keep_endings(file, (Ended(row.line_no) for row in family))
            act.on("enrolment", enrolment.pk, enrolment.number, enrolment.perimeter_id)
            act.outcome = {"enrolment": enrolment.pk, "number": enrolment.number}
            return enrolment.pk
    except AlreadyDone as done:
        return int(str(done.outcome["enrolment"]))


def _asked(family: list[EnrolmentRow], file: FileRow) -> EnrolmentAsked:
    ordered = sorted(family, key=lambda row: row.role != "ASSURE")
    head = ordered[0]
    received_on = file.received_at.date()
    terms = product_terms(head.product, head.start)
    if head.formula not in terms.formulas:
        raise _refusal(
            "import.formula",
            "formula",
            f"La formule « {head.formula} » n’existe pas.",
            f"Choix : {', '.join(terms.formulas)}.",
        )
    if terms.certificates_required:
        raise _refusal(
            "import.certificates",
            "product",
            "Ce produit demande une attestation par personne.",
            "Saisissez le bulletin à l’écran.",
        )
    if head.scheme not in _SCHEMES:
        raise _refusal(
            "import.scheme", "scheme", "Ce régime n’est pas tarifé par ce produit.", "GENERAL ou ALSACE_MOSELLE."
        )
    if not head.iban:
        raise _refusal("import.iban", "iban", "L’IBAN de l’assuré manque.", "Complétez-le pour le prélèvement.")
    iban = check_iban(head.iban)
    return EnrolmentAsked(
        product_code=head.product,
        formula=head.formula,
        scheme=_SCHEMES[head.scheme],
        wished_start=head.start,
        signed_on=received_on,
        received_on=received_on,
        line1=head.address,
        postcode=head.postal_code,
        city=head.city,
        phone=head.phone,
        email=head.email,
        iban=iban.compact,
        bic=iban.bic or "",
        holder=f"{head.first_name} {head.last_name}",
        persons=tuple(_person(row, head) for row in ordered),
    )


def _person(row: EnrolmentRow, head: EnrolmentRow) -> PersonAsked:
    if row.role not in _LINKS:
        raise _refusal(
            "import.role",
            "role",
            f"Le rôle {row.role} n’est pas couvert par ce produit.",
            "ASSURE, CONJOINT ou ENFANT.",
        )
    own = row.nir[:13]
    child_of_head = row.role == "ENFANT" and own == head.nir[:13]
    return PersonAsked(
        link=_LINKS[row.role],
        last_name=row.last_name,
        first_name=row.first_name,
        birth_date=row.birth_date,
        birth_rank=row.birth_rank,
        nir="" if child_of_head else own,
        insured_nir=own,
        student=False,
        certificate=None,
    )


def _close(context: Context, file: FileRow, read: SheetRead, refused: list[RowReject]) -> None:
    with perform(context, "enrolment.import_done", needs=Permission.ENROL, given=file.pk) as act:
        add_rejects(
            file,
            (
                Fault(row.line_no, fault.code, fault.message, fault.remedy, position, fault.column)
                for row in refused
                for position, fault in enumerate(row.reasons, start=1)
            ),
        )
        close_file(act, file, lines=read.line_count)
        act.on("file", file.pk, file.name, file.perimeter_id)
        act.because(f"{file.posted} lignes prises, {file.rejected} refusées.")


def refused_rows(file: FileRow) -> SheetRead:
    """The refused rows of a table that was read: their cells from the file itself, their reasons from its rejects."""
    read = read_enrolments(file.name, store.load(file.sha256))
    cells = {row.line_no: _cells(row) for row in read.rows} | {row.line_no: row.values for row in read.rejects}
    refused = groupby(rejects_of(file.pk), key=lambda reject: reject.line_no)
    return SheetRead(
        (),
        tuple(
            RowReject(
                line_no,
                cells[line_no],
                tuple(CellFault(one.field, one.code, one.message, one.remedy) for one in rejects),
            )
            for line_no, rejects in refused
        ),
    )


def _cells(row: EnrolmentRow) -> tuple[str, ...]:
    """The cells of a sound row, as they can be typed again."""
    values = (getattr(row, column.name) for column in COLUMNS)
    return tuple(value.strftime("%d/%m/%Y") if hasattr(value, "strftime") else str(value or "") for value in values)


def _as_reject(row: EnrolmentRow, refusal: Refusal) -> RowReject:
    """A refused family keeps its rows as they can be typed again, each with the same reason."""
    fault = CellFault(
        column=refusal.where or "family_reference", code=refusal.code, message=refusal.message, remedy=refusal.remedy
    )
    return RowReject(row.line_no, _cells(row), (fault,))


def _refusal(code: str, where: str, message: str, remedy: str) -> Refusal:
    return Refusal(code=code, where=where, message=message, remedy=remedy)
