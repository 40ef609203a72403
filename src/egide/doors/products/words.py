"""The words of products on the screens: what each code is called."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from egide.doors.frame.door import Tables

WORDS: Tables = {
    "acts": {
        "products.publish": _("Livre de règles publié"),
    },
}
