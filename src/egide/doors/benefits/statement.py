"""The statement of a transfer: opened when it is there, printed on request when it is not yet."""

from __future__ import annotations

from collections.abc import Sequence

from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from egide.benefits.acts import print_statement
from egide.benefits.queries import PaymentRow
from egide.doors.frame.access import PageRequest, allowed, needs
from egide.doors.frame.shell import Shape
from egide.journal.permissions import Permission


@require_POST
@needs(Permission.BENEFITS)
def statement(request: PageRequest, payment_id: int) -> HttpResponseBase:
    """Prints the statement if it was not, and opens it."""
    return redirect("document", print_statement(request.context, payment_id))


def transfer_rows(request: PageRequest, payments: Sequence[PaymentRow]) -> list[Shape]:
    """The transfers of a member as their page lists them, each with its statement or the button that prints it."""
    return [
        {
            "id": one.pk,
            "on": one.paid_on,
            "cents": one.amount_cents,
            "label": _("Virement du %(day)s") % {"day": f"{one.paid_on:%d/%m/%Y}"},
            "url": reverse("document", args=[one.statement_id]) if one.statement_id else "",
            "print_url": reverse("statement", args=[one.pk])
            if not one.statement_id and allowed(request, Permission.BENEFITS)
            else "",
        }
        for one in payments
    ]
