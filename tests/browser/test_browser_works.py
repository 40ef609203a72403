"""Long work in a real browser: its progress moves by itself, it can be left, and the header tells when it is done."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

import pytest
from django.db import connections

from browser.screen import EMAILS, Screen
from egide.doors.worker import Stop, work
from egide.journal.facts import Context
from egide.journal.permissions import Permission
from egide.journal.trade import Ending, JobKind
from egide.kernel.progress import Progress, Told
from egide.work.asking import job_kinds

pytestmark = pytest.mark.browser


class Paced:
    """A work of three steps, each done when the test says so."""

    def __init__(self) -> None:
        self.steps = threading.Semaphore(0)

    def __call__(self, _: Context, __: object, progress: Progress) -> Ending:
        """Tells each step once it was let go."""
        for done in (1, 2, 3):
            assert self.steps.acquire(timeout=60)
            progress(Told(f"tranche {done}", done=done, total=3))
        assert self.steps.acquire(timeout=60)
        figures = {"enrolments": 3, "called_cents": 123_456, "debits": 2, "debited_cents": 100_000}
        return Ending("Trois tranches essayées.", dict(figures))


@contextlib.contextmanager
def a_worker() -> Iterator[None]:
    """A worker beside the server, inside the block."""
    stop = Stop()

    def run() -> None:
        work(stop)
        connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.asked.set()
        thread.join(60)


def test_progress_moves_and_the_end_is_told_wherever_one_is(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    """Launched from its preview, followed without a reload, left for another page, and told by the header there."""
    paced, page = Paced(), screen.page
    monkeypatch.setitem(job_kinds(), "premiums.try", JobKind("premiums.try", Permission.PREMIUMS, paced))
    screen.sign_in(EMAILS["administrator"])
    screen.open("/travaux")
    screen.check()
    page.get_by_role("link", name="Appeler un mois").click()
    page.wait_for_selector("#id_month")
    screen.check()
    page.get_by_role("button", name="Voir les chiffres").click()
    page.wait_for_url("**/travaux/*")
    page.wait_for_selector("text=Dans la file")
    with a_worker():
        paced.steps.release()
        page.wait_for_selector("text=étape 1 sur 3")
        screen.check()
        assert page.locator("#work-state progress").get_attribute("value") == "1"
        paced.steps.release()
        page.wait_for_selector("text=étape 2 sur 3")
        address = page.url
        screen.open("/adhesions")
        page.wait_for_selector("#works-mark >> text=1 travail en cours")
        screen.check()
        paced.steps.release(2)
        page.wait_for_selector("#works-mark >> text=1 travail terminé")
    page.goto(address)
    assert "1 234,56 €" in page.inner_text("#work-state").replace("\u202f", " ").replace("\xa0", " ")
    assert page.inner_text("#works-mark").strip() == ""
    screen.check()


def test_a_file_is_received_by_hand(screen: Screen) -> None:
    """What cannot be received is told beside its field; what can is followed to its refusal, in words."""
    page = screen.page
    screen.sign_in(EMAILS["administrator"])
    screen.open("/fichiers")
    page.keyboard.press("d")
    page.wait_for_selector("#id_file")
    screen.check()
    page.set_input_files("#id_file", {"name": "x.bin", "mimeType": "application/octet-stream", "buffer": b"\x00\x01"})
    page.get_by_role("button", name="Recevoir et lire").click()
    page.wait_for_selector(".summary")
    screen.check()
    page.set_input_files("#id_file", {"name": "a.csv", "mimeType": "text/csv", "buffer": b"nom;prenom\nA;B\n"})
    page.get_by_role("button", name="Recevoir et lire").click()
    page.wait_for_url("**/travaux/*")
    with a_worker():
        page.wait_for_selector("text=Les intitulés ne sont pas ceux du modèle")
        screen.check()
    page.get_by_role("link", name="Le fichier, ligne par ligne").click()
    page.wait_for_selector(".notice-error")
    screen.check()
