"""Rights movements to the compulsory scheme and its answers: records to bytes and back, both sides.

`write_movements` and `read_answers` are ours; `read_movements` and `write_answers` are the scheme's and
serve the simulator and the tests.  The format is « NOEMIE 929-like »: see `noemie_rights_fields` and
docs/codecs.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from itertools import groupby

from egide.exchanges.codecs import noemie_envelope as envelope_of
from egide.exchanges.codecs.faults import Effect, Fault, ReadResult, shape
from egide.exchanges.codecs.fields import Layout
from egide.exchanges.codecs.latin import to_upper_latin
from egide.exchanges.codecs.noemie_envelope import (
    CLOSING,
    DELIMITER,
    LENGTH_DIGITS,
    OPENING,
    PHYSICAL_MAXIMUM,
    Envelope,
)
from egide.exchanges.codecs.noemie_return_codes import RETURN_CODES, UNCLASSIFIED, Outcome
from egide.exchanges.codecs.noemie_rights_fields import BENEFICIARY, HOLDER, MOVEMENT, RETURN
from egide.kernel.errors import Refusal

REFERENCE = "929"
_ASK = "Signalez-le à la caisse ; la ligne reste en attente d’une réponse."


class Movement(StrEnum):
    """What is asked for: the value is the character written in the file (C seen, M and A supposed)."""

    CREATE = "C"
    CHANGE = "M"
    CANCEL = "A"


@dataclass(frozen=True, slots=True)
class RightsMovement:
    """One movement of one beneficiary under the number of the insured person (13 characters and key).

    ``reference`` is ours, at most 8 characters, and comes back blank from a scheme that drops it.  ``end`` is
    the last day of the rights, None when open.  Names are written in capitals without accents; the holder's
    names default to the beneficiary's.
    """

    reference: str
    nir: str
    key: str
    last_name: str
    first_name: str
    birth_date: date | None
    birth_rank: int
    movement: Movement
    contract_type: str
    start: date | None
    end: date | None
    holder_last_name: str = ""
    holder_first_name: str = ""


@dataclass(frozen=True, slots=True)
class RightsAnswer:
    """What the scheme says of one movement; ``label`` is its own text, ``line_no`` and ``part`` where the answer stood."""

    movement: RightsMovement
    return_code: str
    outcome: Outcome
    label: str
    line_no: int = field(default=0, compare=False)
    part: int = field(default=0, compare=False)


def answer_with(movement: RightsMovement, return_code: str) -> RightsAnswer:
    """Return the answer of a known code to a movement; an unknown code is refused."""
    if return_code not in RETURN_CODES:
        raise Refusal(
            "rights.return_code",
            f"Le code retour « {return_code} » n’est pas dans la table des codes retour.",
            "Ajoutez-le à la table avec sa source.",
        )
    outcome, label = RETURN_CODES[return_code]
    return RightsAnswer(movement, return_code, outcome, to_upper_latin(label, RETURN["label"].length))


def write_movements(envelope: Envelope, movements: Iterable[RightsMovement]) -> bytes:
    """Return the file of movements; movements of one insured person that follow each other share a group."""
    return _write(envelope, ((movement, "") for movement in movements))


def write_answers(envelope: Envelope, answers: Iterable[RightsAnswer]) -> bytes:
    """Return the scheme's file of answers, each movement repeated with its return."""
    return _write(envelope, ((answer.movement, _return(answer)) for answer in answers))


def read_movements(data: bytes) -> tuple[Envelope, ReadResult[RightsMovement]]:
    """Return the movements of a file, with its envelope, as the scheme would read them."""
    envelope, read, faults, count = _read(data)
    return envelope, ReadResult(tuple(movement for movement, _ in read), faults, count)


def read_answers(data: bytes) -> ReadResult[RightsAnswer]:
    """Return the answers of the scheme and the faults of the file.

    Raises Refusal when the envelope cannot be trusted (cut, counts that disagree, wrong reference): nothing
    of such a file is used.  A movement without a return, or with an unknown code, is a fault of its line.
    """
    _, read, found, count = _read(data)
    faults = list(found)
    records: list[RightsAnswer] = []
    for movement, back in read:
        if back.raw is None:
            faults.append(
                Fault(
                    back.line_no, back.position, "return", "rights.no_return",
                    "Ce mouvement revient sans la réponse de la caisse.",
                    "Demandez à la caisse ce qu’elle a répondu.", part=back.part,
                )
            )  # fmt: skip
            continue
        line_no, position, raw = back.line_no, back.position, back.raw
        code = raw["return_code"]
        if code not in RETURN_CODES:
            at = position + RETURN["return_code"].start - 1
            faults.append(
                Fault(
                    line_no, at, "return_code", "rights.return_code",
                    f"Le code retour « {shape(code)} » est absent de la table des 62 codes connus."
                    if not code.isdigit()
                    else f"Le code retour « {code} » est absent de la table des 62 codes connus.",
                    "Demandez son sens à la caisse et complétez la table des codes retour.", shape(code), part=back.part,
                )
            )  # fmt: skip
            continue
        if code in UNCLASSIFIED:
            faults.append(
                Fault(
                    line_no, position, "return_code", "rights.unclassified",
                    f"Le code retour {code} n’a pas de classe connue : il est traité comme signalé.",
                    "Vérifiez les droits auprès de la caisse.", code, Effect.REPORTED, back.part,
                )
            )  # fmt: skip
        records.append(RightsAnswer(movement, code, RETURN_CODES[code][0], raw["label"], line_no, back.part))
    return ReadResult(tuple(records), tuple(faults), count)


# ---- writing


def _return(answer: RightsAnswer) -> str:
    return RETURN.build(
        return_code=answer.return_code, movement=answer.movement.movement.value, label=answer.label[:80]
    )


def _write(envelope: Envelope, pairs: Iterable[tuple[RightsMovement, str]]) -> bytes:
    lines = [envelope_of.write_header(envelope)]
    opening = OPENING.build(oc_number=envelope.oc_number) + DELIMITER
    room = PHYSICAL_MAXIMUM - len(opening) - CLOSING.length - 1
    lot: list[str] = []
    used = 0
    for group in _groups(pairs, room):
        if lot and used + len(group) > room:
            lines.append(_lot(opening, lot))
            lot, used = [], 0
        lot.append(group)
        used += len(group)
    if lot:
        lines.append(_lot(opening, lot))
    lines.append(envelope_of.write_trailer(envelope, physical_count=len(lines) + 1))
    return ("\n".join(lines) + "\n").encode("latin-1")


def _lot(opening: str, groups: list[str]) -> str:
    return envelope_of.physical(opening + "".join(groups) + envelope_of.closing("01", count=len(groups)) + DELIMITER)


def _groups(pairs: Iterable[tuple[RightsMovement, str]], room: int) -> Iterator[str]:
    def holder(pair: tuple[RightsMovement, str]) -> tuple[str, str, str, str]:
        asked = pair[0]
        return asked.nir, asked.key, asked.holder_last_name, asked.holder_first_name

    for (nir, key, holder_last, holder_first), members in groupby(pairs, holder):
        pending = list(members)
        last = holder_last or pending[0][0].last_name
        first = holder_first or pending[0][0].first_name
        head = HOLDER.build(
            nir=nir, nir_key=key, last_name=to_upper_latin(last, 51), first_name=to_upper_latin(first, 15)
        )
        # A group never exceeds one physical record: a crowd under one number is split into several groups.
        most = max(1, (room - len(head) - CLOSING.length - 2) // (56 + 68 + 97 + 3))
        for start in range(0, len(pending), most):
            details = [entity for pair in pending[start : start + most] for entity in _details(*pair)]
            body = [head, *details, envelope_of.closing("02", count=len(details))]
            yield DELIMITER.join(body) + DELIMITER


def _details(asked: RightsMovement, back: str) -> Iterator[str]:
    yield BENEFICIARY.build(
        birth_date=f"{asked.birth_date:%d%m%y}" if asked.birth_date else "",
        birth_rank=str(asked.birth_rank),
        last_name=to_upper_latin(asked.last_name, 25),
        first_name=to_upper_latin(asked.first_name, 19),
    )
    yield MOVEMENT.build(
        reference=asked.reference,
        movement=asked.movement.value,
        contract_type=asked.contract_type,
        start=f"{asked.start:%Y%m%d}" if asked.start else "",
        end=f"{asked.end:%Y%m%d}" if asked.end else "",
    )
    if back:
        yield back


# ---- reading


@dataclass(frozen=True, slots=True)
class _Back:
    """Where a movement stands, or its return once it came, and what the return says."""

    line_no: int
    position: int
    part: int
    raw: dict[str, str] | None = None


_ENTITIES: dict[str, Layout] = {each.name: each for each in (OPENING, HOLDER, BENEFICIARY, MOVEMENT, RETURN, CLOSING)}


class _Lot:
    """The state of the reading: which lot, whose group, which beneficiary, which movement.

    It is kept from one physical record to the next: a lot may span several of them.
    """

    def __init__(self, envelope: Envelope, faults: list[Fault]) -> None:
        self.line_no = 1
        self.envelope = envelope
        self.faults = faults
        self.read: list[tuple[RightsMovement, _Back]] = []
        self.part = 0  # a movement and its return are one part; so is an entity that belongs to none
        self.answered = True
        self.opening: dict[str, str] = {}
        self.holder: dict[str, str] = {}
        self.beneficiary: tuple[int, dict[str, str]] | None = None
        self.groups = 0
        self.details = 0
        self.open_movement = False

    def fault(self, position: int, field: str, code: str, message: str, raw: str) -> None:
        self.faults.append(Fault(self.line_no, position, field, code, message, _ASK, shape(raw), part=self.part))

    def _count(self, name: str, layout: Layout | None, length: int) -> None:
        """Numbers what must end somewhere, before anything is decided about it."""
        starts = name == "140"
        stray = self.answered if name == "290" else layout is None or length != layout.length
        if starts or stray:
            self.part += 1
        self.answered = not starts if starts or stray or name == "290" else self.answered

    def take(self, entity: str, position: int) -> None:
        name = entity[:3]
        layout = _ENTITIES.get(name)
        if entity[3:5] == "99":
            self.details += 1
        self._count(name, layout, len(entity))
        if layout is None:
            self.fault(position, "entity", "rights.entity", "Cette entité n’est pas connue ici.", entity[:3])
            return
        if len(entity) != layout.length:
            self.open_movement = False
            if name in ("120", "110"):
                self.beneficiary = None
            self.fault(
                position, "entity", "rights.entity_length",
                f"L’entité {name} fait {len(entity)} caractères au lieu de {layout.length}.", entity,
            )  # fmt: skip
            return
        raw = layout.cut(entity)
        match name:
            case "010":
                self.opening, self.groups = raw, 0
            case "110":
                self.groups += 1
                self.details = 0
                self.holder, self.beneficiary, self.open_movement = raw, None, False
            case "120":
                self.beneficiary, self.open_movement = (position, raw), False
            case "140":
                self._movement(raw, position)
            case "290":
                self._return(raw, position)
            case _:
                self._close(raw, position)

    def _movement(self, raw: dict[str, str], position: int) -> None:
        self.open_movement = False
        if self.beneficiary is None or not self.holder:
            self.fault(position, "entity", "rights.orphan", "Ce mouvement ne suit aucun bénéficiaire lisible.", "140")
            return
        at, person = self.beneficiary
        try:
            born = envelope_of.birth_ddmmyy(person["birth_date"], self.envelope.file_date)
        except ValueError:
            self.fault(
                at + BENEFICIARY["birth_date"].start - 1, "birth_date", "rights.birth_date",
                "La date de naissance n’est pas une date JJMMAA.", person["birth_date"],
            )  # fmt: skip
            return
        dates: dict[str, date | None] = {}
        for name in ("start", "end"):
            try:
                dates[name] = envelope_of.yyyymmdd(raw[name])
            except ValueError:
                self.fault(
                    position + MOVEMENT[name].start - 1, name, f"rights.{name}",
                    f"La zone « {MOVEMENT[name].meaning} » n’est pas une date AAAAMMJJ.", raw[name],
                )  # fmt: skip
                return
        if raw["movement"] not in {each.value for each in Movement}:
            self.fault(
                position + MOVEMENT["movement"].start - 1, "movement", "rights.movement",
                "Le mouvement n’est ni C, ni M, ni A.", raw["movement"],
            )  # fmt: skip
            return
        if not person["birth_rank"].isdigit():
            self.fault(
                at + BENEFICIARY["birth_rank"].start - 1, "birth_rank", "rights.birth_rank",
                "Le rang de naissance n’est pas un chiffre.", person["birth_rank"],
            )  # fmt: skip
            return
        moved = RightsMovement(
            reference=raw["reference"],
            nir=self.holder["nir"],
            key=self.holder["nir_key"],
            last_name=person["last_name"],
            first_name=person["first_name"],
            birth_date=born,
            birth_rank=int(person["birth_rank"]),
            movement=Movement(raw["movement"]),
            contract_type=raw["contract_type"],
            start=dates["start"],
            end=dates["end"],
            holder_last_name=self.holder["last_name"],
            holder_first_name=self.holder["first_name"],
        )
        self.read.append((moved, _Back(self.line_no, position, self.part)))
        self.open_movement = True

    def _return(self, raw: dict[str, str], position: int) -> None:
        if not self.open_movement:
            self.fault(position, "entity", "rights.orphan", "Ce retour ne suit aucun mouvement lisible.", "290")
            return
        self.read[-1] = (self.read[-1][0], _Back(self.line_no, position, self.part, raw))
        self.open_movement = False

    def _close(self, raw: dict[str, str], position: int) -> None:
        found, what = (self.details, "entités") if raw["level"] == "02" else (self.groups, "assurés")
        if raw["count"] != f"{found:08d}":
            raise Refusal(
                "noemie.level_count",
                f"La fin de niveau {'02' if raw['level'] == '02' else '01'} annonce {raw['count']} {what}, "
                f"le fichier en contient {found}.",
                "Rien n’a été utilisé. Redemandez le fichier complet au partenaire.",
                where=f"ligne {self.line_no}, position {position + CLOSING['count'].start - 1}",
            )


def _read(data: bytes) -> tuple[Envelope, list[tuple[RightsMovement, _Back]], tuple[Fault, ...], int]:
    envelope_of.refuse_unreadable(data)
    lines = data.decode("latin-1").rstrip("\r\n\x1a").split("\n")
    lines = [line.rstrip("\r") for line in lines]
    envelope = envelope_of.read_header(lines[0], references=(REFERENCE,))
    declared, _ = envelope_of.read_trailer(lines[-1], line_no=len(lines), header=envelope)
    envelope_of.refuse_count(declared=declared, found=len(lines), line_no=len(lines))
    faults: list[Fault] = []
    lot = _Lot(envelope, faults)
    for line_no, line in enumerate(lines[1:-1], start=2):
        if line[:LENGTH_DIGITS] != f"{len(line) - LENGTH_DIGITS:04d}":
            raise Refusal(
                "noemie.length",
                f"La longueur annoncée n’est pas la réelle ({len(line) - LENGTH_DIGITS} caractères).",
                "Le fichier a été coupé ou modifié. Redemandez-le au partenaire.",
                where=f"ligne {line_no}, position 1",
            )
        lot.line_no = line_no
        position = LENGTH_DIGITS + 1
        for entity in line[LENGTH_DIGITS:].removesuffix(DELIMITER).split(DELIMITER):
            lot.take(entity, position)
            position += len(entity) + 1
    return replace(envelope, oc_number=lot.opening.get("oc_number", "")), lot.read, tuple(faults), lot.part
