"""Trees of reasons in the shape that pages show: from the rule book's steps, or from a plain sum or a list of sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from egide.doors.frame import words
from egide.doors.frame.shell import Shape
from egide.journal import clock
from egide.kernel.money import format_eur
from egide.kernel.text import typeset
from egide.rules.books import Book
from egide.rules.case import Step
from egide.rules.checking import NONE_REFUSED
from egide.rules.telling import tell

_UNITS = {"montant": "eur", "taux": "bp", "nombre": "nombre", "date": "jour", "ouinon": "oui_non"}
_SHOWN_DEEP = 3
_DEEPEST = 7  # deeper reasons repeat what the sentences above already say


def step_shape(step: Step, book: Book | None = None, *, depth: int = 0) -> Shape:
    """A step and its causes. A « texte » shows as it is said; entries and constants are leaves told by their sentence."""
    inputs = [one for one in step.inputs if depth < _DEEPEST]
    weighing = [one for one in inputs if not _came_to_nothing(one)]
    quiet = [one for one in inputs if _came_to_nothing(one)] if weighing else []
    inputs = weighing or inputs
    return {
        "name": step.name,
        "sentence": typeset(step.sentence) or f"{typeset(step.label[:1].upper() + step.label[1:])}\N{NO-BREAK SPACE}:",
        "value": None if _said_already(step) else step.said if step.type == "texte" else step.value,
        "unit": _UNITS.get(step.type, "texte"),
        "article": _article(step.article, book),
        "rounding": step.rounding,
        "tone": "refused" if step.kind == "refus" and step.value is True else "",
        "inputs": [step_shape(one, book, depth=depth + 1) for one in inputs],
        "quiet": [step_shape(one, book, depth=depth + 1) for one in quiet],
        # What came to nothing, and what lies deep, opens on demand: the eye goes to what made the amount.
        "folded": bool(inputs) and depth > 0 and (not step.value or depth >= _SHOWN_DEEP),
    }


def _said_already(step: Step) -> bool:
    """True for a fact in words whose sentence is its value: « Formule choisie : Premium. » needs no « Premium » beside it."""
    return step.kind in ("entree", "constante") and step.type in ("texte", "ouinon")


def _came_to_nothing(step: Step) -> bool:
    """True for a branch that neither adds nor forbids anything: an amount of zero, a refusal that does not apply."""
    return step.kind in ("regle", "refus") and (not step.value or step.value == NONE_REFUSED)


def article_anchor(number: str) -> str:
    """The anchor of an article on the page of its product: « Article 9 » is ``article-9``."""
    return number.lower().replace(" ", "-").replace(".", "-")


def _article(number: str, book: Book | None) -> Shape | None:
    if not number:
        return None
    return {"label": number, "url": f"{_book_url(book)}#{article_anchor(number)}" if book else ""}


def _book_url(book: Book) -> str:
    return f"{reverse('product', args=[book.code])}?version={book.version.isoformat()}"


def why_rule(title: str, step: Step, book: Book) -> Shape:
    """The reasons of a value decided by a rule book: to read aloud, step by step, and what would change it."""
    return {
        "title": title,
        "value": step.said if step.type == "texte" else step.value,
        "unit": _UNITS.get(step.type, "texte"),
        "spoken": spoken(step),
        "tree": step_shape(step, book),
        "changes": [typeset(outlook.text) for outlook in step.outlooks()],
        "version": {
            "label": _("%(title)s, version du %(day)s") % {"title": book.title, "day": f"{book.version:%d/%m/%Y}"},
            "url": _book_url(book),
        },
        "known_on": clock.today(),
    }


def spoken(step: Step) -> str:
    """What an adviser reads to the caller: the result, then at most four causes that count."""
    lines = tell(step)
    reasons = [line.removeprefix("– ") for line in lines[1:] if line.startswith("– ")]
    return typeset(" ".join([lines[0], *reasons[-4:]]))


def why_sum(title: str, total_cents: int, parts: Sequence[Shape], *, sentence: str, spoken_as: str = "") -> Shape:
    """The reasons of a total: its parts, each a shape of step."""
    tree = {"sentence": sentence, "value": total_cents, "unit": "eur", "inputs": list(parts)}
    return {
        "title": title,
        "value": total_cents,
        "unit": "eur",
        "spoken": spoken_as,
        "tree": tree,
        "known_on": clock.today(),
    }


def why_month(title: str, month: date, people: Sequence[tuple[str, Step]], book: Book | None) -> Shape:
    """The reasons of a month that is due, from those of each person, by first name: a sum of what each is to pay."""
    if not people:
        return why_sentences(title, 0, "eur", [_("Personne n’est couvert ce mois-là : rien n’est dû.")])
    parts, terms, total = [], [], 0
    for name, step in people:
        shape = step_shape(step, book)
        parts.append({**shape, "sentence": f"{name}\N{NO-BREAK SPACE}: {shape['sentence']}"})
        terms.append(f"{name} {format_eur(int(str(step.value)))}")
        total += int(str(step.value))
    said = _("Pour %(month)s, %(total)s à payer : %(terms)s.") % {
        "month": words.month(month),
        "total": format_eur(total),
        "terms": ", ".join(terms),
    }
    return why_sum(
        title, total, parts, sentence=_("Somme des cotisations à payer des personnes couvertes."), spoken_as=said
    )


def why_sentences(title: str, value: object, unit: str, sentences: Sequence[str], *, sentence: str = "") -> Shape:
    """The reasons of a date or a decision told in sentences, in order."""
    return {
        "title": title,
        "value": value,
        "unit": unit,
        "spoken": " ".join(sentences),
        "tree": {
            "sentence": sentence or title,
            "value": value,
            "unit": unit,
            "inputs": [{"sentence": one} for one in sentences],
        },
        "known_on": clock.today(),
    }


def part(sentence: str, cents: int, inputs: Sequence[Shape] = ()) -> Shape:
    """One term of a sum."""
    return {"sentence": sentence, "value": cents, "unit": "eur", "inputs": list(inputs)}
