"""Rights movements to the compulsory scheme: written as one file, and its answers read back movement by movement."""

from __future__ import annotations

from datetime import datetime, timedelta

from egide.contracts.acts.forms import ACT_LIMIT
from egide.contracts.models import RightsMovement
from egide.exchanges.acts import Arrival, Fault, add_rejects, close_file, keep_endings, lock_to_read, refuse_file, send
from egide.exchanges.codecs import noemie_rights as codec
from egide.exchanges.codecs.faults import Effect
from egide.exchanges.codecs.noemie_envelope import Envelope
from egide.exchanges.facts import Ended
from egide.exchanges.queries import FileRow, refuse_refused
from egide.journal import clock, store
from egide.journal.acts import Record, perform
from egide.journal.facts import Context
from egide.journal.permissions import Permission
from egide.journal.queries import perimeter_names
from egide.kernel.errors import Refusal
from egide.kernel.identifiers import nir_key
from egide.people.acts import Identity, correct_identity
from egide.people.queries import rights_sender
from egide.work.acts import NewItem, close_if_open, open_item

_KINDS = {"create": codec.Movement.CREATE, "change": codec.Movement.CHANGE, "cancel": codec.Movement.CANCEL}


def send_rights(context: Context, *, perimeter_id: int) -> FileRow | None:
    """Writes the waiting movements of one perimeter into a file of its own, in order of insured person; None without any.

    Each organisation sends under its own numbers, and reads its own members only.
    """
    given = [perimeter_id, str(clock.now())]
    with perform(context, "rights.send", needs=Permission.EXCHANGES, given=given) as act:
        waiting = list(
            RightsMovement.objects.select_for_update(of=("self",))
            .select_related("person")
            .filter(state="to_send", perimeter_id=perimeter_id)
            .order_by("person__insured_nir", "id")
        )
        act.on("perimeter", perimeter_id, "Mouvements de droits", perimeter_id)
        if not waiting:
            act.because("Aucun mouvement en attente.")
            return None
        content = codec.write_movements(_envelope(perimeter_id, act.id), (_movement(row) for row in waiting))
        name = f"DROITS_{clock.today():%Y%m%d}_{act.id}.noe"
        file = send(act, Arrival("noemie.rights", "scheme", name, content, perimeter_id), lines=len(waiting))
        RightsMovement.objects.filter(pk__in=[row.pk for row in waiting]).update(state="sent", file_id=file.pk)
        act.outcome = {"file": file.pk, "movements": len(waiting)}
    return file


def _envelope(perimeter_id: int, act_id: int) -> Envelope:
    """Who sends to whom; refused until the numbers agreed with the scheme are recorded."""
    numbers = rights_sender(perimeter_id)
    if numbers is None:
        raise Refusal(
            code="rights.no_number",
            where=perimeter_names([perimeter_id])[perimeter_id],
            message="Les numéros sous lesquels cet organisme annonce ses droits ne sont pas enregistrés ; rien n’est parti.",
            remedy="Demandez à l’exploitation de les enregistrer (egide centre rights), puis recommencez.",
        )
    return Envelope(
        sender_type="MU",
        sender_id=numbers.sender,
        recipient_type="SI",
        recipient_id=numbers.recipient,
        oc_number=numbers.amc_number,
        file_id=f"{act_id % 1_000_000:06d}",
        file_date=clock.today(),
    )


def read_answers(context: Context, file: FileRow) -> dict[str, int]:
    """Reads the scheme's answers; a reject becomes a work item, so that it is mended and sent again (S003-052 to 054).

    Raises Refusal for a file that cannot be used at all: it is then marked refused, with the place and the remedy.
    """
    refuse_refused(file)
    try:
        read = codec.read_answers(store.load(file.sha256))
    except Refusal as refusal:
        refuse_file(context, file, refusal)
        raise
    with perform(context, "rights.answers", needs=Permission.EXCHANGES, given=file.pk) as act:
        file = lock_to_read(file.pk)
        act.on("file", file.pk, file.name, file.perimeter_id)
        if file.state == "read":
            return {}
        counts = {"acquitted": 0, "reported": 0, "rejected": 0, "unknown": 0}
        refused = [fault for fault in read.faults if fault.effect is Effect.REFUSED]
        faults = [Fault(f.line_no, f.code, f.message, f.remedy, f.position, f.field, f.part) for f in refused]
        taken: list[Ended] = []
        for answer in read.records:
            outcome = answer.outcome.value.lower()
            movement = _sent(answer.movement)
            if movement is None:
                counts["unknown"] += 1
                faults.append(_unknown(answer))
                continue
            counts[outcome] += 1
            movement.state, movement.return_code = outcome, answer.return_code
            movement.save()
            taken.append(Ended(answer.line_no, answer.part))
            if outcome == "rejected":
                _await_mending(act, movement, answer, file.received_at)
        keep_endings(file, taken)
        add_rejects(file, faults)
        close_file(act, file, lines=read.line_count)
        act.outcome = dict(counts)
        act.because(
            f"{counts['acquitted']} mouvements acquittés, {counts['reported']} signalés, {counts['rejected']} refusés."
        )
    return counts


def _await_mending(record: Record, movement: RightsMovement, answer: codec.RightsAnswer, received_at: datetime) -> None:
    """A movement that the scheme refused waits for someone, with what the scheme said of it."""
    open_item(
        record,
        NewItem(
            kind="rights_reject",
            title=f"Droits refusés par la caisse : {movement.person} ({answer.return_code})",
            perimeter_id=movement.perimeter_id,
            subject_kind="movement",
            subject_id=movement.pk,
            received_at=received_at,
            limit=ACT_LIMIT,
            detail={"code": answer.return_code, "label": answer.label.strip()},
        ),
    )


def resend(context: Context, movement_id: int, *, corrected: Identity | None = None) -> None:
    """Sends a refused movement again with the next file, once the person's identity or the dates are mended (S003-054).

    ``corrected`` mends the identity in the same act, which touches the person when it moves their age.
    """
    with perform(context, "rights.resend", needs=Permission.EXCHANGES, given=[movement_id, corrected]) as act:
        movement = (
            RightsMovement.objects.select_for_update(of=("self",))
            .select_related("person")
            .filter(pk=movement_id)
            .first()
        )
        if movement is None or movement.state != "rejected":
            raise Refusal(
                code="rights.not_rejected",
                where=str(movement_id),
                message="Ce mouvement n’est pas un mouvement refusé, ou ne vous est pas accessible.",
                remedy="Choisissez-le dans la file des droits refusés.",
            )
        if corrected:
            correct_identity(context, movement.person_id, corrected)
        refused = movement.return_code
        movement.state, movement.return_code = "to_send", ""
        movement.save()
        close_if_open(act, "rights_reject", "movement", movement.pk)
        act.on("movement", movement.pk, str(movement.person), movement.perimeter_id)
        act.outcome = {"movement": movement.pk}
        act.because(f"Refusé par la caisse (code {refused}), il repart avec le prochain fichier.")


def _movement(row: RightsMovement) -> codec.RightsMovement:
    person = row.person
    return codec.RightsMovement(
        reference=f"{row.pk:08d}",
        nir=person.insured_nir,
        key=nir_key(person.insured_nir),
        last_name=person.last_name,
        first_name=person.first_name,
        birth_date=person.birth_date,
        birth_rank=person.birth_rank,
        movement=_KINDS[row.movement],
        contract_type=row.contract_type,
        start=row.starts_on,
        # Our periods are half-open; the scheme's last day is inside.
        end=row.ends_on - timedelta(days=1) if row.ends_on else None,
    )


def _sent(answered: codec.RightsMovement) -> RightsMovement | None:
    if not answered.reference.strip().isdigit():
        return None
    return (
        RightsMovement.objects.select_for_update(of=("self",))
        .select_related("person")
        .filter(pk=int(answered.reference), state__in=("sent", "reported", "rejected"))
        .first()
    )


def _unknown(answer: codec.RightsAnswer) -> Fault:
    return Fault(
        line_no=answer.line_no,
        part=answer.part,
        code="rights.unknown",
        message="Cette réponse ne correspond à aucun mouvement envoyé et encore sans réponse.",
        remedy="Vérifiez la référence auprès de la caisse, puis ignorez la ligne en disant pourquoi.",
    )
