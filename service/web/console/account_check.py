"""Asking Twilio how the account is set, beside the requests: nobody's page waits for the phone company."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import dataclass

from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.response import Response

from service.gateway.account import Finding, compare, fetch
from service.gateway.twilio import account_client
from service.settings import Settings

# Seconds after which the page is shown without an answer.
PATIENCE = 1.5


@dataclass(frozen=True)
class Answer:
    """What Twilio said at `at` (seconds since 1970): findings, or the name of what failed."""

    at: int
    findings: tuple[Finding, ...] = ()
    failed: str = ""


class AccountCheck:
    """The last time that somebody asked, for one running service; `ask` talks to Twilio and is called elsewhere."""

    def __init__(self, ask: Callable[[int], Answer]) -> None:
        self._ask = ask
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="account-check")
        self._asked: Future[Answer] | None = None
        self._starting = threading.Lock()

    def start(self, now: int) -> None:
        """Ask, unless an answer is on its way already."""
        with self._starting:
            if self._asked is None or self._asked.done():
                self._asked = self._beside.submit(self._ask, now)

    @property
    def asked(self) -> bool:
        """Has somebody asked since the service started?"""
        return self._asked is not None

    def answer(self, patience: float = PATIENCE) -> Answer | None:
        """The answer to the last question; None where none came within `patience` seconds."""
        if self._asked is None:
            return None
        try:
            return self._asked.result(timeout=patience)
        except TooSlow:
            return None


def ask_twilio(settings: Settings) -> Callable[[int], Answer]:
    """Asks for one account. Whatever fails becomes the name of a sentence, without what Twilio wrote."""

    def ask(now: int) -> Answer:
        try:
            account = fetch(account_client(settings), settings)
        except OSError:
            return Answer(now, failed="silent")
        except TwilioException as error:
            return Answer(now, failed="refused" if _status(error) in (401, 403) else "strange")
        except (ValueError, KeyError, TypeError, AttributeError):
            return Answer(now, failed="strange")
        return Answer(now, tuple(compare(account, settings)))

    return ask


def _status(error: TwilioException) -> int:
    """The status of an answer: twilio's client hands over the answer itself where a list was asked for."""
    if isinstance(error, TwilioRestException):
        return int(error.status)
    return next((one.status_code for one in error.args if isinstance(one, Response)), 0)
