"""What each role may do. Whose files a person may see is another question, answered by the database (perimeters)."""

from __future__ import annotations

from typing import ClassVar

from egide.house import RIGHTS
from egide.journal.facts import Role


class Permission(str):
    """One right, by its code in the table of the house (``egide.house.RIGHTS``); a trade may have rights of its own."""

    __slots__ = ()

    READ: ClassVar[Permission]
    READ_HEALTH: ClassVar[Permission]
    ENROL: ClassVar[Permission]
    ENDORSE: ClassVar[Permission]
    PREMIUMS: ClassVar[Permission]
    BENEFITS: ClassVar[Permission]
    EXCHANGES: ClassVar[Permission]
    CONTACT: ClassVar[Permission]
    MEASURE: ClassVar[Permission]
    STEER: ClassVar[Permission]
    AUDIT: ClassVar[Permission]
    PRODUCTS: ClassVar[Permission]
    OPERATE: ClassVar[Permission]


Permission.READ = Permission("read")
Permission.READ_HEALTH = Permission("read_health")
Permission.ENROL = Permission("enrol")
Permission.ENDORSE = Permission("endorse")
Permission.PREMIUMS = Permission("premiums")
Permission.BENEFITS = Permission("benefits")
Permission.EXCHANGES = Permission("exchanges")
Permission.CONTACT = Permission("contact")
Permission.MEASURE = Permission("measure")
Permission.STEER = Permission("steer")
Permission.AUDIT = Permission("audit")
Permission.PRODUCTS = Permission("products")
Permission.OPERATE = Permission("operate")


def every_permission() -> tuple[Permission, ...]:
    """All the rights of the house."""
    return tuple(Permission(code) for code in RIGHTS)


# What acts that ask for these are given tells nothing of anyone's health. All other inputs are taken to tell.
OPEN_INPUT = frozenset(
    {
        Permission.ENROL,
        Permission.ENDORSE,
        Permission.PREMIUMS,
        Permission.STEER,
        Permission.MEASURE,
        Permission.AUDIT,
        Permission.PRODUCTS,
        Permission.OPERATE,
    }
)


def may(role: Role, permission: Permission) -> bool:
    """True when the role has the right; KeyError for a right that the house does not know, which is a fault of ours."""
    holders = RIGHTS[permission]
    return role is Role.SYSTEM or role.value in holders
