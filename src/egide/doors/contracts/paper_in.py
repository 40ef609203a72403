"""A paper that someone joins to a page: read once it is known to be neither empty nor oversize, then found safe."""

from __future__ import annotations

from django.utils.translation import gettext as _

from egide.documents.safety import MAX_BYTES, safe_pdf
from egide.doors.frame.access import PageRequest
from egide.kernel.errors import Refusal


def paper_in(request: PageRequest, name: str) -> tuple[bytes, int]:
    """The bytes of the PDF joined under a name, and its number of pages; refused with what to do next."""
    sent = request.FILES.get(name)
    if sent is None:
        raise Refusal(
            "enrolment.no_scan", _("Aucun fichier n’est joint."), _("Choisissez le PDF du papier reçu."), name
        )
    size = sent.size or 0
    if not size:
        raise Refusal("pdf.empty", _("Le fichier est vide."), _("Numérisez de nouveau le papier."), name)
    if size > MAX_BYTES:
        said = _("Le fichier pèse %(size)s Mo, au-delà des %(most)s Mo acceptés.")
        raise Refusal(
            "pdf.oversize",
            said % {"size": size // 1_000_000, "most": MAX_BYTES // 1_000_000},
            _("Numérisez-le en 200 points par pouce, ou envoyez-le en plusieurs fois."),
            name,
        )
    content = sent.read()
    try:
        return content, safe_pdf(content).pages
    except Refusal as refusal:
        message = refusal.message[:1].upper() + refusal.message[1:]
        raise Refusal(refusal.code, message, refusal.remedy, name) from refusal
