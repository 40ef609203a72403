"""An enrolment form on screen: its sections in the order of the paper, and back from what was typed to its content."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from egide.contracts.decisions.reader import parse_day
from egide.contracts.facts import Issue, Severity
from egide.doors.frame import words
from egide.doors.frame.shell import Shape
from egide.rules.books import Book

Content = dict[str, Any]
PLAIN = (
    "formula", "scheme", "wished_start", "signed_on", "line1", "postcode", "city", "phone", "email", "iban", "holder",
)  # fmt: skip
TICKED = ("signed", "rib")
PERSON_TICKED = ("student", "vitale", "school", "nir_checked")
PERSON = ("link", "last_name", "first_name", "birth_date", "birth_rank", "nir")
CERTIFICATE = ("file_holder", "certificate_holder", "agreed_on", "valid_until", "amount")
_PERSON_NAME = re.compile(r"persons-(\d{1,2})-")


def typed(post: QueryDict, kept: Mapping[str, Any]) -> Content:
    """The content of a form as it was typed; what the page does not show is kept as it was."""
    plain = {name: post.get(name, "").strip() for name in PLAIN}
    content: Content = {**kept, **plain, **{name: name in post for name in TICKED}}
    ranks = sorted({int(found[1]) for name in post if (found := _PERSON_NAME.match(name))})
    content["persons"] = [_typed_person(post, f"persons-{rank}-") for rank in ranks]
    return content


def _typed_person(post: QueryDict, start: str) -> Content:
    person: Content = {name: post.get(start + name, "").strip() for name in PERSON}
    person.update({name: start + name in post for name in PERSON_TICKED})
    person["certificate"] = {name: post.get(f"{start}certificate-{name}", "").strip() for name in CERTIFICATE}
    return person


def people_of(content: Mapping[str, Any]) -> list[Content]:
    """The persons of a form, as they were typed."""
    persons = content.get("persons")
    return [dict(one) for one in persons if isinstance(one, Mapping)] if isinstance(persons, list) else []


def certificate_of(person: Mapping[str, Any]) -> Mapping[str, Any]:
    """The certificate typed for a person; empty when there is none."""
    return _mapping(person.get("certificate"))


def _mapping(value: object) -> Mapping[str, Any]:
    """What programs send as content is theirs: anything but a mapping is nothing."""
    return value if isinstance(value, Mapping) else {}


def who_in(content: Mapping[str, Any]) -> str:
    """The candidate's name, when it was typed."""
    people = people_of(content)
    return f"{people[0].get('first_name', '')} {people[0].get('last_name', '')}".strip() if people else ""


def sections(
    content: Mapping[str, Any], book: Book, *, revision: int, certificates: bool, issues: Sequence[Issue]
) -> list[Shape]:
    """The sections of the page; each issue stands beside its field."""
    people = people_of(content) or [{"link": "member"}]
    marks = _Marks(issues, {**content, "persons": people})
    return [
        {
            "key": "choice",
            "title": _("La demande"),
            "fields": [
                {"name": "revision", "label": "revision", "kind": "hidden", "value": revision},
                marks.field(
                    "formula", _("Formule"), "select", options=[("", "–"), *book.formulas], width="s", required=True
                ),
                marks.field("scheme", _("Régime obligatoire"), "select", options=_schemes(), required=True),
                marks.field("wished_start", _("Date d’effet souhaitée"), "date", width="s", required=True),
                marks.field("signed_on", _("Signé le"), "date", width="s", required=True),
                marks.field("signed", _("Le bulletin est signé"), "checkbox"),
            ],
        },
        {
            "key": "people",
            "title": _("Les personnes à couvrir"),
            "hint": _(
                "N° de sécurité sociale avec sa clé, vide pour un enfant sous celui d’un parent. Rang 2 pour le second jumeau."
            ),
            "people": [_person(marks, person, rank, certificates=certificates) for rank, person in enumerate(people)],
            "add_act": "add:people",
            "add_label": _("Ajouter une personne"),
        },
        {
            "key": "address",
            "title": _("Coordonnées"),
            "fields": [
                marks.field("line1", _("Adresse"), "text", width="full", required=True),
                marks.field("postcode", _("Code postal"), "text", width="xs", required=True),
                marks.field("city", _("Ville"), "text", required=True),
                marks.field("phone", _("Téléphone"), "tel", width="s"),
                marks.field("email", _("Courriel"), "email"),
            ],
        },
        {
            "key": "payment",
            "title": _("Prélèvement"),
            "fields": [
                marks.field("iban", "IBAN", "text", width="l", required=True),
                marks.field("rib", _("RIB joint"), "checkbox"),
                marks.field("holder", _("Titulaire du compte"), "text", hint=_("L’adhérent, sauf mention contraire.")),
            ],
        },
    ]


def _schemes() -> list[tuple[str, object]]:
    return [("", "–"), *words.SCHEMES.items()]


def _person(marks: _Marks, person: Content, rank: int, *, certificates: bool) -> Shape:
    start, links = f"persons-{rank}-", [("", "–"), *words.LINKS.items()]
    fields = [
        marks.field(start + "link", _("Lien avec l’adhérent"), "select", options=links, width="s", required=True),
        marks.field(start + "last_name", _("Nom"), "text", required=True),
        marks.field(start + "first_name", _("Prénom"), "text", required=True),
        marks.field(start + "birth_date", _("Date de naissance"), "date", width="s", required=True),
        marks.field(start + "birth_rank", _("Rang"), "number", width="xs"),
        marks.field(start + "nir", _("N° de sécurité sociale"), "text", width="l", required=person.get("link") != "child"),
        marks.field(start + "vitale", _("Attestation vitale jointe"), "checkbox"),
        marks.field(start + "student", _("Poursuit des études"), "checkbox"),
    ]  # fmt: skip
    if person.get("student") or person.get("school"):
        fields.append(marks.field(start + "school", _("Certificat de scolarité joint"), "checkbox"))
    if person.get("nir_checked") or marks.has(start + "nir", "form.nir_birth"):
        fields.append(marks.field(start + "nir_checked", _("Numéro vérifié sur l’attestation vitale"), "checkbox"))
    lines = [fields]
    if certificates or any(certificate_of(person).values()):
        lines.append(_certificate(marks, start + "certificate-", required=certificates))
    name = f"{person.get('first_name', '')} {person.get('last_name', '')}".strip()
    return {
        "key": str(rank),
        "title": name or _("Personne %(n)s") % {"n": rank + 1},
        "summary": _summary(person),
        "lines": lines,
        "removable": rank > 0,
    }


def _certificate(marks: _Marks, start: str, *, required: bool) -> list[Shape]:
    return [
        marks.field(start + "amount", _("Attestation ACS, par an"), "money", width="s", required=required),
        marks.field(start + "agreed_on", _("Accord du"), "date", width="s", required=required),
        marks.field(start + "valid_until", _("Valable jusqu’au"), "date", width="s", required=required),
        marks.field(start + "file_holder", _("Titulaire du dossier"), "text"),
        marks.field(start + "certificate_holder", _("Titulaire de l’attestation"), "text"),
    ]


def _summary(person: Mapping[str, Any]) -> str:
    born = parse_day(str(person.get("birth_date") or ""))
    link = words.said(words.LINKS, str(person.get("link") or "")) if person.get("link") else ""
    said = words.agreed(
        str(person.get("nir") or ""), _("né le %(day)s"), _("née le %(day)s"), _("naissance le %(day)s")
    )
    age = said % {"day": f"{born:%d/%m/%Y}"} if born else ""
    return ", ".join(part for part in (link, age) if part)


class _Marks:
    """Puts each value, error, warning and confidence beside its field."""

    def __init__(self, issues: Sequence[Issue], content: Mapping[str, Any]) -> None:
        self._values = flat(content)
        self._errors: dict[str, list[str]] = {}
        self._warnings: dict[str, list[str]] = {}
        self._confidence = _mapping(content.get("confidence"))
        self._pages = _mapping(content.get("pages"))
        self._codes = {(issue.field, issue.code) for issue in issues}
        for issue in issues:
            where = self._warnings if issue.severity is Severity.WARNING else self._errors
            where.setdefault(issue.field, []).append(f"{issue.message} {issue.remedy}")

    def has(self, name: str, code: str) -> bool:
        """Whether an issue of this code stands beside a field."""
        return (name, code) in self._codes

    def field(self, name: str, label: str, kind: str, **more: object) -> Shape:
        """One field; a date that is not one stays visible as it was typed."""
        value = self._values.get(name, "")
        if kind == "money":
            value = str(value).removesuffix("€").rstrip()  # the unit stands beside the box
        if kind == "date" and value:
            day = parse_day(str(value))
            value, kind = (day, kind) if day else (value, "text")
        return {
            "name": name,
            "label": label,
            "kind": kind,
            "value": value,
            "error": " ".join(self._errors.get(name, ())),
            "warning": " ".join(self._warnings.get(name, ())),
            "confidence": self._confidence.get(name),
            "page": self._pages.get(name),
            **more,
        }


def flat(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content by name of field: ``persons-0-certificate-amount``."""
    values: dict[str, Any] = {name: content.get(name, "") for name in (*PLAIN, *TICKED)}
    for rank, person in enumerate(people_of(content)):
        start = f"persons-{rank}-"
        values.update({start + name: person.get(name, "") for name in (*PERSON, *PERSON_TICKED)})
        certificate = certificate_of(person)
        values.update({f"{start}certificate-{name}": certificate.get(name, "") for name in CERTIFICATE})
    return values


def labels_of(shapes: Sequence[Shape]) -> dict[str, str]:
    """The label of each field shown, by its name."""
    fields = [field for section in shapes for field in section.get("fields", [])]
    fields += [
        field
        for section in shapes
        for person in section.get("people", [])
        for line in person["lines"]
        for field in line
    ]
    return {field["name"]: field["label"] for field in fields if field["kind"] != "hidden"}
