"""The evidence package of a prescription for download: the file to verify and the page to read, for every round."""

import io
import zipfile

from sqlalchemy import text

from yitong.kernel.transaction import Transaction
from yitong.ledger.actions import EXPORT, NOT_ON_CHAIN
from yitong.ledger.chain import Broken
from yitong.ledger.evidence import package, printing
from yitong.ledger.explorer.opened import gathered, refusal
from yitong.ledger.explorer.service import known


async def evidence(tx: Transaction, asked: str) -> tuple[str, bytes]:
    """A ZIP with what ``yitong verify`` checks offline; answers its name and content.

    Raises Problem ``forbidden``, ``not-on-chain``, ``no-chain`` or ``chain-broken``.
    """
    EXPORT.check(tx.actor)
    found = await known(tx, asked)
    zone: str = await tx.session.scalar(text("SELECT zone FROM region LIMIT 1")) or "Asia/Shanghai"
    out = io.BytesIO()
    rounds = 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for subject in found.subjects:
            try:
                one = await gathered(tx.platform, subject)
            except Broken as error:
                raise refusal(error) from error
            if one is None:
                continue
            rounds += 1
            name = f"{found.number or subject}-{rounds}"
            pages = printing.pdf(one, zone)
            packed.writestr(f"{name}.pdf", pages)
            packed.writestr(f"{name}.jsonl", package.written(one, (f"{name}.pdf", pages)))
    if not rounds:
        raise NOT_ON_CHAIN()
    return f"{found.number or found.about}-evidence.zip", out.getvalue()
