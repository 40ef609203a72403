"""Which of our formats a received file is, from its first bytes: its name is only believed for a table without any mark."""

from __future__ import annotations

from egide.exchanges.codecs.care_line_fields import REFERENCE as CARE
from egide.exchanges.codecs.noemie_envelope import LENGTH_DIGITS
from egide.exchanges.codecs.sepa_xml import message_name
from egide.kernel.errors import Refusal

_RIGHTS = "929"  # the reference of rights, movements and answers alike
_REFERENCE_AT = LENGTH_DIGITS + 61  # place 62 of the header's entity
_HEADER_AT = slice(LENGTH_DIGITS, LENGTH_DIGITS + 3)
_CHOOSE = "Choisissez sa nature dans la liste, ou vérifiez le fichier auprès de son expéditeur."


def recognise(name: str, content: bytes) -> str:
    """The format of a file: ``noemie.care``, ``noemie.answers``, ``pain.002`` or ``enrolment.sheet``.

    Raises Refusal for an empty file, one that we know but do not read, and one that looks like nothing we know.
    """
    if not content.strip():
        raise Refusal("file.empty", "Ce fichier est vide.", "Demandez à l’expéditeur de l’émettre de nouveau.", name)
    if content[:LENGTH_DIGITS].isdigit() and content[_HEADER_AT] == b"000":
        return _noemie(name, content)
    start = content[:200].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"<?xml", b"<Document")):
        return _xml(name, content)
    if content[:2] == b"PK" or name.lower().endswith((".csv", ".xlsx")):
        return "enrolment.sheet"
    raise Refusal("file.unknown", "Ce fichier ne ressemble à aucun de ceux qu’Égide lit.", _CHOOSE, name)


def _noemie(name: str, content: bytes) -> str:
    reference = content[_REFERENCE_AT : _REFERENCE_AT + 3].decode("latin-1")
    known = {CARE: "noemie.care", _RIGHTS: "noemie.answers"}
    if reference not in known:
        raise Refusal(
            "file.not_read",
            f"Ce fichier porte la référence NOEMIE « {reference.strip()} », qu’Égide ne lit pas.",
            f"Égide lit les soins ({CARE}) et les réponses aux mouvements de droits ({_RIGHTS}).",
            name,
        )
    return known[reference]


def _xml(name: str, content: bytes) -> str:
    message = message_name(content)
    if message.startswith("pain.002"):
        return "pain.002"
    raise Refusal(
        "file.not_read",
        f"Ce message bancaire ({message}) n’est pas de ceux qu’Égide lit.",
        "Égide lit les rejets de prélèvements (pain.002.001.03).",
        name,
    )
