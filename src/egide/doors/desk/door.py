"""The desk: screens that serve every trade, fed by what trades declare."""

from __future__ import annotations

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from egide.doors.desk import (
    api,
    documents,
    home_view,
    home_work,
    item,
    journal,
    launching,
    receiving,
    rejects,
    search,
    today,
    week,
    week_items,
    why,
    why_acts,
    works,
)
from egide.doors.desk import files as file_pages
from egide.doors.desk.words import WORDS
from egide.doors.frame.door import Door, Home, QuickAct, Section, SubjectPage, Why
from egide.journal.permissions import Permission, every_permission


def _where_a_file_is_worked_on(file_id: int, kind: str) -> str:
    return f"{reverse('rejects')}?file={file_id}" if kind == "rejects" else reverse("file", args=[file_id])


DOOR = Door(
    "desk",
    urls=(
        path("", today.today, name="today"),
        path("recherche", search.search, name="search"),
        path("dossiers/suivant", item.take_next, name="item-next"),
        path("dossiers/<int:item_id>", item.item, name="item"),
        path("fichiers", file_pages.files, name="files"),
        path("fichiers/recevoir", receiving.receive, name="file-receive"),
        path("fichiers/<int:file_id>", file_pages.file, name="file"),
        path("fichiers/<int:file_id>/lire", receiving.read, name="file-read"),
        path("rejets", rejects.rejects, name="rejects"),
        path("rejets/<int:reject_id>", rejects.reject, name="reject"),
        path("travaux", works.works, name="works"),
        path("travaux/marque", works.mark, name="works-mark"),
        path("travaux/<int:job_id>", works.work, name="work"),
        path("travaux/<slug:what>", launching.launch, name="work-new"),
        path("semaine", week.week, name="week"),
        path("semaine/dossiers", week_items.week_items, name="week-items"),
        path("journal", journal.journal, name="journal"),
        path("pourquoi/<slug:kind>/<str:key>", why.why, name="why"),
        path("documents/<int:document_id>", documents.document, name="document"),
        path("documents/<int:document_id>/page/<int:page>", documents.document_page, name="document-page"),
    ),
    api=api.router,
    words=WORDS,
    sections=(
        Section("today", _("Aujourd’hui"), "house-door", "a", every_permission(), 10),
        Section("files", _("Fichiers"), "inboxes", "f", (Permission.EXCHANGES,), 30),
        Section("rejects", _("Rejets"), "exclamation-octagon", "r", (Permission.EXCHANGES,), 40),
        Section(
            "works",
            _("Travaux"),
            "hourglass-split",
            "t",
            (Permission.EXCHANGES, Permission.PREMIUMS, Permission.BENEFITS),
            50,
        ),
        Section("week", _("La semaine"), "bar-chart-line", "s", (Permission.MEASURE,), 70),
        Section("journal", _("Journal"), "journal-text", "j", (Permission.AUDIT, Permission.STEER), 80),
    ),
    # The last ones are the first that a request served before leads to.
    subjects=(
        SubjectPage(
            "file",
            _("Fichier"),
            "inbox",
            lambda identifier, _label: reverse("file", args=[identifier]),
            _where_a_file_is_worked_on,
            "file",
            (Permission.EXCHANGES,),
        ),
        SubjectPage(
            "item",
            _("Tâche"),
            "file-earmark-text",
            lambda identifier, _label: reverse("item", args=[identifier]),
            None,
            "item",
            (Permission.READ, Permission.EXCHANGES),
        ),
        SubjectPage(
            "reject",
            _("Rejet"),
            "exclamation-octagon",
            lambda identifier, _label: reverse("reject", args=[identifier]),
            needs=(Permission.EXCHANGES,),
        ),
        SubjectPage(
            "document",
            _("Document"),
            "file-earmark-text",
            lambda identifier, _label: reverse("document", args=[identifier]),
            None,
            "document",
        ),
        SubjectPage(
            "job",
            _("Travail"),
            "hourglass-split",
            lambda identifier, _label: reverse("work", args=[identifier]),
            None,
            "job",
            (Permission.EXCHANGES, Permission.PREMIUMS, Permission.BENEFITS),
        ),
    ),
    why=(
        Why("delai", Permission.READ, why_acts.clock_of_item, also=(Permission.EXCHANGES,)),
        Why("acte", Permission.READ, why_acts.act),
    ),
    homes=(
        # The telephone first for who answers it; figures first for who steers; files and their queue for who does them.
        Home(
            "asked",
            (Permission.CONTACT,),
            "desk/home/_asked.html",
            home_view.asked_block,
            10,
            but=(Permission.ENROL,),
        ),
        Home("flows", (Permission.MEASURE,), "desk/home/_flows.html", home_view.flows_block, 20),
        Home("work", (Permission.ENROL, Permission.CONTACT), "desk/home/_work.html", home_work.work_block, 30),
        Home("exchanges", (Permission.OPERATE,), "desk/home/_exchanges.html", home_view.exchanges_block, 40),
        Home("audit", (Permission.AUDIT,), "desk/home/_audit.html", home_view.audit_block, 50, but=(Permission.STEER,)),
        Home("delays", (Permission.MEASURE,), "desk/home/_delays.html", home_view.delays_block, 10, side=True),
        Home("recent", (Permission.READ,), "desk/home/_recent.html", home_work.recent_block, 20, side=True),
    ),
    quick_acts=(QuickAct(_("Banc des rejets"), "rejects", "exclamation-octagon", Permission.EXCHANGES),),
)
