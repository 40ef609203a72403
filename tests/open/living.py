"""A day with the toys, in a process of its own: prints what each screen, check and door answers, as one JSON object."""

from __future__ import annotations

import contextlib
import io
import json

import django

django.setup()

from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.db import connection, connections  # noqa: E402
from django.test import Client  # noqa: E402
from egide.toys.acts import give_toy  # noqa: E402

from egide.contracts.queries import enrolment_with_member  # noqa: E402
from egide.demo.filling import populate  # noqa: E402
from egide.doors.api.tokens import token_for  # noqa: E402
from egide.doors.commands.check import find  # noqa: E402
from egide.doors.commands.main import declared  # noqa: E402
from egide.doors.worker import Stop, work  # noqa: E402
from egide.installation import migrate  # noqa: E402
from egide.journal.facts import Channel, Context  # noqa: E402
from egide.journal.scope import reading  # noqa: E402
from egide.people.queries import actor_of, user_by_role  # noqa: E402

migrate()
populate(members=5, progress=lambda _: None)
user = user_by_role("administrator")
gestionnaire = Context(actor_of(user), Channel.SCREEN)


def page(path: str, role: str = "administrator") -> str:
    """The text of a page that opens, or its status."""
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(user_by_role(role), backend="django.contrib.auth.backends.ModelBackend")
    answer = browser.get(path)
    return answer.content.decode() if answer.status_code == 200 else str(answer.status_code)


def broken() -> list[str]:
    """The sentences of ``egide check`` that do not hold."""
    return [found.name for found in find() if found.count]


def sent(name: str, content: bytes) -> str:
    """Where the screen leads who sends a file."""
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    file = SimpleUploadedFile(name, content)
    given = {"file": file, "perimeter": str(enrolment.perimeter_id), "format": "auto", "form_key": "toys-1"}
    return browser.post("/fichiers/recevoir", given)["Location"]


def commanded() -> str:
    """What ``egide toys list`` prints."""
    from importlib import import_module

    command = next(one for one in declared() if one.word == "toys")
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        import_module(command.module).run(None)
    return printed.getvalue()


with reading(gestionnaire.actor.perimeters), connection.cursor() as cursor:
    cursor.execute("SELECT min(id) FROM contracts_enrolment")
    enrolment = enrolment_with_member(cursor.fetchone()[0])
toy = give_toy(gestionnaire, enrolment.pk, name="Toupie", price_cents=1250)
record = page(f"/adherents/{enrolment.number}")
bearer = {"Authorization": f"Bearer {token_for(user.email)}"}
work_page = sent("jouets.txt", b"JOUETS\nToupie\nCerceau\n")
work(Stop(), once=True)
answers = {
    "menu": 'href="/jouets"' in page("/"),
    "menu_of_an_adviser": 'href="/jouets"' in page("/", "adviser"),
    "page_of_an_adviser": page("/jouets", "adviser"),
    "queue": f'href="/jouets/{toy.pk}"' in page("/") and "Emballer Toupie" in page("/"),
    "quick_act": "Voir les jouets" in page("/"),
    "why": "Le prix est celui du catalogue." in page(f"/pourquoi/jouet/{toy.pk}"),
    "word": "Jouet offert" in page("/journal", "team_leader") and "toy.give" not in page("/", "administrator"),
    "panel": "toys-title" in record and "Toupie" in record,
    "in_progress": "Emballer Toupie" in record,
    "timeline": "Jouet offert : Toupie." in record,
    "launch": "Compter les jouets" in page("/travaux"),
    "job": "3 jouets comptés." in page(work_page),
    "api": Client(SERVER_NAME="localhost").get("/api/toys", headers=bearer).json(),
    "command": commanded(),
    "check": broken(),
}
with connections["owner"].cursor() as cursor:
    cursor.execute("UPDATE toys_toy SET price_cents = 0")
answers["check_when_broken"] = broken()
print(json.dumps(answers, ensure_ascii=False))
