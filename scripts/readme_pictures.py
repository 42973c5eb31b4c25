"""Four pictures for the README: a sample clinic whose reminders are going out, and four people who answer them."""

from __future__ import annotations

import asyncio
import io
import logging
import tempfile
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from PIL import Image
from playwright.sync_api import Page, sync_playwright
from sqlalchemy import select
from werkzeug.serving import make_server

from service.app import Parts, put_together, serve_parts
from service.cli.worker import work_of
from service.reminders import approval, worker
from service.reminders.planning import plan_day
from service.reminders.privacy import Privacy
from service.reminders.sample import make_sample
from service.reminders.staff import find_staff
from service.settings import from_environment
from service.storage import migrate
from service.storage.reminder_tables import contacts, deliveries
from service.web.console import sessions
from service.web.console.invitations import set_password
from service.web.console.sessions import Stage
from tests.browser.conftest import ARGUMENTS, chromium_path

ZONE = ZoneInfo("America/Chicago")
BEGIN = datetime(2026, 11, 30, 15, 0, tzinfo=ZONE)
UNDO = 600
COLOURS = 200
FEVER = "fever 101.5 since last night, shivering"
ANSWERS = (FEVER, "can somebody drive me? I cannot drive after the infusion", "1", "2")
BETWEEN = 240  # seconds from one answer to the next
SHOW = {"width": 1280, "height": 960}


@dataclass
class Ahead:
    """The real time, moved to a Monday afternoon and ahead of it at will."""

    ahead: float

    def __call__(self) -> float:
        return time.time() + self.ahead


def take(folder: Path) -> None:
    """Write the four pictures into `folder`, each below 200 kB."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    folder.mkdir(parents=True, exist_ok=True)
    clock = Ahead(BEGIN.timestamp() - time.time())
    placeholder = make_server("127.0.0.1", 0, lambda environ, start: [])
    port = placeholder.server_port
    placeholder.server_close()
    with tempfile.TemporaryDirectory() as var:
        parts = put_together(from_environment({"PORT": str(port)}, Path(var)), clock)
        migrate.upgrade(parts.database)
        clinic_id, run = _going_out(parts, clock, Path(var))
        server = make_server("127.0.0.1", port, serve_parts(parts), threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
            context = browser.new_context(viewport=SHOW, locale="en")
            address = f"http://localhost:{port}"
            page = context.new_page()
            for number, answer in zip(_reminded(parts, clinic_id, run), ANSWERS, strict=False):
                _answer(page, address, number, answer)
                if answer == FEVER:
                    _keep(page, folder / "browser-phone.png")
                clock.ahead += BETWEEN
            cookie = {"name": "clearline_session", "value": _session(parts, clinic_id), "url": address}
            context.add_cookies([cookie])
            page.goto(f"{address}/console/")
            _keep(page, folder / "today.png")
            page.get_by_role("link", name="Read their words").or_(
                page.get_by_role("link", name="Call back")
            ).first.click()
            _keep(page, folder / "inbox.png")
            page.goto(f"{address}/console/broadcasts/{run}")
            _keep(page, folder / "broadcast.png")
            browser.close()
        server.shutdown()
        parts.database.close()


def _going_out(parts: Parts, clock: Ahead, folder: Path) -> tuple[int, int]:
    """The sample clinic, and the run of its reminders, about half of which are sent."""
    privacy = Privacy.of(parts.settings)
    chance = Random(2026)  # noqa: S311
    made = make_sample(parts.database, privacy, folder, parts.settings.reminders_from, int(clock()), chance)
    first = datetime.fromtimestamp(clock(), ZONE).date()
    with parts.database.write() as connection:
        run = plan_day(connection, made.clinic.id, first, "Ruth Sample", int(clock()))
        assert run is not None
        approval.settle(connection, made.clinic.id, run.id, int(clock()))
        approval.approve(connection, made.clinic.id, run.id, "Omar Sample", int(clock()))
    clock.ahead += UNDO + 1
    stop = threading.Event()
    work = work_of(parts, stop.is_set)
    sending = threading.Thread(target=lambda: asyncio.run(worker.run(work, lambda: 1, [])))
    sending.start()
    until = time.monotonic() + 30
    while _sent(parts, run.id) < (run.count - run.held) * 0.55 and sending.is_alive() and time.monotonic() < until:
        time.sleep(0.1)
    stop.set()
    sending.join()
    return made.clinic.id, run.id


def _sent(parts: Parts, run: int) -> int:
    with parts.database.read() as connection:
        tried = (deliveries.c.broadcast_id == run, deliveries.c.tries > 0)
        return len(connection.execute(select(deliveries.c.id).where(*tried)).all())


def _reminded(parts: Parts, clinic_id: int, run: int) -> list[str]:
    """The numbers of English speakers who have got their reminder."""
    privacy = Privacy.of(parts.settings)
    with parts.database.read() as connection:
        rows = connection.execute(
            select(contacts.c.id, contacts.c.phone_sealed)
            .join(deliveries, deliveries.c.contact_id == contacts.c.id)
            .where(deliveries.c.broadcast_id == run, deliveries.c.tries > 0, contacts.c.language == "en")
            .order_by(contacts.c.id)
            .limit(len(ANSWERS))
        ).all()
    return [privacy.open(row.phone_sealed, "contacts.phone_sealed", row.id) for row in rows]


def _answer(page: Page, address: str, number: str, words: str) -> None:
    page.goto(f"{address}/phone?lang=en")
    page.get_by_label("Number of the pretend phone").fill(number)
    page.get_by_label("Number of the pretend phone").press("Tab")
    page.locator("#chat .item").first.wait_for()
    page.get_by_label("Your text").fill(words)
    page.keyboard.press("Enter")
    page.locator("#chat .item.line").first.wait_for()


def _session(parts: Parts, clinic_id: int) -> str:
    now = int(parts.clock())
    with parts.database.write() as connection:
        ruth = find_staff(connection, clinic_id, "Ruth Sample")
        set_password(connection, ruth.id, clinic_id, "ruth.sample", "-", now)
        return sessions.begin(connection, ruth.id, Stage.FULL, "Chromium", now, now)


def _keep(page: Page, path: Path) -> None:
    """The window as it stands, in few colours."""
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    page.wait_for_timeout(300)
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled")))
    picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
