"""Load: signed requests made beforehand, posted by wrk from the other core."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

# Each request is used once in a run where its MessageSid must be new; wrk starts over when they are used up.
LUA = """
local requests, at = {}, 0
for line in io.lines("%s") do
  local path, signature, body = line:match("^(%%S+) (%%S+) (%%S+)$")
  local headers = {["X-Twilio-Signature"] = signature, ["Content-Type"] = "application/x-www-form-urlencoded"}
  requests[#requests + 1] = wrk.format("POST", path, headers, body)
end
at = %d %% #requests
request = function() at = at %% #requests + 1; return requests[at] end
done = function(summary, latency, r)
  local bad = summary.errors
  local form = 'JSON {"requests": %%d, "seconds": %%f, "p50": %%f, "p99": %%f, "errors": %%d}'
  print(string.format(form, summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, bad.status + bad.read + bad.write + bad.timeout + bad.connect))
end
"""


@dataclass(frozen=True)
class Measured:
    """One run of load: requests a second, latencies in milliseconds, and answers that were not 2xx."""

    rate: float
    p50: float
    p99: float
    errors: int

    def row(self) -> dict[str, float]:
        """For the JSON file."""
        return asdict(self)


def write_requests(path: Path, kind: str, count: int, public: str, token: str, account: str, line: str) -> None:
    """Write `count` signed requests: texts (`chemo`, `pain`, `441`, `4` from many phones) or key presses."""
    validator = RequestValidator(token)
    with path.open("w") as file:
        for number in range(count):
            form = {"AccountSid": account, "To": line, "From": f"+1202555{number % 10_000:04d}"}
            if kind == "text":
                address = "/twilio/sms"
                form |= {"MessageSid": f"SM{number:032x}", "Body": ("chemo", "pain", "441", "4", "MENU")[number % 5]}
            else:
                address = "/twilio/voice/step?s=en-n-4------------&t=1"
                form |= {"CallSid": f"CA{number:032x}", "Digits": str(number % 5 + 1)}
            signature = validator.compute_signature(public + address, form)
            file.write(f"{address} {signature} {urlencode(form)}\n")


def run(requests: Path, port: int, connections: int, seconds: int, skip: int, core: int) -> Measured:
    """Post for `seconds` over `connections`, beginning at request number `skip`, from one core."""
    script = requests.with_suffix(f".{connections}.lua")
    script.write_text(LUA % (requests, skip))
    command = ["taskset", "-c", str(core), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(script)]
    output = subprocess.run(  # noqa: S603 - our own command
        [*command, f"http://127.0.0.1:{port}"], capture_output=True, text=True, check=True
    ).stdout
    found = re.search(r"JSON (\{.*\})", output)
    if found is None:
        raise RuntimeError(f"wrk said nothing to read:\n{output}")
    figures = json.loads(found[1])
    return Measured(figures["requests"] / figures["seconds"], figures["p50"], figures["p99"], figures["errors"])
