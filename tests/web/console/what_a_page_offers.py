"""The links and forms of a page, as somebody who looks at it finds them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit


@dataclass
class Form:
    """A form: where it is sent, and its fields with what may be chosen in each (empty for free words)."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)


class Offers(HTMLParser):
    """Reads one page that stands at `path`."""

    def __init__(self, path: str, html: str) -> None:
        super().__init__()
        self.path, self.links, self.forms = path, set[str](), list[Form]()
        self._select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        if tag in ("a", "link", "script", "img") and (address := found.get("href") or found.get("src")):
            parts = urlsplit(urljoin(self.path, address))
            if not parts.scheme and parts.path.startswith("/"):
                self.links.add(parts._replace(fragment="").geturl())
        elif tag == "form":
            action = urljoin(self.path, found.get("action") or self.path)
            self.forms.append(Form(action, found.get("method", "get").lower()))
        elif self.forms and (name := found.get("name")) and tag in ("input", "select", "textarea", "button"):
            choices = self.forms[-1].fields.setdefault(name, [])
            self._select = name if tag == "select" else self._select
            if found.get("type") in ("radio", "checkbox", "hidden") or tag == "button":
                choices.append(found.get("value", "on"))
        elif tag == "option" and self.forms and self._select:
            self.forms[-1].fields[self._select].append(found.get("value", ""))
