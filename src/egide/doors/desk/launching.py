"""Launching long work: each kind shows first what it will do, then asks for it; nothing leaves without a confirmation."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from egide.doors.desk.works import may_launch, needs_some_job
from egide.doors.frame.access import NO_SUCH, PageRequest
from egide.doors.frame.door import Launch
from egide.doors.frame.opened import launches
from egide.doors.frame.shell import error_of, show
from egide.kernel.errors import Refusal


@needs_some_job
def launch(request: PageRequest, what: str) -> HttpResponseBase:
    """What a work will do, then a POST that asks for it and leads to its page, or to what is to be looked at first."""
    chosen = launches().get(what)
    if chosen is None or not may_launch(request, chosen):
        raise Http404
    if request.method != "POST":
        return _show(request, chosen)
    try:
        asked = chosen.ask(request)
    except Refusal as refusal:
        if not chosen.asks_again or refusal.code.endswith(NO_SUCH):
            raise
        return _show(request, chosen, refusal)
    return redirect(asked) if isinstance(asked, str) else redirect("work", asked.pk)


def _show(request: PageRequest, chosen: Launch, refusal: Refusal | None = None) -> HttpResponse:
    context = {
        "launch": {"title": chosen.title, "lead": chosen.lead, "button": chosen.button},
        "rows": chosen.preview(request),
        "fields": chosen.fields(request, refusal.message if refusal else "") if chosen.fields else [],
        "errors": [error_of(refusal)] if refusal else [],
        "form_key": str(uuid.uuid4()),
        "back_url": reverse("works"),
    }
    return show(request, "desk/work_new.html", context, nav="works", status=422 if refusal else 200)
