"""A care line as one bar and three sentences: what it cost, what the compulsory scheme paid, what we pay and what is left."""

from __future__ import annotations

from django.utils.translation import gettext as _

from egide.benefits.facts import CareLineFacts
from egide.doors.benefits.member_care import care_name, compulsory_cents, left_cents, sign
from egide.doors.frame import words
from egide.doors.frame.shell import Shape
from egide.kernel.money import format_eur


def shares_of(line: CareLineFacts) -> list[Shape]:
    """Who bears the expense, in the order of payment; a reversal is drawn as what it takes back."""
    way = sign(line)
    return [
        {"name": "scheme", "label": _("Régime obligatoire"), "cents": way * compulsory_cents(line)},
        {"name": "ours", "label": _("Mutuelle"), "cents": way * line.posted_cents},
        {"name": "left", "label": _("Reste à charge"), "cents": way * left_cents(line)},
    ]


def sentences_of(line: CareLineFacts, why: Shape) -> list[str]:
    """Three sentences that one can say on the telephone; the third comes from the reasons of what stands."""
    named = {"care": care_name(line), "day": words.day(line.care_on), "cost": format_eur(line.charged_cents)}
    if line.operation == "A":
        return [
            _("La caisse a annulé ce soin : %(care)s du %(day)s, %(cost)s.") % named,
            _("Elle reprend les %(amount)s qu’elle avait payés.") % {"amount": format_eur(-compulsory_cents(line))},
            _("Ce que nous avions compté pour lui est repris aussi, sur la ligne d’origine."),
        ]
    paid = {"paid": format_eur(compulsory_cents(line)), "kept": format_eur(line.withheld_cents)}
    scheme = (
        _("L’assurance maladie en a payé %(paid)s, après avoir gardé %(kept)s de participation ou de franchise.")
        if line.withheld_cents
        else _("L’assurance maladie en a payé %(paid)s.")
        if compulsory_cents(line)
        else _("L’assurance maladie n’en a rien payé.")
    )
    ours = {"ours": format_eur(line.posted_cents), "left": format_eur(left_cents(line))}
    return [
        _("%(care)s du %(day)s : %(cost)s.") % named,
        scheme % paid,
        (
            _("La mutuelle en paie %(ours)s, il vous reste %(left)s.")
            if left_cents(line)
            else _("La mutuelle paie le reste, %(ours)s.")
        )
        % ours
        if line.posted_cents
        else str(why.get("nothing") or _("La mutuelle n’en paie rien : il vous reste %(left)s.") % ours),
    ]
