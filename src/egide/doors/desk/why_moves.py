"""Which act moved an amount, and how it is told: what was posted first, what took it back and why, what stands now."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from egide.doors.desk.reasons import part
from egide.doors.frame import words
from egide.doors.frame.shell import Shape
from egide.journal.queries import ActRow, acts_about, acts_with_ids
from egide.kernel.money import format_eur
from egide.kernel.text import elided

_FOLLOWS = ".follow"
"""How the acts are named that only bring accounts up to date after another one: people are told the other one."""


Subject = tuple[str, int]  # its kind and its identifier


@dataclass(frozen=True, slots=True)
class Move:
    """One amount posted, signed as the account shows it, and the act that made it move."""

    on: date
    cents: int
    cause: ActRow | None

    @property
    def how(self) -> str:
        """« Cotisations appelées, le 3 octobre 2015 », for a sentence or a heading."""
        name = words.said(words.ACTS, self.cause.kind) if self.cause else _("Régularisation")
        return _("%(act)s, le %(day)s") % {"act": name, "day": words.day(self.on)}

    @property
    def reasons(self) -> list[str]:
        """The sentences that the act left, ours about money left out: the amounts are told beside them."""
        return [str(one) for one in self.cause.reasons if _is_a_reason(str(one))] if self.cause else []


def _is_a_reason(sentence: str) -> bool:
    return not sentence.startswith(("Échéancier", "Compte de l’adhésion", "Prestations régularisées"))


def causes(act_ids: Iterable[int], *, about: Callable[[], Collection[Subject]]) -> Mapping[int, ActRow | None]:
    """For each act that posted something, the act that people did or the job that they asked for.

    An act done as part of another is told by that other one; one that only follows, by the last act before it on the
    subjects that can move such an amount (``about``, read only when one follows).
    """
    acts = acts_with_ids(set(act_ids))
    roots = {act_id: _root(acts, act_id) for act_id in act_ids}
    if any(_only_follows(root) for root in roots.values()):
        told = [one for one in acts_about(about()) if not _only_follows(one)]
        for act_id, root in roots.items():
            if root is not None and _only_follows(root):
                roots[act_id] = next((one for one in reversed(told) if one.id < root.id), root)
    return roots


def _only_follows(act: ActRow | None) -> bool:
    return act is not None and act.kind.endswith(_FOLLOWS)


def _root(acts: Mapping[int, ActRow], act_id: int) -> ActRow | None:
    act = acts.get(act_id)
    while act is not None and (parent := acts.get(act.parent_id or 0)) is not None:
        act = parent
    return act


def move_parts(moves: Sequence[Move], under: Mapping[int, Sequence[Shape]] | None = None) -> list[Shape]:
    """Each amount posted, in order, with the reasons of its act; ``under`` adds shapes below some of them, by place."""
    return [
        part(move.how, move.cents, [*({"sentence": one} for one in move.reasons), *(under or {}).get(place, ())])
        for place, move in enumerate(moves)
    ]


def moves_said(moves: Sequence[Move], *, noun: str, verbs: tuple[str, str]) -> list[str]:
    """The same as sentences to read aloud; ``verbs`` say what adds and what takes away: « ajoute », « reprend »."""
    said = []
    for move in moves:
        verb = verbs[0] if move.cents >= 0 else verbs[1]
        sentence = _("%(how)s %(verb)s %(amount)s%(noun)s.") % {
            "how": f"{move.how}\N{NO-BREAK SPACE}:",
            "verb": verb,
            "amount": format_eur(abs(move.cents)),
            "noun": noun,
        }
        said.append(elided(" ".join([sentence, *move.reasons])))
    return said
