"""HTTP: one question, asked again after a limit or a fault, with a key nobody sees.

Belongs here: pace, waiting, redirects, clocks, and what a status means. Does not belong
here: what is asked (``vendor``). The key is in the headers of the client and nowhere
else; what a vendor says is cut, and the key is taken out of it.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import TracebackType
from typing import Self

import httpx2
from pydantic import SecretStr
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_random_exponential,
)

from pipelines import __version__
from pipelines.fetching import FetchError, TooMuchError
from pipelines.fetching.vendor import Question, Vendor
from pipelines.settings.fetching import VendorSettings

TRIES = 8
LONGEST_WAIT = 600.0
# Days are told by this machine's clock: a wrong one asks for days that are not over.
SKEW_SECONDS = 600.0
TIMEOUT = httpx2.Timeout(120.0, connect=20.0)
# Cloudflare and Anthropic have codes of their own for what passes.
PASSING = {408, 425, 429, 500, 502, 503, 504, *range(520, 530)}
REFUSED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
SAID = 200
_BACKOFF = wait_random_exponential(multiplier=1, max=60)


class _PassingError(Exception):
    """A limit or a fault that passes; with the seconds to wait, where they are said."""

    def __init__(self, what: str, seconds: float | None = None) -> None:
        super().__init__(what)
        self.seconds = seconds


class Client:
    """Asks one vendor, at its pace."""

    def __init__(
        self,
        vendor: Vendor,
        settings: VendorSettings,
        key: SecretStr,
        say: Callable[[str], object],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Begin with the key in the headers; nothing is asked yet.

        Args:
            vendor: whom to ask.
            settings: where, and how often.
            key: as the environment has it.
            say: is told when the vendor is waited for.
            sleep: waits for seconds.
        """
        self._vendor, self._key = vendor, key
        self._say, self._sleep = say, sleep
        self._pause = 60 / settings.requests_per_minute
        self._last = float("-inf")
        headers = vendor.headers(key.get_secret_value(), settings)
        self._http = httpx2.Client(
            base_url=settings.base_url,
            headers={"User-Agent": f"unitmill/{__version__}", **headers},
            timeout=TIMEOUT,
            follow_redirects=False,
            # Plain HTTP is for this machine alone, and not for a proxy in between.
            trust_env=settings.base_url.startswith("https://"),
        )

    def __enter__(self) -> Self:
        """Keep connections open in this block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close them."""
        self._http.close()

    def ask(self, question: Question) -> bytes:
        """Give the page that answers, byte by byte.

        Raises:
            FetchError: the key is refused, or there is no answer after several tries.
            TooMuchError: the vendor refuses the question itself (400).
        """
        retrying = Retrying(
            retry=retry_if_exception_type(_PassingError),
            stop=stop_after_attempt(TRIES),
            wait=_wait,
            sleep=self._sleep,
            before_sleep=self._say_wait,
            reraise=True,
        )
        try:
            return retrying(self._once, question)
        except _PassingError as error:
            raise FetchError(
                f"{self._vendor.title} gave no answer in {TRIES} tries ({error}); what "
                "was fetched is kept, so call this again later and it goes on",
                is_final=True,
            ) from None

    def _once(self, question: Question) -> bytes:
        self._sleep(max(0.0, self._last + self._pause - time.monotonic()))
        self._last = time.monotonic()
        try:
            response = self._http.request(
                "GET" if question.body is None else "POST",
                question.path,
                params=question.params or None,
                json=question.body,
            )
        except httpx2.RequestError as error:
            # Its text may show an address; its kind says enough.
            raise _PassingError(type(error).__name__) from None
        self._require_clock(response)
        status = response.status_code
        if status == HTTPStatus.OK:
            return response.content
        if seconds := _limited(response):
            raise _PassingError(f"status {status}", seconds)
        if status in PASSING and response.headers.get("x-should-retry") != "false":
            raise _PassingError(f"status {status}")
        raise self._refusal(response, question)

    def _refusal(self, response: httpx2.Response, question: Question) -> Exception:
        status, title = response.status_code, self._vendor.title
        said = self._said(response)
        if status == HTTPStatus.BAD_REQUEST:
            return TooMuchError(said)
        if status in REFUSED:
            is_key = status != HTTPStatus.NOT_FOUND
            what = "refuses the key" if is_key else "has no such page for the key"
            return FetchError(
                f"{title} {what} at {question.path} ({status}{said}); "
                f"{self._vendor.key}",
                is_final=status == HTTPStatus.UNAUTHORIZED,
            )
        if response.is_redirect:
            return FetchError(
                f"{title} sends {question.path} elsewhere ({status}), and the key is "
                f"sent nowhere else; set fetch.{self._vendor.name}.base_url to where "
                "it answers",
                is_final=True,
            )
        return FetchError(f"{title} answers {question.path} with {status}{said}")

    def _said(self, response: httpx2.Response) -> str:
        """Give what the vendor says is wrong, cut and without the key; '' for none."""
        with suppress(ValueError, AttributeError):
            body = response.json()
            error = body.get("error") or body
            text = error if isinstance(error, str) else error.get("message")
            if isinstance(text, str):
                # A vendor may repeat a key, or its ends between stars.
                beginning = self._key.get_secret_value()[:8]
                words = [
                    w for w in text.split() if beginning not in w and "**" not in w
                ]
                return f": {' '.join(words)[:SAID]}"
        return ""

    def _require_clock(self, response: httpx2.Response) -> None:
        theirs = _date_of(response)
        if theirs is None:
            return
        ours = datetime.now(UTC)
        if abs((ours - theirs).total_seconds()) > SKEW_SECONDS:
            raise FetchError(
                f"this machine's clock says {ours:%Y-%m-%d %H:%M} UTC, and "
                f"{self._vendor.title} says {theirs:%Y-%m-%d %H:%M}; set the clock "
                "right, or days are asked for that are not over",
                is_final=True,
            )

    def _say_wait(self, state: RetryCallState) -> None:
        seconds = state.next_action.sleep if state.next_action else 0
        error = state.outcome.exception() if state.outcome else None
        self._say(f"{self._vendor.title}: {error}, asking again in {seconds:.0f} s")


def _wait(state: RetryCallState) -> float:
    """Wait as long as the vendor says, else longer from try to try.

    Raises:
        FetchError: it says longer than anybody wants to wait for.
    """
    error = state.outcome.exception() if state.outcome else None
    seconds = error.seconds if isinstance(error, _PassingError) else None
    if seconds is None:
        return float(_BACKOFF(state))
    if seconds > LONGEST_WAIT:
        raise FetchError(
            f"the vendor has to be left alone for {seconds / 60:,.0f} minutes "
            f"({error}); what was fetched is kept, so call this again after that",
            is_final=True,
        )
    return seconds


def _limited(response: httpx2.Response) -> float | None:
    """Give the seconds that a limit wants us to wait; None of what is no limit.

    GitHub answers 403 beyond a limit, and says when it ends instead of how long.
    """
    headers = response.headers
    after = headers.get("retry-after", "")
    reset = headers.get("x-ratelimit-reset", "")
    if response.is_success or response.status_code == HTTPStatus.UNAUTHORIZED:
        return None
    now = _date_of(response) or datetime.now(UTC)
    with suppress(ValueError):
        if after.isdecimal():
            return max(float(after), 1.0)
        if after:
            # By their clock, not ours.
            until = parsedate_to_datetime(after).replace(tzinfo=UTC)
            return max((until - now).total_seconds(), 1.0)
        if headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
            return max(float(reset) - now.timestamp(), 1.0)
    return None


def _date_of(response: httpx2.Response) -> datetime | None:
    with suppress(ValueError, KeyError):
        return parsedate_to_datetime(response.headers["date"]).astimezone(UTC)
    return None
