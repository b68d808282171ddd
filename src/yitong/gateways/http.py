"""How every client calls: time limits on each call, retries only where a second call does no harm."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import httpx
import structlog
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from yitong.kernel.outside import GatewayUnavailable
from yitong.kernel.text import Bilingual

log = structlog.get_logger(__name__)
_BUSY = frozenset({429, 500, 502, 503, 504})
ATTEMPTS = 3
T = TypeVar("T")


class NoAnswer(Exception):
    """One attempt without a usable answer; ``sent`` tells whether the other side may have acted on it."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.sent = sent


class Caller:
    """Calls one outside party over HTTP with kept-alive connections.

    ``timeout_s`` limits connecting, sending and each wait for bytes; ``pause_s`` is the first pause between attempts,
    which doubles with some jitter.
    """

    def __init__(self, party: Bilingual, *, timeout_s: float = 5.0, pause_s: float = 0.2) -> None:
        self.party = party
        self._timeout_s = timeout_s
        self._pause_s = pause_s
        self._client: httpx.AsyncClient | None = None

    async def call(self, build: Callable[[], httpx.Request], *, idempotent: bool) -> httpx.Response:
        """The answer to the request that ``build`` makes anew for each attempt (signatures carry the time).

        A call that is not idempotent is repeated only when it certainly did not reach the other side. Raises
        GatewayUnavailable when no attempt gave an answer below 500 (429 counts as none).
        """
        return await self.attempt(lambda: self._once(build), idempotent=idempotent)

    async def attempt(self, once: Callable[[], Awaitable[T]], *, idempotent: bool) -> T:
        """What ``once`` gives, which raises NoAnswer when it got none; repeated as :meth:`call` says.

        For libraries that send the requests themselves. Raises GatewayUnavailable.
        """

        async def run() -> T:  # tenacity awaits only what it can see to be asynchronous
            return await once()

        def worth_another(error: BaseException) -> bool:
            return isinstance(error, NoAnswer) and (idempotent or not error.sent)

        retrying = AsyncRetrying(
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait_exponential_jitter(multiplier=self._pause_s, max=self._pause_s * 10, jitter=self._pause_s),
            retry=retry_if_exception(worth_another),
            before_sleep=self._say_again,
            reraise=True,
        )
        try:
            return await retrying(run)
        except NoAnswer as error:
            raise GatewayUnavailable(self.party, error.reason) from error

    async def _once(self, build: Callable[[], httpx.Request]) -> httpx.Response:
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=self._timeout_s, follow_redirects=False)
        try:
            answer = await self._client.send(build())
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NoAnswer(type(error).__name__, sent=False) from error
        except httpx.TransportError as error:
            raise NoAnswer(type(error).__name__, sent=True) from error
        if answer.status_code in _BUSY:
            raise NoAnswer(f"status {answer.status_code}", sent=True)
        return answer

    def _say_again(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        log.warning("gateway.again", party=self.party.en, attempt=state.attempt_number, reason=str(error))

    async def close(self) -> None:
        """Close the kept connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None
