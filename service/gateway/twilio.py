"""Twilio's API for sending: our own HTTP client under theirs, and answers sorted by what they mean for a retry."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from json import JSONDecodeError
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from service.gateway.base import NotSent, OutboundText, Rejected, Unknown
from service.gateway.retry_after import retry_after as asked_to_wait
from service.settings import Settings

# Seconds to connect and to read. Twilio's own client would wait for ever.
TIMEOUT = (3.0, 10.0)
TOO_MANY = 429


class PooledClient(HttpClient):  # type: ignore[misc]
    """An HTTP client with a pool, real timeouts, no retries, and the last Retry-After kept.

    `api_url` sends everything to another host that speaks Twilio's API. Nothing is logged: addresses hold numbers."""

    def __init__(self, api_url: str = "", timeout: tuple[float, float] = TIMEOUT) -> None:
        super().__init__(logger=logging.getLogger("twilio.http_client"), is_async=False, timeout=sum(timeout))
        self._api_url = api_url
        self._timeout = timeout
        self._session = requests.Session()
        self._session.mount("https://", HTTPAdapter(pool_maxsize=8, max_retries=0))
        self._session.mount("http://", HTTPAdapter(pool_maxsize=8, max_retries=0))
        self.retry_after: float | None = None

    def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """One request, as twilio's client asks for it. Raises what requests raises."""
        if self._api_url:
            url = self._api_url + "/" + url.split("/", 3)[3]
        answer = self._session.request(
            method,
            url,
            params=params,  # type: ignore[arg-type]
            data=data,
            headers=headers,
            auth=auth,
            timeout=self._timeout,
            allow_redirects=False,
        )
        self.retry_after = asked_to_wait(answer.headers.get("Retry-After"), datetime.now(UTC))
        return Response(answer.status_code, answer.text)


def account_client(settings: Settings, http: PooledClient | None = None) -> Client:
    """Twilio's client for the account, by API key where one is set: rotating the auth token does not touch that."""
    user = settings.api_key or settings.account_sid
    password = settings.api_secret if settings.api_key else settings.auth_tokens[0]
    return Client(user, password, settings.account_sid, http_client=http or PooledClient(settings.api_url))


class Twilio:
    """Sends through one account."""

    def __init__(self, settings: Settings, http: PooledClient | None = None) -> None:
        logging.getLogger("twilio.http_client").setLevel(logging.WARNING)
        self._http = http or PooledClient(settings.api_url)
        self._client = account_client(settings, self._http)
        self._service = settings.messaging_service_sid

    def send(self, text: OutboundText) -> str:
        """Hand `text` to Twilio; see `Gateway.send` for what is raised."""
        try:
            message = self._client.messages.create(**self._parameters(text))
        except (requests.exceptions.ConnectTimeout, requests.exceptions.SSLError) as error:
            raise NotSent(type(error).__name__) from error
        except requests.exceptions.ConnectionError as error:
            raise _broken(error) from error
        except requests.exceptions.RequestException as error:
            raise Unknown(type(error).__name__) from error
        except (TwilioRestException, TwilioServiceException) as error:
            raise self._refused(error) from error
        except (TwilioException, JSONDecodeError, AttributeError, KeyError, TypeError, ValueError) as error:
            # An answer that cannot be read may still mean that the text went out.
            raise Unknown(type(error).__name__) from error
        if not isinstance(message.sid, str) or len(message.sid) != 34:
            raise Unknown("no sid in the answer")
        return message.sid

    def _parameters(self, text: OutboundText) -> dict[str, Any]:
        parameters: dict[str, Any] = {"to": text.to, "body": text.body}
        if self._service:
            parameters["messaging_service_sid"] = self._service
        if text.sender and not self._service:
            parameters["from_"] = text.sender
        if text.callback:
            parameters["status_callback"] = text.callback
        if text.validity is not None:
            parameters["validity_period"] = text.validity
        return parameters

    def _refused(self, error: TwilioRestException | TwilioServiceException) -> Exception:
        if error.status == TOO_MANY:
            return NotSent("Twilio has too much to do", self._http.retry_after)
        if error.status >= 500:
            return Unknown(f"Twilio answered {error.status}")
        return Rejected(error.code or error.status, "Twilio refused it")


def _broken(error: requests.exceptions.ConnectionError) -> Exception:
    """A connection that never stood sent nothing; one that broke may have."""
    text = str(error)
    if "NewConnectionError" in text or "NameResolutionError" in text or "Failed to establish" in text:
        return NotSent("no connection to Twilio")
    return Unknown("the connection broke")
