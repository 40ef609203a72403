"""The addresses of every door: pages in French words, the API under ``/api``, health at ``/sante``."""

from __future__ import annotations

from django.urls import path

from egide.doors.api.docs import docs
from egide.doors.api.entry import api
from egide.doors.frame import health, opened, sign_in

opened.check()
for _door in opened.doors():
    if _door.api is not None:
        api.add_router("", _door.api)

handler403 = "egide.doors.frame.lost.forbidden"
handler404 = "egide.doors.frame.lost.not_found"
handler500 = "egide.doors.frame.lost.accident"

urlpatterns = [
    path("connexion", sign_in.sign_in, name="sign-in"),
    path("deconnexion", sign_in.sign_out, name="sign-out"),
    path("api/docs", docs, name="api-docs"),
    path("api/", api.urls),
    path("sante", health.health, name="health"),
    *(url for door in opened.doors() for url in door.urls),
]
