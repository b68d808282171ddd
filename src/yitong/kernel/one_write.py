"""An HTTP protocol for uvicorn that sends an answer with one write.

uvicorn writes an answer's head and its body one after the other, and uvloop hands each to the network at once: two
system calls, and two awakenings at the other end. Measured on two cores that is a tenth of a booking's cost. Answers
that come whole are joined here; streams and everything unusual go uvicorn's own way.
"""

from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

_BODILESS = frozenset({204, 304})


class OneWriteCycle(RequestResponseCycle):
    """One request and its answer; the head waits for the first part of the body."""

    head: Any = None

    async def send(self, message: Any) -> None:
        """ASGI's ``send``."""
        if self.response_started:
            await super().send(message)
        elif self.head is None:
            if message["type"] == "http.response.start":
                self.head = message
            else:
                await super().send(message)  # says what is wrong with it
        else:
            head, self.head = self.head, None
            if message["type"] == "http.response.body" and not message.get("more_body") and self._plain(head):
                await self._send_whole(head, message.get("body", b""))
            else:
                await super().send(head)
                await super().send(message)

    def _plain(self, head: Any) -> bool:
        return (
            self.keep_alive
            and not self.access_log
            and not self.disconnected
            and not self.flow.write_paused
            and head["status"] not in _BODILESS
            and self.scope["method"] != "HEAD"
        )

    async def _send_whole(self, head: Any, body: bytes) -> None:
        headers: list[tuple[bytes, bytes]] = [*self.default_headers, *head.get("headers", ())]
        lines = b"".join([b"%s: %s\r\n" % (name.lower(), value) for name, value in headers])
        said = b"content-length: %d\r\n" % len(body)
        # A line break inside a header would be a second header of somebody's choosing; uvicorn refuses it in its words.
        whole = lines.count(b"\n") == len(headers) == lines.count(b"\r") and b"\0" not in lines
        if not whole or said not in lines or b"connection: " in lines or b"transfer-encoding: " in lines:
            await super().send(head)
            await super().send({"type": "http.response.body", "body": body})
            return
        self.response_started = self.response_complete = True
        self.waiting_for_100_continue = False
        self.transport.write(b"".join((STATUS_LINE[head["status"]], lines, b"\r\n", body)))
        self.message_event.set()
        self.on_response()


class OneWriteProtocol(HttpToolsProtocol):
    """uvicorn's protocol on httptools with answers of one write; named in uvicorn's option ``http``."""

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        cycle.__class__ = OneWriteCycle
        super()._start_asgi_task(cycle, app)
