"""Products: the published rule books, each article as the member reads it with the rules that compute it."""

from __future__ import annotations

from functools import lru_cache

from django.db import connection
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from egide.doors.desk.reasons import article_anchor
from egide.doors.frame.access import PageRequest, needs
from egide.doors.frame.prose import as_html
from egide.doors.frame.shell import Shape, day_in, fragment, show, state
from egide.doors.products.calculator import calculator_shape
from egide.journal import clock
from egide.journal.permissions import Permission
from egide.products.queries import VersionRow, published_book, text_of, versions
from egide.rules.books import Article, Book, table_as_markdown
from egide.rules.clauses import PLACEHOLDER
from egide.rules.syntax import names_in
from egide.rules.tables import Table


@needs(Permission.READ, Permission.PRODUCTS)
def products(request: PageRequest) -> HttpResponse:
    """Every product with its published versions."""
    enrolled = _enrolled()
    found: dict[str, Shape] = {}
    published = versions()
    for version in reversed(published):
        book = published_book(version.digest)
        product = found.setdefault(
            version.code,
            {
                "code": version.code,
                "name": version.title,
                "insurer": version.insurer,
                "versions": [],
                "enrolments": enrolled.get(version.code, 0),
                "formulas": [label for _code, label in book.formulas],
            },
        )
        product["versions"].append(
            {
                "version": f"{version.version:%d/%m/%Y}",
                "url": f"{reverse('product', args=[version.code])}?version={version.version.isoformat()}",
                "from_on": version.version,
                "state": _version_state(version, published),
                "hash": version.digest,
            }
        )
    return show(
        request,
        "products/products.html",
        {"products": sorted(found.values(), key=lambda one: one["name"])},
        nav="products",
    )


def _version_state(version: VersionRow, every: list[VersionRow]) -> Shape:
    today = clock.today()
    if version.version > today:
        return state(_("À venir"), "info")
    later = [one for one in every if one.code == version.code and version.version < one.version <= today]
    return state(_("Remplacée"), "neutral") if later else state(_("En vigueur"), "ok")


_ENROLLED = """
SELECT product_code, count(*) FROM contracts_enrolment WHERE ends_on IS NULL OR ends_on > %s GROUP BY product_code
"""


def _enrolled() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(_ENROLLED, [clock.today()])
        return dict(cursor.fetchall())


def _version(code: str, wanted: str | None) -> tuple[VersionRow, list[VersionRow]]:
    """The version asked for, else the one in force, else the first to come."""
    every = [one for one in versions() if one.code == code]
    if not every:
        raise Http404
    day = day_in(wanted)
    exact = [one for one in every if one.version == day]
    begun = [one for one in every if one.version <= clock.today()]
    return (exact or begun[-1:] or every[:1])[0], every


@needs(Permission.READ, Permission.PRODUCTS)
def product(request: PageRequest, code: str) -> HttpResponse:
    """One version: its articles with their rules, and a calculator that explains any case."""
    version, every = _version(code, request.GET.get("version"))
    book = published_book(version.digest)
    base = reverse("product", args=[code])
    scope = "beneficiaire" if request.GET.get("calcul") == "beneficiaire" else "soin"
    other = _("Calculer une cotisation") if scope == "soin" else _("Calculer un remboursement")
    other_scope = "beneficiaire" if scope == "soin" else "soin"
    context = {
        "product": {
            "code": code,
            "name": version.title,
            "version": f"{version.version:%d/%m/%Y}",
            "insurer": version.insurer,
            "hash": version.digest,
            "state": _version_state(version, every),
            "formulas": [label for _code, label in book.formulas],
        },
        "checks": _checks(book),
        "versions": [
            {
                "label": other,
                "url": f"{base}?version={version.version}&calcul={other_scope}#calculator",
                "current": False,
            },
            *(
                {
                    "label": _("Version du %(day)s") % {"day": f"{one.version:%d/%m/%Y}"},
                    "url": f"{base}?version={one.version.isoformat()}",
                    "current": one.pk == version.pk,
                }
                for one in every
            ),
        ],
        "articles": articles_of(book.digest, book_key=version.pk),
        "calculator": calculator_shape(book, scope, request.GET),
    }
    return show(request, "products/product.html", context, nav="products")


@needs(Permission.READ, Permission.PRODUCTS)
def calculator(request: PageRequest, code: str) -> HttpResponseBase:
    """The result for the case being typed, with its reasons."""
    version, _every = _version(code, request.GET.get("version"))
    scope = "beneficiaire" if request.GET.get("calcul") == "beneficiaire" else "soin"
    shape = calculator_shape(published_book(version.digest), scope, request.GET)
    if request.htmx:
        return fragment(request, "products/product/_calculator.html", {"calculator": shape})
    return product(request, code)


def _checks(book: Book) -> list[Shape]:
    proved = state(_("Prouvé"), "ok")
    checks = [
        {"label": _("Chaque nom est défini une fois, sans cycle"), "state": proved},
        {
            "label": _("Tables complètes, sans recouvrement"),
            "state": proved,
            "detail": _("%(n)s tables") % {"n": len(book.tables)},
        },
        {"label": _("Les deux lecteurs donnent les mêmes centimes"), "state": proved},
        {"label": _("Cas convenus"), "state": proved, "detail": _("%(n)s fichiers de cas") % {"n": len(book.cases)}},
    ]
    if book.responsible:
        checks.append({"label": _("Contrat responsable : planchers et plafonds"), "state": proved})
    return checks


@lru_cache(maxsize=16)
def articles_of(digest: str, *, book_key: int) -> list[Shape]:  # noqa: ARG001 - the key ties the cache to the row
    """The articles of a published book, ready to show; a published text never changes."""
    book = published_book(digest)
    shown: set[str] = set()
    return [_article(book, article, shown) for article in book.articles]


def _article(book: Book, article: Article, shown: set[str]) -> Shape:
    blocks: list[Shape] = [{"kind": "prose", "html": as_html(article.prose)}] if article.prose.strip() else []
    for name in article.rules:
        if name in book.rules:
            blocks.append(_rule(book, name))
            blocks.extend(_tables(book, name, shown))
    title = f"{article.number}. {article.title}" if article.number else article.title
    return {"anchor": article_anchor(article.number or "preambule"), "title": title, "level": 2, "blocks": blocks}


def _rule(book: Book, name: str) -> Shape:
    rule = book.rules[name]
    inputs = dict.fromkeys(one.name for one in names_in(rule.body))
    return {
        "kind": "rule",
        "anchor": f"regle-{name}",
        "name": rule.label,
        "sentence": PLACEHOLDER.sub(lambda named: f"[{book.label(named[1])}]", rule.sentence),
        "source": source_of(book, rule.place.line),
        "inputs": [{"name": book.label(one), "url": f"#regle-{one}" if one in book.rules else ""} for one in inputs],
    }


def source_of(book: Book, line: int) -> str:
    """The text of a rule as it is written, from its line to the next blank one."""
    written = _lines(book.digest)
    block = []
    for text in written[line - 1 :]:
        if not text.strip() or text.startswith("```"):
            break
        block.append(text)
    return "\n".join(block)


@lru_cache(maxsize=16)
def _lines(digest: str) -> list[str]:
    return text_of(digest).splitlines()


def _tables(book: Book, rule: str, shown: set[str]) -> list[Shape]:
    """The grids that a rule reads, each shown once, where it is first read."""
    source = source_of(book, book.rules[rule].place.line)
    found = [name for name in book.tables if f"{name}(" in source and name not in shown]
    shown.update(found)
    return [_table(book.tables[name]) for name in found]


def _table(table: Table) -> Shape:
    head, _rule_line, *rows = [
        [cell.strip() for cell in line.strip("| ").split(" | ")] for line in table_as_markdown(table).splitlines()
    ]
    return {
        "kind": "table",
        "title": table.name.replace("_", " ").capitalize(),
        "head": head,
        "rows": rows,
        "source": table.definition.source,
    }
