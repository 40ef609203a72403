"""One care line: what was spent, who paid what, and every clause that decided our part."""

from __future__ import annotations

from django.db import connection
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from egide.benefits.facts import CareLineFacts
from egide.benefits.queries import care_line as read_line
from egide.benefits.queries import explain_line
from egide.doors.benefits.member_care import care_name, compulsory_cents, left_cents, line_state, sign
from egide.doors.benefits.words import FAMILIES
from egide.doors.desk.reasons import step_shape
from egide.doors.frame import words
from egide.doors.frame.access import PageRequest, allowed, needs
from egide.doors.frame.shell import Shape, ref, show, state
from egide.journal.permissions import Permission
from egide.kernel.formats import format_rate
from egide.products.queries import book_for
from egide.rules.case import Step


@needs(Permission.READ_HEALTH)
def care_line(request: PageRequest, line_id: int) -> HttpResponse:
    """The line, its reasons as they stood before it, its entries, and what is left of the ceilings it met."""
    line = read_line(line_id)
    place = _place(line)
    if line.operation == "A":
        tree: Shape = {
            "sentence": _("Cette ligne annule la ligne d’origine : son montant est repris en entier."),
            "inputs": [],
        }
        remains: list[Shape] = []
    else:
        step = explain_line(line_id)
        tree = step_shape(step, book_for(place["product_code"], line.care_on.replace(day=1)))
        remains = _remains(step)
    context = {
        "line": {
            "id": line.id,
            "who": place["who"],
            "member_url": reverse("member", args=[place["number"]]),
            "care": care_name(line),
            "code": line.act_code,
            "care_on": line.care_on,
            "state": line_state(line, reversed_=False) or state(_("Remboursé"), "ok"),
            "file_url": reverse("file", args=[line.file_id]) if allowed(request, Permission.EXCHANGES) else "",
            "file_label": _("%(file)s, ligne %(n)s") % {"file": place["file"], "n": line.line_no},
        },
        "facts": _facts(line),
        "amounts": {
            "expense_cents": sign(line) * line.charged_cents,
            "base_cents": line.base_cents,
            "compulsory_cents": compulsory_cents(line),
            "complementary_cents": line.posted_cents,
            "complementary_why": ref("soin", line.id) if line.operation == "N" else None,
            "left_cents": left_cents(line),
        },
        "tree": tree,
        "postings": _postings(line.id),
        "remains": remains,
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


_POSTINGS = """
-- What was posted for a care line, the first first; a correction is one more row.
SELECT p.booked_on, p.amount_cents, e.label, p.entry_id FROM benefits_posting p
JOIN ledger_entry e ON e.id = p.entry_id AND e.booked_on = p.booked_on
WHERE p.care_line_id = %s ORDER BY p.id
"""


def _postings(line_id: int) -> list[Shape]:
    with connection.cursor() as cursor:
        cursor.execute(_POSTINGS, [line_id])
        rows = cursor.fetchall()
    shapes: list[Shape] = []
    for on, cents, reason, entry in rows:
        sides = ("debit_cents", "credit_cents") if cents > 0 else ("credit_cents", "debit_cents")
        for account, side in ((_("Prestations de l’assureur"), sides[0]), (_("Prestations à payer"), sides[1])):
            shapes.append({"on": on, "account": account, "label": reason, side: abs(cents), "entry": str(entry)})
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


def _remains(step: Step) -> list[Shape]:
    """What is left of each ceiling this line met, or the day from which a right opens again."""
    shapes: list[Shape] = []
    for outlook in step.outlooks():
        value, unit = (outlook.until, "jour") if outlook.until else (outlook.remaining, _unit_of(step, outlook.text))
        shapes.append({"label": outlook.text, "value": value, "unit": unit})
    return shapes


def _unit_of(step: Step, text: str) -> str:
    holder = next((one for one in step.walk() if any(outlook.text == text for outlook in one.outlook)), step)
    return "eur" if holder.type == "montant" else "nombre"
