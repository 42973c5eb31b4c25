"""Pictures of every page of the console of a sample clinic, to look at before a clinic does."""

from __future__ import annotations

import itertools
import logging
import sys
import tempfile
import threading
from pathlib import Path

import yaml
from clock import Clock
from console_sample import fill
from playwright.sync_api import sync_playwright
from readme_pictures import take
from werkzeug.serving import make_server

from service.app import put_together, serve_parts
from service.settings import from_environment
from service.storage import migrate
from tests.browser.conftest import ARGUMENTS, chromium_path

ADDRESSES = Path("tests/browser/console/addresses")
WIDTHS = (320, 768, 1280)


def main(folder: Path, word: str = "") -> None:
    """Take the pictures whose address holds `word` into `folder`."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    folder.mkdir(parents=True, exist_ok=True)
    clock = Clock()
    clock.pass_time(8 * 3600)
    placeholder = make_server("127.0.0.1", 0, lambda environ, start: [])
    port = placeholder.server_port
    placeholder.server_close()
    with tempfile.TemporaryDirectory() as var:
        parts = put_together(from_environment({"PORT": str(port)}, Path(var)), clock)
        migrate.upgrade(parts.database)
        sample = fill(parts)
        server = make_server("127.0.0.1", port, serve_parts(parts), threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://localhost:{port}"
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
            session = sample.session(parts)
            for entry in itertools.chain.from_iterable(map(_entries, sorted(ADDRESSES.glob("*.yaml")))):
                if word not in entry["path"]:
                    continue
                for scheme in ("light", "dark"):
                    context = browser.new_context(color_scheme=scheme, locale="en")
                    if not entry.get("open"):
                        cookie = {"name": "clearline_session", "value": session, "url": address}
                        context.add_cookies([cookie])
                    page = context.new_page()
                    page.goto(address + entry["path"].format(**sample.ids))
                    for width in WIDTHS:
                        page.set_viewport_size({"width": width, "height": 900})
                        page.screenshot(path=folder / f"{_name(entry)}-{width}-{scheme}.png", full_page=True)
                    context.close()
            browser.close()
        server.shutdown()
        parts.database.close()


def _entries(path: Path) -> list[dict[str, str]]:
    entries: list[dict[str, str]] = yaml.safe_load(path.read_text())
    return entries


def _name(entry: dict[str, str]) -> str:
    plain = "".join(letter if letter.isalnum() else "-" for letter in entry["path"].removeprefix("/console"))
    return (plain.strip("-") or "today") + ("-signed-out" if entry.get("open") else "")


if __name__ == "__main__" and sys.argv[1:] == ["--readme"]:
    take(Path("docs/screenshots"))
elif __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "var/screenshots"), *sys.argv[2:3])
