"""The telephone page: who it is, who is covered today and how, what was paid, what is in progress, what comes next."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from egide.benefits.queries import latest_lines, payments_of
from egide.contracts.decisions.terms import withdrawal_until
from egide.contracts.queries import EnrolmentRow, Wanted, enrolment_by_number, facts_of, movements_of, wanted_by
from egide.doors.benefits.ceilings import ceilings_of
from egide.doors.benefits.member_care import payment_rows
from egide.doors.benefits.statement import transfer_rows
from egide.doors.contracts.rights import movement_shape
from egide.doors.desk.today import item_deadline, item_url, subject_url
from egide.doors.frame import words
from egide.doors.frame.access import PageRequest, allowed, needs
from egide.doors.frame.opened import doors, subjects
from egide.doors.frame.seen import saw
from egide.doors.frame.shelf import Shelf
from egide.doors.frame.shell import Shape, last_day, ref, show, state
from egide.doors.member import member_reads as reads
from egide.doors.member.member_flags import flags
from egide.doors.member.member_next import next_steps
from egide.doors.member.member_reads import CoverRow
from egide.journal import clock
from egide.journal.permissions import Permission
from egide.journal.subjects import Belonging, belonging_to
from egide.kernel.periods import age_on
from egide.premiums.decisions import contract_months, debit_day, instalment
from egide.premiums.facts import Instalment
from egide.premiums.queries import AccountLine, account
from egide.work.queries import ItemRow, items_with_ids

_LINES = 12
_TRANSFERS = 4
_TO_HANDLE = 7


@needs(Permission.READ)
def member(request: PageRequest, number: str) -> HttpResponse:
    """The page of the member of an enrolment, as of today."""
    day, shelf = clock.today(), Shelf()
    enrolment = enrolment_by_number(number)
    rows = reads.household(enrolment.member.household_id, day)
    enrolments = sorted({row.enrolment_id for row in rows if row.enrolment_id} | {enrolment.pk})
    persons = sorted({row.person_id for row in rows} | {enrolment.member_id})
    # Of whoever lives elsewhere, or is covered by somebody else's contract, nothing but the cover is told here.
    about = belonging_to(
        {
            "person": sorted({row.person_id for row in rows if row.lives_here} | {enrolment.member_id}),
            "enrolment": sorted(
                {row.enrolment_id for row in rows if row.enrolment_id and row.is_member} | {enrolment.pk}
            ),
        }
    )
    items = items_with_ids(reads.open_items(about))
    lines = account(enrolment.pk, limit=40)
    coming = _coming(shelf, enrolment, day)
    care: Shape = {"payments": [], "ceilings": []}
    if allowed(request, Permission.READ_HEALTH):
        latest = latest_lines(persons, limit=_LINES)
        names = {row.person_id: row.first_name for row in rows}
        care = {
            "payments": payment_rows(latest, names),
            "ceilings": ceilings_of(enrolments, rows, latest, day, shelf),
            "transfers": transfer_rows(request, payments_of(enrolment.pk, limit=_TRANSFERS)),
        }
    in_progress = [_item(request, item) for item in items]
    saw(
        request, reverse("member", args=[number]), f"{enrolment.member.first_name} {enrolment.member.last_name}", number
    )
    context = {
        "member": {**_identity(enrolment), "flags": flags(shelf, enrolment, rows, lines, in_progress, day)},
        "as_of": day,
        "covers": [_cover(shelf, row) for row in rows if row.covers(day)],
        "household": _others(rows, day),
        "enrolments": _enrolments(request, shelf, rows, enrolment),
        "account": _account(enrolment, lines, coming, day),
        **care,
        "form_key": str(uuid.uuid4()),
        "sees_health": allowed(request, Permission.READ_HEALTH),
        "in_progress": in_progress,
        "timeline": _timeline(request, about),
        "next_steps": next_steps(
            enrolment,
            shelf.on(enrolment.product_code, enrolment.starts_on),
            coming,
            reads.certificates([enrolment.pk]),
            day,
        ),
        "papers": [_paper(one) for one in reads.papers(about)],
        "rights": [movement_shape(request, one) for one in movements_of(enrolments)],
        "actions": _actions(request, shelf, enrolment, day),
        "changes": _changes(request, enrolment),
        "panels": panels(request, enrolments, persons),
    }
    return show(request, "member/member.html", context)


def panels(request: PageRequest, enrolment_ids: Sequence[int], person_ids: Sequence[int]) -> list[Shape]:
    """The parts of the record that trades give, in their places, for who may see them."""
    given = sorted((panel for door in doors() for panel in door.panels), key=lambda panel: panel.place)
    shapes = (
        (panel, panel.shape(request, enrolment_ids, person_ids)) for panel in given if allowed(request, panel.needs)
    )
    return [{"template": panel.template, "name": panel.name, **shape} for panel, shape in shapes if shape is not None]


def _coming(shelf: Shelf, enrolment: EnrolmentRow, day: date) -> list[Instalment]:
    """The months of the running contract year that are next to be debited and to fall due, one or two, as decided now."""
    months = contract_months(enrolment.starts_on, enrolment.ends_on, around=max(day, enrolment.starts_on))
    ahead = [month for month in months if debit_day(month) >= day]
    until = next((place for place, month in enumerate(ahead, start=1) if month >= day), 0)
    if not ahead:
        return []
    facts = facts_of(enrolment)
    return [instalment(partial(shelf.on, enrolment.product_code), facts, month) for month in ahead[: max(1, until)]]


def _identity(enrolment: EnrolmentRow) -> Shape:
    member, household = enrolment.member, enrolment.member.household
    bank = enrolment.mandate.bank_account if enrolment.mandate else None
    return {
        "number": enrolment.number,
        "name": f"{member.first_name} {member.last_name}",
        "born": words.agreed(member.nir, _("né le"), _("née le"), _("naissance le")),
        "born_on": member.birth_date,
        "age": age_on(member.birth_date, clock.today()),
        "nir": member.nir or member.insured_nir,
        "scheme": words.said(words.SCHEMES, enrolment.scheme),
        "phone": household.phone,
        "email": household.email,
        "address": [household.line1, f"{household.postcode} {household.city}"],
        "iban_masked": f"{bank.iban[:2]}•• •••• {bank.tail}" if bank else "",
        "bank_holder": bank.holder if bank else "",
        "mandate": enrolment.mandate.rum if enrolment.mandate else "",
    }


def _role(row: CoverRow) -> str:
    """The link with the member, in the person's own gender."""
    said = words.said(words.LINKS, row.link or "")
    return words.agreed(
        row.nir, said, {"member": _("Adhérente"), "spouse": _("Conjointe")}.get(row.link or "", said), said
    )


def _cover(shelf: Shelf, row: CoverRow) -> Shape:
    book = shelf.on(row.product_code or "", row.starts_on or clock.today())
    return {
        "name": row.name,
        "role": _role(row),
        "age": age_on(row.birth_date, clock.today()),
        "formula": dict(book.formulas).get(row.formula or "", row.formula),
        "product": book.title,
        "product_url": reverse("product", args=[row.product_code]),
        "starts_on": row.starts_on,
        "ends_on": last_day(row.ends_on),
        "how": words.said(words.SCHEMES, row.scheme or ""),
        "state": state(words.agreed(row.nir, _("Couvert"), _("Couverte"), _("Couverture en cours")), "ok"),
        "why": ref("couverture", row.cover_id),
    }


def _others(rows: list[CoverRow], day: date) -> list[Shape]:
    """People of the household that nothing covers today, once each."""
    covered = {row.person_id for row in rows if row.covers(day)}
    found: dict[int, Shape] = {}
    for row in rows:
        if row.person_id in covered or row.person_id in found:
            continue
        found[row.person_id] = {
            "name": row.name,
            "role": words.said(words.LINKS, row.link) if row.link else _("Foyer"),
            "born_on": row.birth_date,
            "age": age_on(row.birth_date, day),
            "note": _note(row, day),
            "state": state(_("À venir"), "info") if row.starts_on and row.starts_on > day else None,
        }
    return list(found.values())


def _note(row: CoverRow, day: date) -> str:
    if row.starts_on and row.starts_on > day:
        return _("à partir du %(day)s") % {"day": f"{row.starts_on:%d/%m/%Y}"}
    if row.ends_on and row.ends_on <= day:
        return _("jusqu’au %(day)s") % {"day": f"{last_day(row.ends_on):%d/%m/%Y}"}
    return ""


def enrolment_state(starts_on: date, ends_on: date | None, day: date) -> Shape:
    """Whether an enrolment runs on a day."""
    if ends_on and ends_on <= day:
        return state(_("Terminée"), "neutral")
    if starts_on > day:
        return state(_("À venir"), "info")
    return state(_("En cours"), "ok")


def _enrolments(request: PageRequest, shelf: Shelf, rows: list[CoverRow], current: EnrolmentRow) -> list[Shape]:
    shown: dict[str, Shape] = {}
    for row in rows:
        if row.number is None or row.number in shown or row.enrolment_starts_on is None:
            continue
        book = shelf.on(row.product_code or "", row.enrolment_starts_on)
        endorsable = allowed(request, Permission.ENDORSE) and row.number == current.number
        shown[row.number] = {
            "number": row.number,
            "product": book.title,
            "formula": dict(book.formulas).get(row.formula or "", row.formula),
            "starts_on": row.enrolment_starts_on,
            "ends_on": last_day(row.enrolment_ends_on),
            "state": enrolment_state(row.enrolment_starts_on, row.enrolment_ends_on, clock.today()),
            "url": reverse("member", args=[row.number]),
            "account_url": reverse("account", args=[row.number]),
            "endorsement_url": reverse("endorsement", args=[row.number]) if endorsable else "",
        }
    return list(shown.values())


def balance_state(cents: int) -> Shape:
    """What a balance says of an account."""
    if cents > 0:
        return state(_("À régler"), "warn")
    return state(_("À jour"), "ok") if cents == 0 else state(_("Créditeur"), "info")


def _account(enrolment: EnrolmentRow, lines: list[AccountLine], instalments: Sequence[Instalment], day: date) -> Shape:
    balance = lines[0].balance_cents if lines else 0
    coming = next((one for one in instalments if one.due_on >= day), None)
    return {
        "url": reverse("account", args=[enrolment.number]),
        "balance_cents": balance,
        "balance_why": ref("solde", enrolment.number) if lines else None,
        "state": balance_state(balance),
        "next_on": coming.due_on if coming else None,
        "next_cents": coming.to_pay_cents if coming else None,
        "next_why": ref("echeance", f"{enrolment.number}.{coming.month:%Y-%m}") if coming else None,
        "last": _last(lines),
    }


def _last(lines: list[AccountLine]) -> list[Shape]:
    """The latest movements, all persons of a month together."""
    grouped: dict[tuple[date, str, date | None], int] = {}
    for line in lines:
        key = (line.booked_on, line.nature, line.period)
        grouped[key] = grouped.get(key, 0) + line.amount_cents
    return [
        {
            "on": on,
            "label": " ".join([words.said(words.NATURES, nature), words.month(period) if period else ""]).strip(),
            "cents": cents,
        }
        for (on, nature, period), cents in list(grouped.items())[:5]
    ]


def _item(request: PageRequest, item: ItemRow) -> Shape:
    return {"title": item.title, "url": item_url(request, item), "deadline": item_deadline(item)}


def _timeline(request: PageRequest, about: Belonging) -> list[Shape]:
    acts = reads.timeline(about)
    wanted = wanted_by([one.id for one in acts])
    return [
        {
            "at": one.at,
            "title": words.said(words.ACTS, one.kind),
            "detail": " ".join([*_wanted(wanted.get(one.id)), *one.reasons]),
            "by": one.by,
            "channel": words.said(words.CHANNELS, one.channel),
            "icon": subjects()[one.subject_kind].icon,
            "url": ""
            if one.subject_kind == "enrolment"
            else subject_url(request, one.subject_kind, one.subject_id, one.label),
        }
        for one in acts
    ]


def _wanted(found: Wanted | None) -> list[str]:
    """When a change was asked for, and why, as the member said it."""
    if found is None:
        return []
    why = f"\N{NO-BREAK SPACE}: {found.reason}" if found.reason else ""
    told = [_("Demande reçue le %(day)s%(why)s.") % {"day": f"{found.received_on:%d/%m/%Y}", "why": why}]
    return [*told, _("Accord de l’assureur : %(ref)s.") % {"ref": found.agreement}] if found.agreement else told


def _paper(one: reads.Paper) -> Shape:
    return {
        "title": one.title,
        "on": one.made_on,
        "url": reverse("document", args=[one.id]),
        "received": one.received,
    }


def _changes(request: PageRequest, enrolment: EnrolmentRow) -> Shape:
    """Where the address, the account and the letters of this member are changed or written, for who may."""
    contact, endorse = allowed(request, Permission.CONTACT), allowed(request, Permission.ENDORSE)
    return {
        "address_url": reverse("address", args=[enrolment.number]) if contact else "",
        "letter_url": reverse("letter", args=[enrolment.number]) if contact else "",
        "account_url": reverse("account-change", args=[enrolment.number]) if endorse else "",
    }


def _actions(request: PageRequest, shelf: Shelf, enrolment: EnrolmentRow, day: date) -> list[Shape]:
    over = enrolment.ends_on and enrolment.ends_on <= max(day, enrolment.starts_on)
    if over or not allowed(request, Permission.ENDORSE):
        return []
    base = reverse("endorsement", args=[enrolment.number])
    last = withdrawal_until(shelf.on(enrolment.product_code, enrolment.starts_on), enrolment.concluded_on)
    # Received on the last day, it may be handled on the next ones: the act judges by the day of reception.
    undo = last is not None and last.on + timedelta(days=_TO_HANDLE) >= day
    return [
        {"label": _("Ajouter une personne"), "url": base, "icon": "plus-lg", "key": "a", "primary": True},
        {"label": _("Radier"), "url": f"{base}?kind=remove_person", "icon": "person", "key": "r"},
        {"label": _("Résilier"), "url": f"{base}?kind=terminate", "icon": "x-lg"},
        *([{"label": _("Renoncer"), "url": f"{base}?kind=withdraw", "icon": "arrow-counterclockwise"}] if undo else []),
    ]
