"""What Twilio has set for our numbers, compared with what it should be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client

from service.settings import Settings

# Where calls and texts of clinics in the United States are handled and kept.
# (twilio.com/docs/global-infrastructure/inbound-processing-region-api-phone-number)
REGION = "us1"


class State(StrEnum):
    """RIGHT and WRONG we can tell; LOOK must be looked at by a person, because Twilio's API does not say."""

    RIGHT = "right"
    WRONG = "wrong"
    LOOK = "look"


@dataclass(frozen=True)
class Finding:
    """One thing about `number` (empty: about the whole account). `name` is a phrase of `connect.yaml`, with the
    `fields` that fill it."""

    number: str
    name: str
    state: State
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class NumberSettings:
    """One number as Twilio has it; addresses are empty where none is set, `region` where Twilio does not say."""

    number: str
    sms_url: str
    sms_method: str
    sms_fallback: str
    voice_url: str
    voice_method: str
    voice_fallback: str
    status_callback: str
    texts: bool = True
    calls: bool = True
    region: str = REGION


@dataclass(frozen=True)
class ServiceSettings:
    """The Messaging Service: where it posts texts that come in, unless it leaves that to the number."""

    inbound_url: str
    leaves_it_to_the_number: bool


@dataclass(frozen=True)
class Account:
    """What we look at. `service` is None where none is set."""

    numbers: tuple[NumberSettings, ...]
    service: ServiceSettings | None = None


def fetch(client: Client, settings: Settings) -> Account:
    """What the account has, asked with twilio's `client`. Raises what that raises."""
    ours = [
        found for found in client.incoming_phone_numbers.list(limit=200) if found.phone_number in settings.numbers
    ]
    return Account(tuple(_number(client, found) for found in ours), _service(client, settings.messaging_service_sid))


def compare(account: Account, settings: Settings) -> list[Finding]:
    """Every thing that was looked at, in the order of a set-up."""
    by_number = {entry.number: entry for entry in account.numbers}
    findings = []
    for number in settings.numbers:
        if entry := by_number.get(number):
            findings += [Finding(number, "in_account", State.RIGHT), *_of_number(entry, settings)]
        else:
            findings.append(Finding(number, "not_in_account", State.WRONG))
    return findings + list(_of_account(account, settings))


def _number(client: Client, found: object) -> NumberSettings:
    def kept(name: str) -> str:
        return getattr(found, name) or ""

    can = getattr(found, "capabilities", None) or {}
    return NumberSettings(
        number=kept("phone_number"),
        sms_url=kept("sms_url"),
        sms_method=kept("sms_method"),
        sms_fallback=kept("sms_fallback_url"),
        voice_url=kept("voice_url"),
        voice_method=kept("voice_method"),
        voice_fallback=kept("voice_fallback_url"),
        status_callback=kept("status_callback"),
        texts=bool(can.get("sms")),
        calls=bool(can.get("voice")),
        region=_region(client, kept("phone_number")),
    )


def _region(client: Client, number: str) -> str:
    try:
        return client.routes.v2.phone_numbers(number).fetch().voice_region or ""
    except TwilioRestException as error:
        # A number that was never routed elsewhere is not known there, and stays in the United States.
        return REGION if error.status == 404 else ""
    except TwilioException:
        return ""


def _service(client: Client, sid: str) -> ServiceSettings | None:
    if not sid:
        return None
    found = client.messaging.v1.services(sid).fetch()
    return ServiceSettings(found.inbound_request_url or "", bool(found.use_inbound_webhook_on_number))


def _of_number(entry: NumberSettings, settings: Settings) -> Iterator[Finding]:
    ours = settings.public_url
    for kind, able, url, method, fallback, path in (
        ("texts", entry.texts, entry.sms_url, entry.sms_method, entry.sms_fallback, "/twilio/sms"),
        ("calls", entry.calls, entry.voice_url, entry.voice_method, entry.voice_fallback, "/twilio/voice"),
    ):
        if not able:
            yield Finding(entry.number, f"{kind}_unable", State.WRONG)
        yield _address(entry.number, f"{kind}_webhook", url, ours + path)
        yield _either(entry.number, f"{kind}_method", method == "POST")
        yield from _fallback(entry.number, kind, fallback, ours)
    yield _address(entry.number, "status", entry.status_callback, ours + "/twilio/voice/status")
    region = State.LOOK if not entry.region else State.RIGHT if entry.region == REGION else State.WRONG
    yield Finding(entry.number, f"region_{region}", region, {"region": entry.region})


def _fallback(number: str, kind: str, fallback: str, ours: str) -> Iterable[Finding]:
    if not fallback:
        yield Finding(number, f"{kind}_fallback_none", State.WRONG)
    elif urlsplit(fallback).netloc == urlsplit(ours).netloc:
        yield Finding(number, f"{kind}_fallback_here", State.WRONG)
    else:
        yield Finding(number, f"{kind}_fallback_right", State.RIGHT)


def _of_account(account: Account, settings: Settings) -> Iterator[Finding]:
    if account.service and not account.service.leaves_it_to_the_number:
        yield _address("", "service", account.service.inbound_url, settings.public_url + "/twilio/sms")
    elif account.service:
        yield Finding("", "service_right", State.RIGHT)
    if settings.carrier_keywords == "twilio":
        # Nothing in Twilio's API tells what Advanced Opt-Out is set to.
        yield Finding("", "opt_out_look", State.LOOK)


def _address(number: str, name: str, url: str, wanted: str) -> Finding:
    # Twilio's settings for retries and timeouts stand behind a # in the address.
    right = url.partition("#")[0] == wanted
    return _either(number, name, right, {"wanted": wanted, "found": url or "-"})


def _either(number: str, name: str, right: bool, fields: dict[str, str] | None = None) -> Finding:
    state = State.RIGHT if right else State.WRONG
    return Finding(number, f"{name}_{state}", state, fields or {})
