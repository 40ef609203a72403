"""The notice d'information: the rule book as the member receives it, with the sentence of each rule."""

from __future__ import annotations

import re

from egide.documents.facts import House
from egide.products.papers import facts as papers
from egide.rules.books import Article, Book

_VALUE = re.compile(r"\{(\w+)\}")


def notice_of(book: Book) -> papers.RuleBookNotice:
    """The notice of a rule book: articles in order, each with its prose and the box of what computes it."""
    return papers.RuleBookNotice(
        house=House(
            name=book.insurer,
            address=("",),
            phone="",
            email="",
            legal=(f"{book.insurer}, assureur du contrat.",),
            insurer=book.insurer,
        ),
        title=book.title,
        product=book.title,
        version_on=book.version,
        digest=book.digest,
        articles=tuple(_article(book, article) for article in book.articles),
    )


def _article(book: Book, article: Article) -> papers.Article:
    parts: list[papers.ArticlePart] = [papers.Prose(article.prose)] if article.prose.strip() else []
    told = tuple(
        papers.RuleSentence(name=book.label(name), sentence=_told(book, book.rules[name].sentence))
        for name in article.rules
    )
    if told:
        parts.append(papers.RuleBox(told))
    return papers.Article(
        number=article.number.removeprefix("Article ").strip(), title=article.title, parts=tuple(parts)
    )


def _told(book: Book, sentence: str) -> str:
    """A rule's sentence for every member: each value that would stand there is named instead."""
    return _VALUE.sub(lambda found: f"‹{book.label(found[1])}›", sentence)
