"""Papers as they come in the post: a form filled by hand, its ACS certificates, put together and scanned. Pure."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pikepdf

from egide.contracts.decisions.reader import parse_day
from egide.contracts.papers.forms import AcsCertificate, EnrolmentForm, FilledForm, FormPerson
from egide.documents.facts import House as PrintedHouse
from egide.documents.rendering import render
from egide.documents.scans import scan
from egide.kernel.money import parse_eur
from egide.kernel.text import elided

Content = Mapping[str, object]

_LINKS = {"member": "", "spouse": "conjoint", "child": "enfant"}
_SCHEMES = {"general": "Général", "alsace_moselle": "Alsace-Moselle"}


@dataclass(frozen=True, slots=True)
class Paper:
    """What the printer of the form wrote before anyone filled it."""

    product: str
    edition: str
    contract_number: str
    formulas: Mapping[str, str]  # code: label
    insurer: str
    creditor_identifier: str
    aided: bool


PAPERS = {
    "proxime_sante": Paper(
        "Proxime Santé", "BA-PX-2015-07", "UMH-PX-2015-001", {"a": "Formule A", "b": "Formule B", "c": "Formule C"},
        "Union mutualiste Horizon", "FR33ZZZ999001", aided=True,
    ),
    "horizon_sante": Paper(
        "Horizon Santé", "BA-HS-2026-01", "UMH-HS-2026-001",
        {"essentielle": "Essentielle", "confort": "Confort", "premium": "Premium"},
        "Union mutualiste Horizon", "FR33ZZZ999001", aided=False,
    ),
}  # fmt: skip


def scanned_form(
    product_code: str, content: Content, *, received_on: date, seed: int, ppi: int = 110
) -> tuple[bytes, int]:
    """The scan of a form filled with this content, and how many pages it has.

    An unsigned content gives a form without signature; a person without certificate has no certificate page.
    """
    paper = PAPERS[product_code]
    pages = [render(_form(paper, content, received_on), issued_on=received_on)]
    if paper.aided:
        certificates = _certificates(content)
        pages.extend(render(certificate, issued_on=certificate.agreed_on) for certificate in certificates)
    whole = _together(pages)
    with pikepdf.open(io.BytesIO(whole)) as opened:
        count = len(opened.pages)
    return scan(whole, seed=seed, ppi=ppi), count


def _form(paper: Paper, content: Content, received_on: date) -> EnrolmentForm:
    persons = persons_of(content)
    member, others = persons[0], persons[1:]
    name = f"{member['first_name']} {member['last_name']}"
    return EnrolmentForm(
        house=_house(paper),
        product=paper.product,
        edition=paper.edition,
        contract_number=paper.contract_number,
        formulas=tuple(paper.formulas.values()),
        frequencies=("Mensuelle", "Trimestrielle", "Annuelle"),
        enclosures=(
            *(("l’attestation de droit ACS de chaque personne à assurer",) if paper.aided else ()),
            "la copie de l’attestation Vitale de chaque personne",
            "un relevé d’identité bancaire",
        ),
        creditor_identifier=paper.creditor_identifier,
        reply_address=("Centre de gestion, Adhésions", "12 quai des Augustins", "45160 OLIVET"),
        declarations=(
            f"Je demande mon adhésion au contrat {paper.product}, assuré par l’{paper.insurer}.",
            "Je reconnais avoir reçu la notice d’information et le tableau des garanties avant de signer.",
            "Je certifie exacts les renseignements donnés.",
            "Je dispose d’un droit de renonciation dont le délai et les effets sont décrits dans la notice.",
        ),
        filled=FilledForm(
            member=_person(member, content),
            title="Madame" if str(member["nir"]).startswith("2") else "Monsieur",
            address=_address(content),
            phone=str(content.get("phone") or ""),
            email=str(content.get("email") or ""),
            beneficiaries=tuple(_person(each, content) for each in others),
            formula=paper.formulas[str(content["formula"])],
            wished_on=str(content["wished_start"]).replace("/", ""),
            frequency="Mensuelle",
            iban=str(content["iban"]).replace(" ", ""),
            bic=str(content.get("bic") or ""),
            account_holder=str(content.get("holder") or name),
            signed_at=str(content["city"]),
            signed_on=str(content["signed_on"]),
            signature=f"{str(member['first_name'])[0]}. {member['last_name']}" if content.get("signed") else "",
            stamped_on=received_on,
        ),
    )


def _address(content: Content) -> tuple[str, str, str]:
    """The three lines of the form: flat (may be empty), number and street, postcode and town."""
    flat, _, street = str(content["line1"]).rpartition(", ")
    return flat, street, f"{content['postcode']} {content['city']}"


def persons_of(content: Content) -> Sequence[Mapping[str, object]]:
    """The persons of a typed form, in its order."""
    persons = content["persons"]
    assert isinstance(persons, list)  # noqa: S101 - contents are made by this package
    return persons


def _person(person: Mapping[str, object], content: Content) -> FormPerson:
    return FormPerson(
        last_name=str(person["last_name"]),
        first_name=str(person["first_name"]),
        birth_date=str(person["birth_date"]).replace("/", ""),
        nir=str(person["nir"]),
        relationship=_LINKS[str(person["link"])],
        scheme=_SCHEMES[str(content["scheme"])],
        has_certificate=bool(person.get("certificate")),
    )


def _house(paper: Paper) -> PrintedHouse:
    return PrintedHouse(
        name=paper.insurer,
        tagline="Votre santé, ensemble",
        address=("1 place de l’Horizon", "75013 Paris"),
        phone="01 99 00 10 01",
        email="contact@horizon.invalid",
        legal=(f"{paper.insurer}, organisme fictif de démonstration, SIREN 999 000 011.",),
        insurer=paper.insurer,
    )


def _certificates(content: Content) -> list[AcsCertificate]:
    """One certificate page for each person who has one, as the fund of the department issues it."""
    persons = persons_of(content)
    holder = f"{persons[0]['first_name']} {str(persons[0]['last_name']).upper()}"
    made = []
    for number, person in enumerate(persons, 1):
        written = person.get("certificate")
        if not isinstance(written, Mapping):
            continue
        aid_cents = parse_eur(str(written["amount"]))
        nir = str(person["nir"] or persons[0]["nir"])
        made.append(
            AcsCertificate(
                fund="Caisse primaire d’assurance maladie (spécimen)",
                fund_address=("Service CMU-C et ACS", f"Département {str(content['postcode'])[:2]}"),
                file_number=f"{content['postcode']}-{str(content['signed_on'])[-4:]}-{nir[7:13]}-{number}",
                holder=holder,
                beneficiary=f"{person['first_name']} {str(person['last_name']).upper()}",
                birth_date=_day(person["birth_date"]),
                nir=f"{nir[0]} {nir[1:3]} {nir[3:5]} {nir[5:7]} {nir[7:10]} {nir[10:13]} {nir[13:]}",
                agreed_on=_day(written["agreed_on"]),
                last_day=_day(written["valid_until"]),
                aid_cents=aid_cents,
                age_band=_AGE_BANDS[aid_cents],
                addressee=(holder, str(content["line1"]), f"{content['postcode']} {content['city']}"),
            )
        )
    return made


_AGE_BANDS = {10_000: "moins de 16 ans", 20_000: "de 16 à 49 ans", 35_000: "de 50 à 59 ans", 55_000: "60 ans et plus"}


def _day(written: object) -> date:
    day = parse_day(str(written))
    assert day is not None  # noqa: S101 - contents are made by this package
    return day


def written_day(day: date) -> str:
    """A date as it is typed and printed on forms: 05/10/2015."""
    return f"{day:%d/%m/%Y}"


def title_of(content: Content) -> str:
    """The title of a received form, as the mail room names it."""
    member = persons_of(content)[0]
    return elided(f"Bulletin d’adhésion de {member['first_name']} {member['last_name']}")


def _together(papers: Sequence[bytes]) -> bytes:
    if len(papers) == 1:
        return papers[0]
    whole = pikepdf.Pdf.new()
    for paper in papers:
        with pikepdf.open(io.BytesIO(paper)) as opened:
            whole.pages.extend(opened.pages)
    out = io.BytesIO()
    whole.save(out, deterministic_id=True)
    return out.getvalue()
