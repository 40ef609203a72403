"""The words of the trade on the screens: what each stored code is called. French is the source, wrapped for gettext.

A table named here is what every door says together (``Door.words``): the screens that serve all trades read it. What only one
trade says stands in its own ``words.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from egide.doors.frame import opened
from egide.journal.facts import Channel, Role
from egide.kernel.formats import format_date, format_month, format_number
from egide.kernel.identifiers import Sex, sex_in

Word = str | Promise


class Table(Mapping[str, Word]):
    """What all the doors call one kind of code."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getitem__(self, code: str) -> Word:
        return opened.words(self._name)[code]

    def __iter__(self) -> Iterator[str]:
        return iter(opened.words(self._name))

    def __len__(self) -> int:
        return len(opened.words(self._name))


ACTS = Table("acts")
ITEMS = Table("items")
NATURES = Table("natures")
FORMATS = Table("formats")
PARTNERS = Table("partners")
JOBS = Table("jobs")
LINKS = Table("links")
SCHEMES = Table("schemes")
FIELDS = Table("fields")

ROLES: dict[Role, Word] = {
    Role.ADMINISTRATOR: _("Gestionnaire"),
    Role.ADVISER: _("Conseiller"),
    Role.TEAM_LEADER: _("Responsable d’équipe"),
    Role.DIRECTOR: _("Directeur"),
    Role.AUDITOR: _("Auditeur"),
    Role.DELEGATE: _("Délégataire"),
    Role.PRODUCT_OWNER: _("Responsable produit"),
    Role.OPERATOR: _("Exploitant"),
    Role.SYSTEM: _("Égide"),
}
CHANNELS: dict[str, Word] = {
    Channel.SCREEN: _("à l’écran"),
    Channel.API: _("par l’API"),
    Channel.COMMAND: _("en commande"),
    Channel.FILE: _("par fichier"),
    Channel.MAIL: _("par courrier"),
    Channel.PHONE: _("par téléphone"),
    Channel.BATCH: _("par lot"),
}
RESUMES = _("à la réception de la dernière pièce demandée")


def said(table: Mapping[str, Word], code: str) -> str:
    """The word of a code; a code that nobody named reads as itself, without its underscores."""
    found = table.get(code)
    return str(found) if found is not None else code.replace("_", " ")


def month(on: date) -> str:
    """« novembre 2026 »."""
    return format_month(on)


def day(on: date) -> str:
    """« 20 novembre 2026 »."""
    return format_date(on)


def rows_shown(first: int, last: int) -> str:
    """« 1 à 50 »."""
    return gettext("%(first)s à %(last)s") % {"first": format_number(first), "last": format_number(last)}


def agreed(number: str, his: str, hers: str, anyone: str) -> str:
    """What is said of a person, in the gender that their social-security number tells; the neutral words without one."""
    match sex_in(number):
        case Sex.MALE:
            return his
        case Sex.FEMALE:
            return hers
    return anyone
