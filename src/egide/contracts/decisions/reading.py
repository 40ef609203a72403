"""Reading an enrolment form: what was typed becomes a checked request, or the list of what is missing or contradictory.

Sources: seed 003, articles 2.4 « Contrôle des dossiers d'Adhésion » (S003-032 to S003-038).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from egide.contracts.decisions.effect import start_kept
from egide.contracts.facts import Certificate, EnrolmentAsked, FormRead, Issue, PersonAsked, Severity
from egide.kernel.errors import Refusal
from egide.kernel.formats import format_date
from egide.kernel.identifiers import check_iban, check_nir
from egide.kernel.money import parse_eur
from egide.kernel.periods import add_months, age_on
from egide.kernel.text import elided

_LINKS = {"member": "adhérent", "spouse": "conjoint", "child": "enfant"}
_OLDEST = 120
_YEARS = range(1850, 2200)  # a year typed with one digit too many is no date


@dataclass(slots=True)
class _Reader:
    """Collects issues while fields are read, so that all of them are told together."""

    issues: list[Issue] = field(default_factory=list)

    def add(self, where: str, code: str, message: str, remedy: str, *, missing: bool = False, paper: str = "") -> None:
        severity = Severity.MISSING if missing else Severity.WRONG
        self.issues.append(Issue(where, code, elided(message), remedy, severity, elided(paper)))

    def warn(self, where: str, code: str, message: str, remedy: str) -> None:
        self.issues.append(Issue(where, code, message, remedy, Severity.WARNING))

    def text(self, content: Mapping[str, object], name: str, label: str, *, where: str = "") -> str:
        value = str(content.get(name) or "").strip()
        if not value:
            self.add(
                where or name,
                "form.missing",
                f"{label} : à renseigner.",
                "Recopiez la rubrique du bulletin.",
                missing=True,
            )
        return value

    def day(self, content: Mapping[str, object], name: str, label: str, *, where: str = "") -> date | None:
        value = self.text(content, name, label, where=where)
        if not value:
            return None
        found = parse_day(value)
        if found is None:
            self.add(
                where or name,
                "form.date",
                f"{label} : « {value} » n’est pas une date.",
                "Écrivez jour/mois/année, par exemple 05/10/2015.",
            )
        return found


def parse_day(text: str) -> date | None:
    """A date typed as 05/10/2015 or 2015-10-05; None when it is neither, or in no year of ours."""
    parts = text.replace(".", "/").replace("-", "/").split("/")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        return None
    first, month, last = (int(part) for part in parts)
    year, day = (first, last) if len(parts[0]) == 4 else (last, first)
    try:
        return date(year, month, day) if year in _YEARS else None
    except ValueError:
        return None


def read_form(
    content: Mapping[str, object],
    *,
    product_code: str,
    formulas: tuple[str, ...],
    certificates_required: bool,
    received_on: date,
    complete_on: date,
) -> FormRead:
    """Checks every field of a form; ``asked`` is set only when nothing stops the validation.

    ``complete_on`` is the day when the file would be complete: certificates must reach the start date kept that day.
    """
    reader = _Reader()
    formula = reader.text(content, "formula", "Formule")
    if formula and formula not in formulas:
        reader.add(
            "formula",
            "form.formula",
            f"La formule « {formula} » n’existe pas dans ce produit.",
            f"Choisissez parmi : {', '.join(formulas)}.",
        )
    scheme = reader.text(content, "scheme", "Régime obligatoire")
    signed_on = _signature(reader, content, received_on)
    wished = reader.day(content, "wished_start", "Date d’effet souhaitée")
    address = {name: reader.text(content, name, label) for name, label in _ADDRESS}
    if address["postcode"] and not (address["postcode"].isdigit() and len(address["postcode"]) == 5):
        reader.add(
            "postcode",
            "form.postcode",
            "Le code postal compte cinq chiffres.",
            "Vérifiez l’adresse du bulletin.",
        )
    iban, bic = _iban(reader, content)
    kept = start_kept(wished, agreements=_agreements(content), complete_on=complete_on)[0] if wished else None
    persons = _persons(reader, content, certificates_required=certificates_required, received_on=received_on, kept=kept)
    read = FormRead(asked=None, issues=tuple(reader.issues))
    if read.blocking or wished is None or signed_on is None:
        return read
    asked = EnrolmentAsked(
        product_code=product_code,
        formula=formula,
        scheme=scheme,
        wished_start=wished,
        signed_on=signed_on,
        received_on=received_on,
        line1=address["line1"],
        postcode=address["postcode"],
        city=address["city"],
        phone=str(content.get("phone") or "").strip(),
        email=str(content.get("email") or "").strip(),
        iban=iban,
        bic=bic,
        holder=str(content.get("holder") or "").strip() or f"{persons[0].first_name} {persons[0].last_name}",
        persons=tuple(persons),
    )
    return FormRead(asked=asked, issues=read.issues)


_ADDRESS = (("line1", "Adresse"), ("postcode", "Code postal"), ("city", "Ville"))


def _signature(reader: _Reader, content: Mapping[str, object], received_on: date) -> date | None:
    """S003-033: the form is dated and signed; an undated one is not a request."""
    signed_on = reader.day(content, "signed_on", "Date de signature")
    if signed_on and signed_on > received_on:
        reader.add(
            "signed_on",
            "form.signed_after_receipt",
            f"Signé le {signed_on:%d/%m/%Y}, après sa réception le {received_on:%d/%m/%Y}.",
            "Relisez la date sur le bulletin.",
        )
    if not content.get("signed"):
        reader.add(
            "signed",
            "form.unsigned",
            "Le bulletin n’est pas signé.",
            "Demandez un bulletin daté et signé par le candidat ou son représentant légal.",
            missing=True,
            paper="Bulletin d’adhésion daté et signé",
        )
    return signed_on


def _iban(reader: _Reader, content: Mapping[str, object]) -> tuple[str, str]:
    text = str(content.get("iban") or "").strip()
    if not text:
        reader.add(
            "iban",
            "form.iban_missing",
            "IBAN : à renseigner pour le prélèvement.",
            "Recopiez l’IBAN, ou demandez un relevé d’identité bancaire.",
            missing=True,
            paper="Relevé d’identité bancaire (RIB) et mandat de prélèvement signé",
        )
        return "", ""
    try:
        checked = check_iban(text)
    except Refusal as refusal:
        reader.add("iban", refusal.code, refusal.message, refusal.remedy)
        return "", ""
    return checked.compact, checked.bic or ""


def _persons(
    reader: _Reader,
    content: Mapping[str, object],
    *,
    certificates_required: bool,
    received_on: date,
    kept: date | None,
) -> list[PersonAsked]:
    """S003-034 to S003-036: who is covered, under which number, with which certificate."""
    people = _people(content)
    if not people:
        reader.add(
            "persons",
            "form.no_member",
            "Aucune personne n’est inscrite.",
            "Renseignez au moins l’adhérent.",
            missing=True,
        )
        return []
    persons: list[PersonAsked] = []
    for index, person in enumerate(people):
        asked = _person(reader, person, index, persons, received_on=received_on)
        certificate = _certificate(reader, person, index, required=certificates_required, kept=kept)
        if asked is not None:
            persons.append(replace(asked, certificate=certificate))
    if [person.link for person in persons].count("member") != 1 or (persons and persons[0].link != "member"):
        reader.add(
            "persons-0-link",
            "form.one_member",
            "Il faut un adhérent, et un seul, en tête du bulletin.",
            "Vérifiez le lien de chaque personne avec l’adhérent.",
        )
    seen: dict[tuple[str, date, int], int] = {}
    for index, one in enumerate(persons):
        identity = (one.insured_nir, one.birth_date, one.birth_rank)
        if identity in seen:
            reader.add(
                f"persons-{index}-birth_rank",
                "form.same_person",
                f"{one.first_name} porte le même numéro, la même date de naissance et le même rang qu’une autre personne.",
                "Pour des jumeaux, donnez le rang de naissance 2 au second.",
            )
        seen[identity] = index
    return persons


def _people(content: Mapping[str, object]) -> list[Mapping[str, object]]:
    raw = content.get("persons")
    return [person for person in raw if isinstance(person, Mapping)] if isinstance(raw, list) else []


def _certificate_fields(person: Mapping[str, object]) -> Mapping[str, object]:
    raw = person.get("certificate")
    return raw if isinstance(raw, Mapping) else {}


def _agreements(content: Mapping[str, object]) -> list[date]:
    """The days on which aids were agreed, of all persons: the latest one may move the start of everyone."""
    days = (parse_day(str(_certificate_fields(person).get("agreed_on") or "")) for person in _people(content))
    return [day for day in days if day]


def _person(
    reader: _Reader,
    content: Mapping[str, object],
    index: int,
    before: list[PersonAsked],
    *,
    received_on: date,
) -> PersonAsked | None:
    where = f"persons-{index}-"
    names = [
        reader.text(content, name, label, where=where + name)
        for name, label in (("last_name", "Nom"), ("first_name", "Prénom"))
    ]
    who = names[1] or f"personne {index + 1}"
    birth = reader.day(content, "birth_date", f"Date de naissance de {who}", where=where + "birth_date")
    if birth and (birth > received_on or age_on(birth, received_on) > _OLDEST):
        reader.add(
            where + "birth_date",
            "form.birth_date",
            f"{who} serait né le {birth:%d/%m/%Y} : c’est impossible.",
            "Relisez la date sur le bulletin ou l’attestation vitale.",
        )
        birth = None
    link = str(content.get("link") or "")
    if link not in _LINKS:
        reader.add(
            where + "link",
            "form.link",
            f"Lien de {who} avec l’adhérent : à préciser.",
            "Adhérent, conjoint ou enfant.",
        )
    nir = _nir(reader, content, where, who, birth, own_required=link != "child")
    insured = nir or next((person.nir for person in before if person.nir), "")
    rank = str(content.get("birth_rank") or "1")
    if birth is None or link not in _LINKS or not insured or not all(names) or not rank.isdigit():
        return None
    return PersonAsked(
        link=link,
        last_name=names[0],
        first_name=names[1],
        birth_date=birth,
        birth_rank=int(rank),
        nir=nir,
        insured_nir=insured,
        student=bool(content.get("student")),
        certificate=None,
    )


def _nir(
    reader: _Reader,
    content: Mapping[str, object],
    where: str,
    who: str,
    birth: date | None,
    *,
    own_required: bool,
) -> str:
    text = str(content.get("nir") or "").strip()
    if not text:
        if own_required:
            reader.add(
                where + "nir",
                "form.nir_missing",
                f"Numéro de sécurité sociale de {who} : à renseigner.",
                "Recopiez-le de l’attestation vitale, avec sa clé.",
                missing=True,
                paper=f"Copie de l’attestation vitale de {who}",
            )
        return ""
    try:
        nir = check_nir(text)
    except Refusal as refusal:
        reader.add(where + "nir", refusal.code, refusal.message, refusal.remedy)
        return ""
    if birth and nir.number[1:3] != f"{birth.year % 100:02d}":
        reader.warn(
            where + "nir",
            "form.nir_birth_year",
            f"Le numéro indique une naissance en {nir.number[1:3]}, le bulletin en {birth.year}.",
            "Vérifiez la date de naissance ; un numéro d’enfant est souvent celui d’un parent.",
        )
    return nir.number


def _certificate(
    reader: _Reader, content: Mapping[str, object], index: int, *, required: bool, kept: date | None
) -> Certificate | None:
    where = f"persons-{index}-certificate-"
    who = str(content.get("first_name") or f"personne {index + 1}")
    fields = _certificate_fields(content)
    named = f"{content.get('first_name') or ''} {content.get('last_name') or ''}".strip()
    if not any(fields.values()):
        if required:
            reader.add(
                where + "amount",
                "form.certificate_missing",
                f"Attestation ACS de {who} : absente du dossier.",
                "Demandez l’attestation délivrée par la caisse.",
                missing=True,
                paper=f"Attestation de droit à l’ACS de {who}",
            )
        return None
    agreed = reader.day(fields, "agreed_on", f"Date d’accord ACS de {who}", where=where + "agreed_on")
    until = reader.day(fields, "valid_until", f"Fin de validité ACS de {who}", where=where + "valid_until")
    amount = _amount(reader, fields, where, who)
    if agreed and until and until <= agreed:
        reader.add(
            where + "valid_until",
            "form.certificate_dates",
            "La validité finit avant l’accord.",
            "Relisez l’attestation.",
        )
        return None
    if until and kept and until < kept:
        reader.add(
            where + "valid_until",
            "form.certificate_expired",
            f"L’attestation de {who} expire le {format_date(until)}, avant la date d’effet retenue, le {format_date(kept)}.",
            "Demandez l’attestation renouvelée.",
            paper=f"Attestation de droit à l’ACS de {who}, en cours de validité",
        )
    if agreed and until and until > add_months(agreed, 18):
        reader.warn(
            where + "valid_until",
            "form.certificate_long",
            "Validité de plus de dix-huit mois.",
            "Relisez l’attestation.",
        )
    if agreed is None or until is None or amount is None:
        return None
    return Certificate(
        file_holder=str(fields.get("file_holder") or named),
        certificate_holder=str(fields.get("certificate_holder") or named),
        agreed_on=agreed,
        valid_until=until,
        amount_cents=amount,
    )


def _amount(reader: _Reader, fields: Mapping[str, object], where: str, who: str) -> int | None:
    text = reader.text(fields, "amount", f"Montant de l’aide de {who}", where=where + "amount")
    if not text:
        return None
    try:
        amount = parse_eur(text)
    except Refusal as refusal:
        reader.add(where + "amount", refusal.code, refusal.message, refusal.remedy)
        return None
    if amount <= 0:
        reader.add(where + "amount", "form.amount", "Le montant de l’aide doit être positif.", "Relisez l’attestation.")
        return None
    return amount
