"""One care line: what was spent, who paid what, and every clause that decided our part."""

from __future__ import annotations

from django.db import connection
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from egide.benefits.facts import CareLineFacts
from egide.benefits.queries import care_line as read_line
from egide.benefits.standing import moved_once, posted_on_line, taken_back_by
from egide.doors.benefits.care_words import sentences_of, shares_of
from egide.doors.benefits.member_care import care_name, compulsory_cents, left_cents, line_state, sign
from egide.doors.benefits.why_care import of_line
from egide.doors.benefits.words import FAMILIES
from egide.doors.frame import words
from egide.doors.frame.access import PageRequest, allowed, needs
from egide.doors.frame.shell import Shape, ref, show, state
from egide.journal.permissions import Permission
from egide.kernel.formats import format_rate


@needs(Permission.READ_HEALTH)
def care_line(request: PageRequest, line_id: int) -> HttpResponse:
    """The line as one bar and three sentences, the reasons of what stands, its entries, and what would change it."""
    line = read_line(line_id)
    place = _place(line)
    found = of_line(line)
    context = {
        "line": {
            "id": line.id,
            "who": place["who"],
            "member_url": reverse("member", args=[place["number"]]),
            "care": care_name(line),
            "code": line.act_code,
            "care_on": line.care_on,
            "state": line_state(line, reversed_=bool(taken_back_by([line.id])), moved=bool(moved_once([line.id])))
            or state(_("Remboursé"), "ok"),
            "file_url": reverse("file", args=[line.file_id]) if allowed(request, Permission.EXCHANGES) else "",
            "file_label": _("%(file)s, ligne %(n)s") % {"file": place["file"], "n": line.line_no},
        },
        "facts": _facts(line),
        "amounts": {
            "expense_cents": sign(line) * line.charged_cents,
            "base_cents": line.base_cents,
            "compulsory_cents": compulsory_cents(line),
            "complementary_cents": line.posted_cents,
            "complementary_why": ref("soin", line.id),
            "left_cents": left_cents(line),
        },
        "shares": shares_of(line),
        "said": sentences_of(line, found),
        "tree": found["tree"],
        "postings": _postings(line.id),
        "remains": [{"label": text} for text in found.get("changes", ())],
    }
    return show(request, "benefits/care_line.html", context)


_PLACE = """
-- Where a care line belongs: its person, its enrolment, its file.
SELECT p.first_name || ' ' || p.last_name AS who, e.number, e.product_code, f.name AS file
FROM contracts_enrolment e, people_person p, exchanges_file f WHERE e.id = %s AND p.id = %s AND f.id = %s
"""


def _place(line: CareLineFacts) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(_PLACE, [line.enrolment_id, line.person_id, line.file_id])
        names = [column[0] for column in cursor.description]
        return dict(zip(names, cursor.fetchone(), strict=True))


def _postings(line_id: int) -> list[Shape]:
    shapes: list[Shape] = []
    for one in posted_on_line(line_id):
        sides = ("debit_cents", "credit_cents") if one.amount_cents > 0 else ("credit_cents", "debit_cents")
        for account, side in ((_("Prestations de l’assureur"), sides[0]), (_("Prestations à payer"), sides[1])):
            shapes.append({"on": one.booked_on, "account": account, "label": one.label, side: abs(one.amount_cents)})
    return shapes


def _facts(line: CareLineFacts) -> list[Shape]:
    yes_no = {True: _("oui"), False: _("non")}
    facts: list[Shape] = [
        {"label": _("Famille"), "value": words.said(FAMILIES, line.family)},
        {"label": _("Quantité"), "value": line.quantity, "unit": "nombre"},
        {
            "label": _("Base de remboursement"),
            "value": line.base_cents,
            "unit": "eur",
            "source": _("reçue du régime obligatoire"),
        },
        {"label": _("Taux du régime obligatoire"), "value": format_rate(line.rate_bp)},
        {"label": _("Part du régime obligatoire"), "value": line.amo_cents, "unit": "eur"},
        {"label": _("Participation ou franchise retenue"), "value": line.withheld_cents, "unit": "eur"},
        {"label": _("Parcours de soins respecté"), "value": yes_no[line.care_path]},
        {"label": _("Tarifs maîtrisés"), "value": yes_no[line.tariff_agreement]},
        {"label": _("Facture"), "value": line.invoice_no},
        {"label": _("Reçu le"), "value": line.received_on, "unit": "jour"},
    ]
    return facts
