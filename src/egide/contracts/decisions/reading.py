"""Reading an enrolment form: what was typed becomes a checked request, or the list of what is missing or contradictory.

Sources: seed 003, articles 2.4 « Contrôle des dossiers d'Adhésion » (S003-032 to S003-038).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from egide.contracts.decisions.proofs import read_nir, read_school, read_vitale
from egide.contracts.decisions.reader import Reader, parse_day
from egide.contracts.decisions.terms import start_of
from egide.contracts.facts import Certificate, EnrolmentAsked, FormRead, PersonAsked
from egide.kernel.errors import Refusal
from egide.kernel.formats import format_date
from egide.kernel.identifiers import check_iban
from egide.kernel.money import parse_eur
from egide.kernel.periods import add_months, age_on
from egide.rules.books import Book

_LINKS = {"member": "adhérent", "spouse": "conjoint", "child": "enfant"}
_OLDEST = 120


def read_form(
    content: Mapping[str, object],
    *,
    book: Book,
    certificates_required: bool,
    received_on: date,
    complete_on: date,
    papers_in: Collection[str] = (),
) -> FormRead:
    """Checks every field of a form; ``asked`` is set only when nothing stops the validation.

    ``book`` is the règlement of the product asked for. ``complete_on`` is the day when the file would be complete:
    certificates must reach the start date kept that day. ``papers_in`` names the papers that were asked for and came.
    """
    reader = Reader()
    formula = reader.text(content, "formula", "Formule")
    formulas = tuple(code for code, _label in book.formulas)
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
    iban, bic = _iban(reader, content, papers_in)
    kept = start_of(book, wished, agreements=_agreements(content), complete_on=complete_on).on if wished else None
    persons = _persons(
        reader,
        content,
        certificates_required=certificates_required,
        received_on=received_on,
        kept=kept,
        proofs=_Proofs(book, complete_on, papers_in),
    )
    read = FormRead(asked=None, issues=tuple(reader.issues))
    if read.blocking or wished is None or signed_on is None:
        return read
    asked = EnrolmentAsked(
        product_code=book.code,
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


@dataclass(frozen=True, slots=True)
class _Proofs:
    """What decides which papers a form must hold: its règlement, the day it would be complete, the papers that came."""

    book: Book
    complete_on: date
    papers_in: Collection[str]


_ADDRESS = (("line1", "Adresse"), ("postcode", "Code postal"), ("city", "Ville"))


def _signature(reader: Reader, content: Mapping[str, object], received_on: date) -> date | None:
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


_RIB = "Relevé d’identité bancaire (RIB) et mandat de prélèvement signé"


def _iban(reader: Reader, content: Mapping[str, object], papers_in: Collection[str]) -> tuple[str, str]:
    text = str(content.get("iban") or "").strip()
    if not text:
        reader.add(
            "iban",
            "form.iban_missing",
            "IBAN : à renseigner pour le prélèvement.",
            "Recopiez l’IBAN, ou demandez un relevé d’identité bancaire.",
            missing=True,
            paper=_RIB,
        )
        return "", ""
    if not content.get("rib") and _RIB not in papers_in:
        reader.warn(
            "rib",
            "form.rib_missing",
            "Aucun relevé d’identité bancaire n’est au dossier : l’IBAN n’est que recopié.",
            "Cochez-le s’il est joint au bulletin, sinon demandez-le.",
            paper=_RIB,
        )
    try:
        checked = check_iban(text)
    except Refusal as refusal:
        reader.add("iban", refusal.code, refusal.message, refusal.remedy)
        return "", ""
    return checked.compact, checked.bic or ""


def _persons(
    reader: Reader,
    content: Mapping[str, object],
    *,
    certificates_required: bool,
    received_on: date,
    kept: date | None,
    proofs: _Proofs,
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
        asked = _person(reader, person, index, persons, received_on=received_on, proofs=proofs)
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
    reader: Reader,
    content: Mapping[str, object],
    index: int,
    before: list[PersonAsked],
    *,
    received_on: date,
    proofs: _Proofs,
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
    known = {person.insured_nir for person in before} if link == "child" else set()
    nir = read_nir(reader, content, where, who, birth, own_required=link != "child", known=known)
    if nir not in known:
        read_vitale(reader, content, where, who, book=proofs.book, papers_in=proofs.papers_in)
    if birth and link in _LINKS:
        read_school(
            reader,
            content,
            where,
            who,
            birth=birth,
            book=proofs.book,
            complete_on=proofs.complete_on,
            papers_in=proofs.papers_in,
        )
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
        school_certificate=bool(content.get("school")),
    )


def _certificate(
    reader: Reader, content: Mapping[str, object], index: int, *, required: bool, kept: date | None
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


def _amount(reader: Reader, fields: Mapping[str, object], where: str, who: str) -> int | None:
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
