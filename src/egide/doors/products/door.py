"""Products: the published books, and the calculator."""

from __future__ import annotations

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from egide.doors.frame.door import Door, Home, Section, SubjectPage
from egide.doors.products import api, products
from egide.doors.products.words import WORDS
from egide.journal.permissions import Permission
from egide.products.queries import open_books

DOOR = Door(
    "products",
    urls=(
        path("produits", products.products, name="products"),
        path("produits/<slug:code>", products.product, name="product"),
        path("produits/<slug:code>/calcul", products.calculator, name="calculator"),
    ),
    api=api.router,
    words=WORDS,
    sections=(Section("products", _("Produits"), "book", "p", (Permission.READ, Permission.PRODUCTS), 60),),
    subjects=(
        SubjectPage(
            "product",
            _("Produit"),
            "book",
            lambda _id, label: reverse("product", args=[label.split(maxsplit=1)[0]]),
            needs=(Permission.READ, Permission.PRODUCTS),
        ),
    ),
    homes=(Home("books", (Permission.PRODUCTS,), "products/_home.html", products.books_block, 10),),
    warm=(open_books,),
)
