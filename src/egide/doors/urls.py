"""The addresses of every door: pages in French words, the API under ``/api``, health at ``/sante``."""

from __future__ import annotations

from django.urls import path

from egide.doors.api import api
from egide.doors.api.docs import docs
from egide.doors.benefits import care_line, statement, transfers
from egide.doors.contracts import endorsement, enrolment, enrolments, reception, rights
from egide.doors.desk import (
    documents,
    files,
    item,
    journal,
    launching,
    receiving,
    rejects,
    search,
    today,
    week,
    why,
    works,
)
from egide.doors.frame import health, sign_in
from egide.doors.member import member
from egide.doors.premiums import account
from egide.doors.products import products

urlpatterns = [
    path("", today.today, name="today"),
    path("connexion", sign_in.sign_in, name="sign-in"),
    path("deconnexion", sign_in.sign_out, name="sign-out"),
    path("recherche", search.search, name="search"),
    path("adherents/<str:number>", member.member, name="member"),
    path("adherents/<str:number>/compte", account.account, name="account"),
    path("adherents/<str:number>/avenant", endorsement.endorsement, name="endorsement"),
    path("virements/listes/<int:proposal_id>", transfers.transfers, name="transfers"),
    path("virements/<int:payment_id>/releve", statement.statement, name="statement"),
    path("adhesions", enrolments.enrolments, name="enrolments"),
    path("dossiers/suivant", item.take_next, name="item-next"),
    path("dossiers/<int:item_id>", item.item, name="item"),
    path("adhesions/recevoir", reception.reception, name="enrolment-new"),
    path("adhesions/<int:form_id>", enrolment.enrolment, name="enrolment"),
    path("soins/<int:line_id>", care_line.care_line, name="care-line"),
    path("fichiers", files.files, name="files"),
    path("fichiers/recevoir", receiving.receive, name="file-receive"),
    path("fichiers/modele", receiving.sheet_template, name="sheet-template"),
    path("fichiers/<int:file_id>", files.file, name="file"),
    path("fichiers/<int:file_id>/lire", receiving.read, name="file-read"),
    path("fichiers/<int:file_id>/lignes-refusees", receiving.refused_lines, name="file-refused-lines"),
    path("rejets", rejects.rejects, name="rejects"),
    path("rejets/<int:reject_id>", rejects.reject, name="reject"),
    path("droits", rights.rights, name="rights"),
    path("droits/<int:movement_id>", rights.right, name="right"),
    path("produits", products.products, name="products"),
    path("produits/<slug:code>", products.product, name="product"),
    path("produits/<slug:code>/calcul", products.calculator, name="calculator"),
    path("travaux", works.works, name="works"),
    path("travaux/marque", works.mark, name="works-mark"),
    path("travaux/<int:job_id>", works.work, name="work"),
    path("travaux/<slug:what>", launching.launch, name="work-new"),
    path("semaine", week.week, name="week"),
    path("journal", journal.journal, name="journal"),
    path("pourquoi/<slug:kind>/<str:key>", why.why, name="why"),
    path("documents/<int:document_id>", documents.document, name="document"),
    path("documents/<int:document_id>/page/<int:page>", documents.document_page, name="document-page"),
    path("api/docs", docs, name="api-docs"),
    path("api/", api.urls),
    path("sante", health.health, name="health"),
]
