"""Papers of a file: the PDF itself, and its pages as images to read beside a form."""

from __future__ import annotations

from functools import lru_cache

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import condition

from egide.documents.acts import printed
from egide.documents.queries import DocumentRow, document_with_bytes, find_document
from egide.documents.scans import media_type, page_images
from egide.doors.frame.access import PageRequest, allowed, needs
from egide.journal import store
from egide.journal.permissions import Permission

HEALTH_PAPERS = frozenset({"statement", "benefit_statement"})


@needs(Permission.READ)
def document(request: PageRequest, document_id: int) -> HttpResponse:
    """The PDF, to read in the browser. Papers that tell of care are for those who need them."""
    found, content = document_with_bytes(document_id)
    _refuse_health(request, found)
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{found.kind}_{found.pk}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@needs(Permission.READ)
def document_page(request: PageRequest, document_id: int, page: int) -> HttpResponseBase:
    """One page as an image; the browser keeps it, because a kept paper never changes."""
    found = find_document(document_id)
    if found is None:
        raise Http404
    _refuse_health(request, found)
    printed(found)
    if not 1 <= page <= found.pages:
        raise Http404
    return _image(request, found.sha256, page)


def _refuse_health(request: PageRequest, found: DocumentRow) -> None:
    if found.kind in HEALTH_PAPERS and not allowed(request, Permission.READ_HEALTH):
        raise Http404


def _etag(_request: PageRequest, digest: str, page: int) -> str:
    return f'"{digest[:24]}-{page}"'


@condition(etag_func=_etag)
def _image(_request: PageRequest, digest: str, page: int) -> HttpResponse:
    image = _pages(digest)[page - 1]
    answer = HttpResponse(image, content_type=media_type(image))
    answer["Cache-Control"] = "private, max-age=3600"
    return answer


@lru_cache(maxsize=24)
def _pages(digest: str) -> list[bytes]:
    """The images of a paper, kept for the few that are being read."""
    return page_images(store.load(digest))
