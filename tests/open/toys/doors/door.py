"""Toys: their list, their page, and what they give to the shared screens."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import Http404, HttpResponse
from django.urls import path, reverse
from egide.toys.acts import TOYS
from egide.toys.queries import find_toy, toys
from ninja import Router

from egide.doors.api.entry import ApiRequest, operation
from egide.doors.desk.reasons import why_sentences
from egide.doors.frame.access import PageRequest, needs
from egide.doors.frame.asking import of_perimeter
from egide.doors.frame.door import Door, Launch, Panel, QuickAct, Section, Shape, SubjectPage, Why
from egide.doors.frame.shell import ref, show

router = Router()


@router.get("/toys", tags=["jouets"])
@operation(TOYS)
def list_toys(request: ApiRequest) -> list[dict[str, object]]:
    """Every toy."""
    return [{"id": toy.pk, "name": toy.name, "price_cents": toy.price_cents} for toy in toys()]


@needs(TOYS)
def toy_list(request: PageRequest) -> HttpResponse:
    """The toys of the centre."""
    return show(request, "toys/toys.html", {"toys": toys()}, nav="toys")


@needs(TOYS)
def toy_page(request: PageRequest, toy_id: int) -> HttpResponse:
    """One toy."""
    found = find_toy(toy_id)
    if found is None:
        raise Http404
    return show(request, "toys/toys.html", {"toys": [found]}, nav="toys")


def why_price(request: PageRequest, key: str) -> Shape | None:
    """Why a toy costs what it costs."""
    found = find_toy(int(key)) if key.isdecimal() else None
    return why_sentences(found.name, found.price_cents, "eur", ["Le prix est celui du catalogue."]) if found else None


def panel(request: PageRequest, enrolment_ids: Sequence[int], person_ids: Sequence[int]) -> Shape | None:
    """The toys of a member."""
    rows = [
        {"name": toy.name, "cents": toy.price_cents, "why": ref("jouet", toy.pk)} for toy in toys(list(enrolment_ids))
    ]
    return {"rows": rows} if rows else None


DOOR = Door(
    "toys",
    urls=(path("jouets", toy_list, name="toys"), path("jouets/<int:toy_id>", toy_page, name="toy")),
    api=router,
    words={
        "acts": {"toy.give": "Jouet offert", "toy.count": "Jouets comptés"},
        "items": {"toy_to_wrap": "Jouet à emballer", "toys_file": "Liste de jouets à lire"},
        "jobs": {"toys.count": "Compte des jouets"},
        "formats": {"toys.list": "Liste de jouets"},
    },
    sections=(Section("toys", "Jouets", "book", "y", (TOYS,), 65),),
    subjects=(
        SubjectPage(
            "toy",
            "Jouet",
            url=lambda identifier, _label: reverse("toy", args=[identifier]),
            works_at=lambda identifier, _kind: reverse("toy", args=[identifier]),
            needs=(TOYS,),
            answer="toy",
        ),
    ),
    why=(Why("jouet", TOYS, why_price),),
    launches=(
        Launch(
            "jouets", "toys.count", "Compter les jouets", "Un jouet par ligne.", "Compter", "book",
            lambda request: [], of_perimeter("toys.count", "Compte des jouets"),
        ),
    ),
    panels=(Panel("toys", TOYS, "toys/_panel.html", panel, 10),),
    quick_acts=(QuickAct("Voir les jouets", "toys", "book", TOYS),),
)  # fmt: skip
