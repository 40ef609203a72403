"""Reading pages as people do: their text, their errors, their links, the hidden fields that a form sends back."""

from __future__ import annotations

import io
import re
import subprocess
from html import unescape
from typing import Any

import pikepdf
from django.http import HttpResponse


def text_of(answer: HttpResponse) -> str:
    """The words of a page, without its tags; narrow and hard spaces become spaces."""
    bare = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(bare)).strip()


def errors_of(answer: HttpResponse) -> str:
    """The words of the error summary; empty when there is none."""
    found = re.search(r'<div class="summary".*?</div>', answer.content.decode(), re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", found[0]))).strip() if found else ""


def hidden(answer: HttpResponse, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'<input type="hidden" name="{name}"[^>]* value="([^"]*)"', answer.content.decode())
    assert found, f"no hidden field {name}"
    return unescape(found[1])


def links_of(answer: HttpResponse, start: str) -> list[str]:
    """The addresses of a page that begin so, each once, in order."""
    found = [unescape(one) for one in re.findall(r'href="([^"]+)"', answer.content.decode())]
    return list(dict.fromkeys(one for one in found if one.startswith(start)))


def as_posted(content: dict[str, Any]) -> dict[str, str]:
    """The content of an enrolment form as its page posts it."""
    posted: dict[str, str] = {}
    for name, value in content.items():
        if name == "persons":
            for rank, person in enumerate(value):
                posted |= _person(person, f"persons-{rank}-")
        elif value is True:
            posted[name] = "on"
        elif value not in (False, None):
            posted[name] = str(value)
    return posted


def _person(person: dict[str, Any], start: str) -> dict[str, str]:
    posted: dict[str, str] = {}
    for name, value in person.items():
        if name == "certificate":
            posted |= {f"{start}certificate-{part}": text for part, text in (value or {}).items()}
        elif value is True:
            posted[start + name] = "on"
        elif value not in (False, None):
            posted[start + name] = str(value)
    return posted


def words_of_pdf(pdf: bytes) -> str:
    """The text of a PDF, spaces made ordinary."""
    command = ["pdftotext", "-layout", "-", "-"]
    text = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()  # noqa: S603
    return " ".join(text.split())


def a_pdf(title: str) -> bytes:
    """A sound PDF of one page; its title makes its bytes its own."""
    out = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        made.docinfo["/Title"] = title
        made.save(out)
    return out.getvalue()
