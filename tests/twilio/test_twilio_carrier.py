"""Our requests keep to Twilio's own description, and every answer is sorted by what it means for trying again."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path

import pytest

from service.gateway.async_http import PooledAsyncClient
from service.gateway.base import NotSent, OutboundText, Rejected, Unknown
from service.gateway.carrier import CannotAsk, OutboundCall
from service.gateway.twilio_async import TwilioCarrier
from service.settings import Settings, from_environment
from tests.twilio.description import NotAsDescribed, check, check_answer
from tests.twilio.fates import Answer, Fate
from tests.twilio.phone_company import ACCOUNT, PhoneCompany
from tests.twilio.server import running

ME, OURS = "+12025550134", "+12025550100"
TEXT = OutboundText(ME, OURS, "Visit Tuesday Dec 3, 2:30 PM", "https://line.example.org/twilio/sms/status/7", 600)
MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return from_environment({}, tmp_path)


async def submitted(settings: Settings, fate: Fate, total: float = 2.0) -> tuple[PhoneCompany, object]:
    """The company after one text with this fate, and the sid or the exception that came back."""
    company = PhoneCompany(time.time, lambda form: fate)
    async with running(company) as address:
        carrier = TwilioCarrier(settings, PooledAsyncClient(address, total=total))
        try:
            result: object = await carrier.send(TEXT)
        except (NotSent, Rejected, Unknown) as error:
            result = error
        finally:
            await carrier.close()
    return company, result


def test_a_text_goes_out_as_twilio_describes_it(settings: Settings) -> None:
    company, sid = asyncio.run(submitted(settings, Fate()))
    assert company.complaints == []
    [message] = company.ledger
    assert (message.sid, message.to, message.validity) == (sid, ME, 600)
    assert message.callback.endswith("/twilio/sms/status/7")


@pytest.mark.parametrize("answer", [a for a in Answer if a.unsure])
def test_whatever_may_have_gone_out_is_unknown(settings: Settings, answer: Answer) -> None:
    company, result = asyncio.run(submitted(settings, Fate(answer), total=0.5))
    assert isinstance(result, Unknown)
    assert company.requests == 1
    assert len(company.ledger) == answer.made


@pytest.mark.parametrize("wait", [None, 7])
def test_too_many_requests_was_not_sent_and_says_how_long_to_wait(settings: Settings, wait: int | None) -> None:
    company, result = asyncio.run(submitted(settings, Fate(Answer.TOO_MANY, retry_after=wait)))
    assert isinstance(result, NotSent)
    assert result.retry_after == (wait or 0.0)
    assert company.requests == 1


def test_a_refusal_keeps_twilios_code(settings: Settings) -> None:
    _, result = asyncio.run(submitted(settings, Fate(Answer.REFUSE, code=21610)))
    assert isinstance(result, Rejected)
    assert result.code == 21610


def test_nobody_listening_means_not_sent(settings: Settings) -> None:
    async def attempt() -> None:
        carrier = TwilioCarrier(settings, PooledAsyncClient("http://127.0.0.1:9"))
        try:
            await carrier.send(TEXT)
        finally:
            await carrier.close()

    with pytest.raises(NotSent):
        asyncio.run(attempt())


def test_lists_are_read_and_may_lag(settings: Settings) -> None:
    now = [1_800_000_000.0]
    company = PhoneCompany(lambda: now[0], lambda form: Fate(lag=1200))

    async def talk() -> None:
        async with running(company) as address:
            carrier = TwilioCarrier(settings, PooledAsyncClient(address))
            sid = await carrier.send(TEXT)
            call = await carrier.call(OutboundCall(ME, OURS, "https://line.example.org/twilio/voice/reminder/7"))
            assert not await carrier.texts(to=ME, since=now[0] - 60)
            now[0] += 1200
            [text] = await carrier.texts(to=ME, since=now[0] - 1260)
            assert (text.sid, text.body, text.status, text.inbound) == (sid, TEXT.body, "delivered", False)
            assert not await carrier.texts(to=ME, since=now[0] - 60)
            [rung] = await carrier.calls(to=ME, since=now[0] - 1260)
            assert rung.sid == call
            await carrier.close()

    asyncio.run(talk())
    assert company.complaints == []


def test_lists_that_cannot_be_read_teach_nothing(settings: Settings) -> None:
    async def ask() -> None:
        carrier = TwilioCarrier(settings, PooledAsyncClient("http://127.0.0.1:9"))
        try:
            await carrier.texts(to=ME, since=0)
        finally:
            await carrier.close()

    with pytest.raises(CannotAsk):
        asyncio.run(ask())


@pytest.mark.parametrize(
    "form",
    [{"To": "+1", "Body": "x"}, {"To": ME, "Bodi": "x"}, {"Body": "x"}, {"To": ME, "ValidityPeriod": "soon"}],
    ids=["no number", "unknown name", "nobody", "no whole number"],
)
def test_a_request_that_twilio_does_not_describe_is_refused(form: dict[str, str]) -> None:
    with pytest.raises(NotAsDescribed):
        check("POST", MESSAGES, {}, form)


def test_the_stand_in_answers_as_twilio_describes() -> None:
    company = PhoneCompany(time.time, chance=random.Random(3))
    made = company.submit(MESSAGES, {"To": ME, "From": OURS, "Body": "x"})
    check_answer("POST", MESSAGES, made.status, made.body)
    listed = company.listing(MESSAGES, {"To": ME})
    check_answer("GET", MESSAGES, listed.status, listed.body)
