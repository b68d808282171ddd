"""Checking an export, whichever sort it is, from its bytes alone."""

from typing import NamedTuple

import msgspec

from yitong.kernel.text import Bilingual
from yitong.ledger.evidence.chain_file import Holds, Summary, verify_chain
from yitong.ledger.evidence.lines import Fault, Found, Head
from yitong.ledger.evidence.package import verify_package


class Verdict(NamedTuple):
    """What was found: a summary when everything agrees, else the first fault."""

    summary: Summary | None
    fault: Fault | None


def document_name(content: bytes) -> str | None:
    """The name of the readable file that an export goes with; None for one without. Not checked here."""
    for raw in reversed(content.split(b"\n")[-4:]):
        if raw.startswith(b'{"line":"document"'):
            try:
                name: object = msgspec.json.decode(raw)["name"]
            except (msgspec.MsgspecError, KeyError, TypeError):
                return None
            return name if isinstance(name, str) and "/" not in name else None
    return None


def verify(
    content: bytes, document: bytes | None = None, *, genesis: bytes | None = None, holds: Holds | None = None
) -> Verdict:
    """Check an export. ``document``: the readable file beside it; ``genesis``: the digest somebody noted elsewhere.

    Without a noted genesis the file proves only that it agrees with itself: who owns the sealer's key could have
    written another history from the first block on.
    """
    try:
        summary = _check(content, document, holds)
    except Found as found:
        return Verdict(None, found.fault)
    if genesis is not None and genesis != summary.genesis:
        reason = Bilingual("与您记下的创世摘要不符", f"the genesis is {summary.genesis.hex()}, you noted another one")
        return Verdict(None, Fault(1, "the head", reason))
    return Verdict(summary, None)


def _check(content: bytes, document: bytes | None, holds: Holds | None) -> Summary:
    try:
        head = msgspec.json.decode(content.split(b"\n", 1)[0], type=Head)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        reason = Bilingual("不是本格式的文件", f"the first line cannot be read: {error}")
        raise Found(Fault(1, "the head", reason)) from error
    if head.what == "prescription":
        return verify_package(content, document, holds)
    return verify_chain(content, holds)
