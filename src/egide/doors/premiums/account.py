"""The member account, instalment by instalment, each opening to its lines; as a spreadsheet on request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from egide.benefits.movements import benefit_lines, benefits_balance
from egide.contracts.queries import EnrolmentRow, enrolment_by_number
from egide.doors.benefits.member_care import care_name
from egide.doors.frame import words
from egide.doors.frame.access import PageRequest, allowed, needs
from egide.doors.frame.sheets import Cents, sheet
from egide.doors.frame.shell import Shape, ref, show, state
from egide.doors.member.member import balance_state
from egide.journal import clock
from egide.journal.permissions import Permission
from egide.kernel.money import format_eur
from egide.people.queries import people_with_ids
from egide.premiums.queries import AccountLine
from egide.premiums.queries import account as read_account
from egide.products.queries import book_for

_ALL = 5_000
_BENEFITS = 60


@needs(Permission.READ)
def account(request: PageRequest, number: str) -> HttpResponse:
    """The account of an enrolment: what was called, aided and paid, month by month, with its balance."""
    enrolment = enrolment_by_number(number)
    lines = read_account(enrolment.pk, limit=_ALL)
    names = {
        one.id: one.first_name for one in people_with_ids(sorted({line.person_id for line in lines if line.person_id}))
    }
    if request.GET.get("export") == "xlsx":
        return _export(number, lines, names)
    balance = lines[0].balance_cents if lines else 0
    instalments = instalments_of(lines)
    context = {
        "enrolment": {
            "number": number,
            "who": str(enrolment.member),
            "member_url": reverse("member", args=[number]),
            "product": _product(enrolment),
        },
        "balance_cents": balance,
        "balance_why": ref("solde", number) if lines else None,
        "state": balance_state(balance),
        "totals": {
            "debit_cents": sum(line.amount_cents for line in lines if line.nature == "premium"),
            "credit_cents": -sum(line.amount_cents for line in lines if line.nature != "premium"),
        },
        "instalments": [_instalment(number, month, own, names) for month, own in instalments.items()],
        "series": _series(lines),
        "benefits": _benefits(enrolment.pk) if allowed(request, Permission.READ_HEALTH) else None,
        "export_url": f"{request.path}?export=xlsx",
    }
    return show(request, "premiums/account.html", context, nav="enrolments")


def _benefits(enrolment_id: int) -> Shape | None:
    """What was made due for care, taken back and paid; below zero, what is kept from the next reimbursements."""
    lines = benefit_lines(enrolment_id, limit=_BENEFITS)
    if not lines:
        return None
    names = {
        one.id: one.first_name for one in people_with_ids(sorted({one.person_id for one in lines if one.person_id}))
    }
    return {
        "balance_cents": benefits_balance(enrolment_id),
        "lines": [
            {
                "on": one.booked_on,
                "label": one.label,
                "care": f"{care_name(one)}, {one.care_on:%d/%m/%Y}" if one.care_on else "",
                "person": names.get(one.person_id or 0, ""),
                "cents": one.amount_cents,
                "url": reverse("care-line", args=[one.care_line_id]) if one.care_line_id else "",
                "taken_back": one.amount_cents < 0 and one.care_line_id is not None,
            }
            for one in lines
        ],
    }


def _product(enrolment: EnrolmentRow) -> str:
    book = book_for(enrolment.product_code, max(enrolment.starts_on, clock.today()))
    formula = dict(book.formulas).get(enrolment.formula, enrolment.formula)
    return _("%(product)s, formule %(formula)s") % {"product": book.title, "formula": formula}


def instalments_of(lines: Sequence[AccountLine]) -> dict[date, list[AccountLine]]:
    """The lines by month they belong to (the month of booking when they belong to none), the latest month first."""
    months: dict[date, list[AccountLine]] = {}
    for line in lines:
        months.setdefault(line.period or line.booked_on.replace(day=1), []).append(line)
    return dict(sorted(months.items(), reverse=True))


def _instalment(number: str, month: date, lines: Sequence[AccountLine], names: Mapping[int, str]) -> Shape:
    debit = sum(line.amount_cents for line in lines if line.amount_cents > 0)
    credit = -sum(line.amount_cents for line in lines if line.amount_cents < 0)
    return {
        "id": f"{month:%Y-%m}",
        "due_on": month,
        "label": words.month(month),
        "debit_cents": debit,
        "credit_cents": credit,
        "balance_cents": debit - credit,
        "balance_why": ref("mois", f"{number}.{month:%Y-%m}"),
        "state": _state(lines, debit - credit),
        "lines": [_line(number, line, names) for line in reversed(lines)],
    }


def _state(lines: Sequence[AccountLine], left: int) -> Shape:
    if any(line.nature == "debit_returned" for line in lines) and left > 0:
        return state(_("Prélèvement rejeté"), "late")
    if left > 0:
        return state(_("À régler"), "warn")
    return state(_("Réglée"), "ok") if left == 0 else state(_("Trop perçu"), "info")


def _line(number: str, line: AccountLine, names: Mapping[int, str]) -> Shape:
    side = "debit_cents" if line.amount_cents > 0 else "credit_cents"
    explained = line.nature in ("premium", "aid_acs", "aid_other") and line.period and line.person_id
    return {
        "on": line.booked_on,
        "label": words.said(words.NATURES, line.nature),
        "person": " · ".join(part for part in (names.get(line.person_id or 0, ""), line.label) if part),
        side: abs(line.amount_cents),
        "entry": str(line.entry_id),
        "why": ref("cotisation", f"{number}.{line.person_id}.{line.period:%Y-%m}.{line.nature}.{line.line_id}")
        if explained
        else None,
    }


def _series(lines: Sequence[AccountLine]) -> Shape | None:
    """The balance at the end of each day that moved it."""
    days: dict[date, int] = {}
    for line in lines:  # the latest first: the first line of a day holds its closing balance
        days.setdefault(line.booked_on, line.balance_cents)
    points = [days[day] for day in sorted(days)]
    if len(set(points)) < 2:
        return None
    said = _("De %(first)s à %(last)s, au plus haut %(top)s.")
    return {
        "points": points,
        "title": _("Solde dans le temps"),
        "summary": said
        % {"first": format_eur(points[0]), "last": format_eur(points[-1]), "top": format_eur(max(points))},
    }


def _export(number: str, lines: Sequence[AccountLine], names: Mapping[int, str]) -> HttpResponse:
    head = [_("Date"), _("Nature"), _("Libellé"), _("Personne"), _("Mois"), _("Montant"), _("Solde"), _("Écriture")]
    rows = (
        [
            line.booked_on,
            words.said(words.NATURES, line.nature),
            line.label,
            names.get(line.person_id or 0, ""),
            line.period,
            Cents(line.amount_cents),
            Cents(line.balance_cents),
            line.entry_id,
        ]
        for line in reversed(lines)
    )
    return sheet(f"compte_{number}", head, rows)
