"""The form of an endorsement, one kind at a time, and back from what was typed to the change that is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from egide.contracts.decisions.proofs import contradiction
from egide.contracts.decisions.reader import parse_day
from egide.contracts.decisions.terms import causes_of
from egide.contracts.facts import Certificate, EndorsementAsked, EndorsementKind, EnrolmentFacts, PersonAsked
from egide.doors.frame import words
from egide.doors.frame.shell import Shape
from egide.kernel.errors import Refusal
from egide.kernel.identifiers import check_nir
from egide.kernel.money import parse_eur
from egide.rules.books import Book

Content = dict[str, Any]
NAMES = (
    "kind", "event_on", "received_on", "link", "last_name", "first_name", "birth_date", "birth_rank", "nir", "person_id",
    "reason", "cause", "agreement", "amount", "agreed_on", "valid_until", "file_holder", "certificate_holder",
)  # fmt: skip


TICKED = ("student", "school", "nir_checked")


def typed(post: QueryDict) -> Content:
    """What was typed, by name of field."""
    return {**{name: post.get(name, "").strip() for name in NAMES}, **{name: name in post for name in TICKED}}


def kind_of(text: str | None) -> EndorsementKind:
    """The kind of change asked for; adding a person unless said otherwise."""
    return EndorsementKind(text) if text in {kind.value for kind in EndorsementKind} else EndorsementKind.ADD_PERSON


def read(content: Mapping[str, Any], *, today: date) -> tuple[EndorsementAsked | None, list[Refusal]]:
    """The change as facts, or everything that is wrong with it, field by field."""
    reader = _Reader(content)
    kind = kind_of(str(content.get("kind")))
    received = reader.day("received_on", _("Demande reçue le"))
    if received and received > today:
        reader.wrong(
            "received_on",
            "endorsement.received",
            _("La demande serait reçue demain ou plus tard."),
            _("Vérifiez la date du courrier."),
        )
    person, person_id = None, None
    if kind is EndorsementKind.ADD_PERSON:
        person = _person(reader, content)
        event = (
            reader.day("event_on", _("Date de l’événement"))
            if content.get("event_on")
            else (person.birth_date if person else None)
        )
    elif kind is EndorsementKind.WITHDRAW:
        event = received  # an enrolment that is given up has no other date than that of the request
    else:
        event = reader.day("event_on", _("Date de fin"))
        person_id = _leaving(reader, content) if kind is EndorsementKind.REMOVE_PERSON else None
    if reader.refusals or event is None or received is None:
        return None, reader.refusals
    asked = EndorsementAsked(
        kind,
        event,
        received,
        person,
        person_id,
        reason=str(content.get("reason") or ""),
        cause=str(content.get("cause") or "demande"),
        agreement=str(content.get("agreement") or ""),
    )
    return asked, []


class _Reader:
    """Reads fields and keeps every refusal, so that all are told together."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.content = content
        self.refusals: list[Refusal] = []

    def wrong(self, where: str, code: str, message: str, remedy: str) -> None:
        self.refusals.append(Refusal(code, message, remedy, where))

    def text(self, name: str, label: str) -> str:
        value = str(self.content.get(name) or "")
        if not value:
            self.wrong(
                name, "form.missing", _("%(label)s : à renseigner.") % {"label": label}, _("Recopiez la demande.")
            )
        return value

    def day(self, name: str, label: str) -> date | None:
        value = self.text(name, label)
        found = parse_day(value) if value else None
        if value and found is None:
            message = _("%(label)s : « %(value)s » n’est pas une date.") % {"label": label, "value": value}
            self.wrong(name, "form.date", message, _("Écrivez jour/mois/année, par exemple 05/10/2015."))
        return found


def _leaving(reader: _Reader, content: Mapping[str, Any]) -> int | None:
    text = str(content.get("person_id") or "")
    if text.isdecimal():
        return int(text)
    reader.wrong("person_id", "form.missing", _("Personne à radier : à choisir."), _("Choisissez-la dans la liste."))
    return None


def _person(reader: _Reader, content: Mapping[str, Any]) -> PersonAsked | None:
    link = str(content.get("link") or "")
    if link not in ("child", "spouse"):
        reader.wrong("link", "form.link", _("Lien avec l’adhérent : à préciser."), _("Conjoint ou enfant."))
    last, first = reader.text("last_name", _("Nom")), reader.text("first_name", _("Prénom"))
    born = reader.day("birth_date", _("Date de naissance"))
    nir = _nir(reader, content, born, required=link == "spouse")
    rank = str(content.get("birth_rank") or "1")
    certificate = _certificate(reader, content)
    if born is None or reader.refusals:
        return None
    return PersonAsked(
        link=link,
        last_name=last,
        first_name=first,
        birth_date=born,
        birth_rank=int(rank) if rank.isdecimal() else 1,
        nir=nir,
        insured_nir=nir,  # empty for a child: the act takes the member's
        student=bool(content.get("student")),
        certificate=certificate,
        school_certificate=bool(content.get("school")),
    )


def _nir(reader: _Reader, content: Mapping[str, Any], born: date | None, *, required: bool) -> str:
    text = str(content.get("nir") or "")
    if not text:
        if required:
            reader.text("nir", _("N° de sécurité sociale"))
        return ""
    try:
        number = check_nir(text).number
    except Refusal as refusal:
        reader.wrong("nir", refusal.code, refusal.message, refusal.remedy)
        return ""
    if born and not content.get("nir_checked") and (told := contradiction(number, born)):
        said = _(
            "Corrigez l’un ou l’autre d’après l’attestation vitale ; si elle porte bien les deux, cochez « Numéro vérifié »."
        )
        reader.wrong("nir", "form.nir_birth", told, said)
    return number


def _certificate(reader: _Reader, content: Mapping[str, Any]) -> Certificate | None:
    """The certificate as it reads: it names whose file it is, and whose aid."""
    if not any(content.get(name) for name in ("amount", "agreed_on", "valid_until", "certificate_holder")):
        return None
    file_holder = reader.text("file_holder", _("Titulaire du dossier"))
    holder = reader.text("certificate_holder", _("Titulaire de l’attestation"))
    agreed, until = reader.day("agreed_on", _("Accord du")), reader.day("valid_until", _("Valable jusqu’au"))
    try:
        amount = parse_eur(reader.text("amount", _("Montant annuel")))
    except Refusal as refusal:
        reader.wrong("amount", refusal.code, refusal.message, refusal.remedy)
        return None
    return Certificate(file_holder, holder, agreed, until, amount) if agreed and until else None


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What the fields of the page show: the typed values and, beside each, what is wrong with it."""

    content: Mapping[str, Any]
    errors: Mapping[str, str]

    def field(self, name: str, label: str, kind: str, **more: object) -> Shape:
        """One field with its value as typed."""
        value = self.content.get(name, "")
        day = parse_day(str(value)) if kind == "date" and value else None
        error = self.errors.get(name, "")
        return {"name": name, "label": label, "kind": kind, "value": day or value, "error": error, **more}

    def received(self) -> Shape:
        """When the request reached us."""
        return self.field("received_on", _("Demande reçue le"), "date", width="s", required=True)

    def reason(self) -> Shape:
        """Why, in the member's words."""
        return self.field("reason", _("Motif"), "text", width="full")

    def cause(self, book: Book) -> list[Shape]:
        """What the règlement tells apart when a cover ends, if it does."""
        causes = causes_of(book)
        return [self.field("cause", _("Cause"), "select", options=causes, width="s")] if causes else []

    def checked(self) -> list[Shape]:
        """The way out of a number that contradicts the birth date, once it does."""
        if not self.content.get("nir_checked") and "nir" not in self.errors:
            return []
        return [self.field("nir_checked", _("Numéro vérifié sur l’attestation vitale"), "checkbox")]

    def agreement(self) -> list[Shape]:
        """The insurer's agreement, once the règlement has asked for it."""
        if not self.content.get("agreement") and "event_on" not in self.errors:
            return []
        hint = _("Référence de l’accord, pour un événement signalé trop tard.")
        return [self.field("agreement", _("Accord de l’assureur"), "text", width="full", hint=hint)]


def sections(
    content: Mapping[str, Any],
    facts: EnrolmentFacts,
    *,
    revision: int,
    errors: Mapping[str, str],
    aid: bool,
    book: Book,
) -> list[Shape]:
    """The fields of one kind of change."""
    kind, page = kind_of(str(content.get("kind"))), _Sheet(content, errors)
    hidden: list[Shape] = [
        {"name": "kind", "label": "kind", "kind": "hidden", "value": kind.value},
        {"name": "revision", "label": "revision", "kind": "hidden", "value": revision},
    ]
    match kind:
        case EndorsementKind.TERMINATE:
            hint = _("La prévisualisation donne la date d’effet que permet le règlement.")
            end = page.field("event_on", _("Fin demandée le"), "date", width="s", required=True, hint=hint)
            fields = [*hidden, end, page.received(), *page.cause(book), page.reason(), *page.agreement()]
            return [{"key": "when", "title": _("Résilier l’adhésion"), "fields": fields}]
        case EndorsementKind.REMOVE_PERSON:
            hint = _("Pour un décès, le jour du décès : le règlement dit jusqu’à quand il est couvert.")
            end = page.field("event_on", _("Premier jour sans garantie"), "date", width="s", required=True, hint=hint)
            who, cause = _who_leaves(page, facts), page.cause(book)
            fields = [*hidden, who, end, page.received(), *cause, page.reason(), *page.agreement()]
            return [{"key": "when", "title": _("Radier une personne"), "fields": fields}]
        case EndorsementKind.WITHDRAW:
            fields = [*hidden, page.received(), page.reason()]
            return [{"key": "when", "title": _("Renoncer à l’adhésion"), "fields": fields}]
        case _:
            return _addition(page, hidden, aid=aid)


def _who_leaves(page: _Sheet, facts: EnrolmentFacts) -> Shape:
    leaving = [one for one in facts.covers if one.link != "member"]
    people = [("", "–"), *((str(one.person_id), f"{one.first_name} {one.last_name}") for one in leaving)]
    return page.field("person_id", _("Personne à radier"), "select", options=people, required=True)


def _addition(page: _Sheet, hidden: list[Shape], *, aid: bool) -> list[Shape]:
    links = [(one, words.LINKS[one]) for one in ("child", "spouse")]
    own = _("Vide pour un enfant sous le numéro d’un parent.")
    person = [
        *hidden,
        page.field("link", _("Lien avec l’adhérent"), "select", options=links, width="s", required=True),
        page.field("last_name", _("Nom"), "text", required=True),
        page.field("first_name", _("Prénom"), "text", required=True),
        page.field("birth_date", _("Date de naissance"), "date", width="s", required=True),
        page.field("birth_rank", _("Rang de naissance"), "number", width="xs", hint=_("2 pour le second jumeau")),
        page.field("nir", _("N° de sécurité sociale"), "text", width="l", hint=own),
        *page.checked(),
        page.field("student", _("Poursuit des études"), "checkbox"),
        page.field("school", _("Certificat de scolarité joint"), "checkbox"),
    ]
    birth = _("Vide pour une naissance : le jour de naissance.")
    when = [
        page.field("event_on", _("Date d’effet demandée"), "date", width="s", hint=birth),
        page.received(),
        page.reason(),
        *page.agreement(),
    ]
    made: list[Shape] = [
        {"key": "person", "title": _("La personne à ajouter"), "fields": person},
        {"key": "when", "title": _("Quand"), "fields": when},
    ]
    if aid:
        as_read = _("Les deux noms comme l’attestation les écrit.")
        certificate = [
            page.field("amount", _("Montant annuel"), "money", width="s"),
            page.field("agreed_on", _("Accord du"), "date", width="s"),
            page.field("valid_until", _("Valable jusqu’au"), "date", width="s"),
            page.field("file_holder", _("Titulaire du dossier"), "text"),
            page.field("certificate_holder", _("Titulaire de l’attestation"), "text", hint=as_read),
        ]
        made.append({"key": "aid", "title": _("Attestation ACS"), "fields": certificate})
    return made
