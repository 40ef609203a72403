"""Who acts, from where, and what an act leaves behind: the facts of the journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from egide.kernel.errors import Refusal


class Channel(StrEnum):
    """The way by which an act came in."""

    SCREEN = "screen"
    API = "api"
    COMMAND = "command"
    FILE = "file"
    MAIL = "mail"
    PHONE = "phone"
    BATCH = "batch"


class Role(StrEnum):
    """What a person is here for; permissions hang on it (see ``permissions``)."""

    ADMINISTRATOR = "administrator"  # gestionnaire
    ADVISER = "adviser"
    TEAM_LEADER = "team_leader"
    DIRECTOR = "director"
    AUDITOR = "auditor"
    DELEGATE = "delegate"
    PRODUCT_OWNER = "product_owner"
    OPERATOR = "operator"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or a job that acts: its role says what it may do, its perimeters whose files it may see."""

    label: str
    role: Role
    perimeters: tuple[int, ...]
    id: int | None = None
    team_id: int | None = None

    @property
    def first_perimeter(self) -> int:
        """The perimeter that a file or an act of the whole centre is kept under; Refusal on a base without any."""
        if not self.perimeters:
            raise Refusal(
                code="journal.no_perimeter",
                where=self.label,
                message="Aucun organisme n’est encore enregistré.",
                remedy="Ouvrez le centre : script/egide centre insurer, puis recommencez.",
            )
        return self.perimeters[0]


@dataclass(frozen=True, slots=True)
class Context:
    """Everything an act needs to know about its origin.

    ``key`` is the idempotency key of the sender: the same key with the same input answers what was done the first time.
    ``received_at`` is when the request reached the centre, which may be days before the act.
    """

    actor: Actor
    channel: Channel
    key: str | None = None
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """The file an act is about: its kind, its identifier, the number people know it by, whose it is."""

    kind: str
    id: int
    label: str
    perimeter_id: int
