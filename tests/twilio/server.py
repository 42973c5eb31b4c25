"""The phone company behind a real socket: python -m tests.twilio.server --port 8099 --fates rough --seed 7"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import aiohttp
from aiohttp import web
from twilio.request_validator import RequestValidator

from tests.twilio.fates import Answer, calm, rough
from tests.twilio.phone_company import Answered, PhoneCompany

BASE = "/2010-04-01/Accounts/{account}"


def application(company: PhoneCompany, *, delay: float = 0.0, token: str = "") -> web.Application:
    """`delay`: seconds before each answer. With a `token` receipts are posted, signed, as they come."""
    posting: asyncio.Queue[tuple[str, dict[str, str]]] = asyncio.Queue()

    async def submit(request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        answered = company.submit(request.path, form)
        if delay:
            await asyncio.sleep(delay)
        if token:
            for post in company.callbacks():
                posting.put_nowait(post)
        return await _put(request, answered)

    async def listing(request: web.Request) -> web.StreamResponse:
        return await _put(request, company.listing(request.path, dict(request.query)))

    async def ledger(request: web.Request) -> web.Response:
        return web.json_response({"messages": company.ledger_lines(), "complaints": company.complaints})

    async def poster(app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(_post(posting, token))
        yield
        task.cancel()

    app = web.Application()
    app.router.add_post(BASE + "/Messages.json", submit)
    app.router.add_post(BASE + "/Calls.json", submit)
    app.router.add_get(BASE + "/Messages.json", listing)
    app.router.add_get(BASE + "/Calls.json", listing)
    app.router.add_get("/ledger", ledger)
    if token:
        app.cleanup_ctx.append(poster)
    return app


@asynccontextmanager
async def running(company: PhoneCompany, *, delay: float = 0.0, token: str = "") -> AsyncIterator[str]:
    """The company on a free port of this machine; gives its address."""
    runner = web.AppRunner(application(company, delay=delay, token=token), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def _put(request: web.Request, answered: Answered) -> web.StreamResponse:
    assert request.transport is not None
    if answered.answer in (Answer.RESET, Answer.RESET_MADE):
        request.transport.abort()
        return web.Response()
    if answered.answer is Answer.HANG_MADE:
        await asyncio.sleep(3600)
    if answered.answer is Answer.HALF_MADE:
        half = web.StreamResponse(status=201, headers={"Content-Length": str(len(answered.body))})
        await half.prepare(request)
        await half.write(answered.body[: len(answered.body) // 2].encode())
        request.transport.abort()
        return half
    kind = "text/html" if answered.body.startswith("<") else "application/json"
    return web.Response(status=answered.status, text=answered.body, headers=answered.headers, content_type=kind)


async def _post(posting: asyncio.Queue[tuple[str, dict[str, str]]], token: str) -> None:
    sign = RequestValidator(token).compute_signature
    async with aiohttp.ClientSession() as session:
        while True:
            address, form = await posting.get()
            with suppress(aiohttp.ClientError, TimeoutError):
                async with session.post(address, data=form, headers={"X-Twilio-Signature": sign(address, form)}):
                    pass


async def _serve(arguments: argparse.Namespace) -> None:
    chance = random.Random(arguments.seed)
    fates = calm if arguments.fates == "calm" else rough(chance, arguments.share, arguments.lag)
    company = PhoneCompany(lambda: time.time() + arguments.ahead, fates, chance, checked=not arguments.unchecked)
    app = application(company, delay=arguments.delay, token=arguments.token)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", arguments.port).start()
    print(f"listening on {runner.addresses[0][1]}", flush=True)
    # Ends with whoever started it: its standard input closes.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--fates", choices=("calm", "rough"), default="calm")
    parser.add_argument("--share", type=float, default=0.3)
    parser.add_argument("--lag", type=float, default=1200.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--ahead", type=float, default=0.0, help="Seconds by which its clock is ahead.")
    parser.add_argument("--token", default="")
    parser.add_argument("--unchecked", action="store_true")
    asyncio.run(_serve(parser.parse_args()))
