"""What each role may do. Whose files a person may see is another question, answered by the database (perimeters)."""

from __future__ import annotations

from enum import StrEnum

from egide.journal.facts import Role


class Permission(StrEnum):
    """One thing that may be allowed, named after the act's family."""

    READ = "read"
    READ_HEALTH = "read_health"
    ENROL = "enrol"
    ENDORSE = "endorse"
    PREMIUMS = "premiums"
    BENEFITS = "benefits"
    EXCHANGES = "exchanges"
    CONTACT = "contact"
    MEASURE = "measure"
    STEER = "steer"
    AUDIT = "audit"
    PRODUCTS = "products"
    OPERATE = "operate"


_DESK = frozenset(
    {
        Permission.READ,
        Permission.READ_HEALTH,
        Permission.ENROL,
        Permission.ENDORSE,
        Permission.PREMIUMS,
        Permission.BENEFITS,
        Permission.EXCHANGES,
        Permission.CONTACT,
    }
)

GRANTED: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: _DESK,
    Role.ADVISER: frozenset({Permission.READ, Permission.READ_HEALTH, Permission.CONTACT}),
    Role.TEAM_LEADER: _DESK | {Permission.MEASURE, Permission.STEER},
    Role.DIRECTOR: frozenset({Permission.READ, Permission.MEASURE, Permission.STEER, Permission.AUDIT}),
    Role.AUDITOR: frozenset({Permission.READ, Permission.AUDIT}),
    Role.DELEGATE: frozenset(
        {Permission.READ, Permission.ENROL, Permission.ENDORSE, Permission.CONTACT, Permission.MEASURE}
    ),
    Role.PRODUCT_OWNER: frozenset({Permission.PRODUCTS}),
    Role.OPERATOR: frozenset({Permission.OPERATE, Permission.EXCHANGES}),
    Role.SYSTEM: frozenset(Permission),
}


def may(role: Role, permission: Permission) -> bool:
    """True when the role carries the permission."""
    return permission in GRANTED[role]
