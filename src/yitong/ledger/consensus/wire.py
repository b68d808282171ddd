"""The little of protocol buffers that ABCI needs: varints, length-delimited fields, and frames on a stream."""

import asyncio
from typing import NamedTuple

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_LONGEST = 64 * 1024 * 1024
_BITS = (1 << 64) - 1


class BadWire(ValueError):
    """Bytes that are no message."""


def varint(number: int) -> bytes:
    """A whole number, seven bits a byte; negative ones as 64-bit two's complement."""
    number &= _BITS
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def whole(field: int, number: int) -> bytes:
    """A number field; zero is not written, as proto3 has it."""
    return varint(field << 3 | _VARINT) + varint(number) if number else b""


def content(field: int, value: bytes) -> bytes:
    """A bytes or text field; an empty one is not written."""
    return message(field, value) if value else b""


def message(field: int, value: bytes) -> bytes:
    """A message field, or an item of a repeated bytes field; written even when empty."""
    return varint(field << 3 | _BYTES) + varint(len(value)) + value


class Fields(NamedTuple):
    """What was read of a message: numbers and byte strings by field number."""

    numbers: dict[int, int]
    contents: dict[int, list[bytes]]

    def number(self, field: int) -> int:
        """A number; 0 when it was not written. A negative one comes as it was meant."""
        found = self.numbers.get(field, 0)
        return found - (1 << 64) if found >> 63 else found

    def bytes(self, field: int) -> bytes:
        """A byte string; empty when it was not written."""
        found = self.contents.get(field)
        return found[-1] if found else b""

    def repeated(self, field: int) -> "list[bytes]":
        """All items of a repeated field."""
        return self.contents.get(field, [])


def fields(data: bytes) -> Fields:
    """Read a message. Raises BadWire."""
    numbers: dict[int, int] = {}
    contents: dict[int, list[bytes]] = {}
    at = 0
    while at < len(data):
        tag, at = _varint_at(data, at)
        field, kind = tag >> 3, tag & 7
        if kind == _VARINT:
            numbers[field], at = _varint_at(data, at)
        elif kind == _BYTES:
            length, at = _varint_at(data, at)
            if at + length > len(data):
                raise BadWire("a field is longer than its message")
            contents.setdefault(field, []).append(data[at : at + length])
            at += length
        elif kind in (_FIXED64, _FIXED32):
            at += 8 if kind == _FIXED64 else 4
        else:
            raise BadWire(f"unknown kind of field {kind}")
    if at != len(data):
        raise BadWire("the message ends within a field")
    return Fields(numbers, contents)


def _varint_at(data: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise BadWire("a number does not end")
        byte = data[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            return number & _BITS, at


def frame(data: bytes) -> bytes:
    """A message on a stream: its length, then itself."""
    return varint(len(data)) + data


class Frames:
    """Cuts what comes on a stream into its messages."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def taken(self, data: bytes) -> list[bytes]:
        """The messages that are whole with this piece of the stream. Raises BadWire."""
        rest, at, found = self._rest, 0, list[bytes]()
        rest += data
        while (start := _length_at(rest, at)) is not None:
            length, begins = start
            if length > _LONGEST:
                raise BadWire(f"a message of {length} bytes")
            if begins + length > len(rest):
                break
            at = begins + length
            found.append(bytes(rest[begins:at]))
        del rest[:at]
        return found

    def end(self) -> None:
        """The stream has ended. Raises BadWire when it did within a message."""
        if self._rest:
            raise BadWire("the stream ends within a message")


def _length_at(data: bytearray, at: int) -> tuple[int, int] | None:
    """A message's length and where it begins; None while the length is not whole. Raises BadWire."""
    length = shift = 0
    while at < len(data):
        byte = data[at]
        length |= (byte & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if not byte & 0x80:
            return length, at
        if shift > 35:
            raise BadWire("a length does not end")
    return None


async def read_frame(stream: asyncio.StreamReader) -> bytes | None:
    """The next message of a stream; None at its end. Raises BadWire."""
    length = shift = 0
    while True:
        byte = await stream.read(1)
        if not byte:
            if shift:
                raise BadWire("the stream ends within a length")
            return None
        length |= (byte[0] & 0x7F) << shift
        shift += 7
        if not byte[0] & 0x80:
            break
        if shift > 35:
            raise BadWire("a length does not end")
    if length > _LONGEST:
        raise BadWire(f"a message of {length} bytes")
    try:
        return await stream.readexactly(length)
    except asyncio.IncompleteReadError as error:
        raise BadWire("the stream ends within a message") from error
