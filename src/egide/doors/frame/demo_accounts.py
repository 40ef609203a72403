"""The accounts of the demonstration centre, offered on the sign-in page when, and only when, that centre is installed."""

from __future__ import annotations

from egide.demo.centre import DEMO_ACCOUNTS, DEMO_PASSWORD
from egide.doors.frame.shell import Shape
from egide.people.queries import active_emails


def demo_accounts() -> list[Shape]:
    """Accounts with their password and what they show; none on a real installation, where nobody has these addresses."""
    present = active_emails(one.email for one in DEMO_ACCOUNTS)
    return [
        {
            "username": one.email,
            "password": DEMO_PASSWORD,
            "name": one.name,
            "role": one.role_label,
            "sees": one.sees,
        }
        for one in DEMO_ACCOUNTS
        if one.email in present
    ]
