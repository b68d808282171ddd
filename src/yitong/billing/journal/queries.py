"""Reading the journal: entries of days, and the trial balance."""

from datetime import date
from typing import Any

from sqlalchemy import text

from yitong.billing.journal.schemas import BalanceLine, Entry, EntryLine, TrialBalance
from yitong.billing.wording import category_word, payer_word
from yitong.kernel.ids import UUID
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction

PAGE = 100
_ENTRIES = """
SELECT e.id, e.at, e.day, e.kind, e.source, e.bill_id, b.bill_no, e.event_id, e.accounts, e.amounts
  FROM journal_entry e LEFT JOIN bill b ON b.organization_id = e.organization_id AND b.id = e.bill_id
 WHERE e.organization_id = :organization AND e.day BETWEEN :first AND :last{more}
 ORDER BY e.id LIMIT :limit"""
# People's accounts are one line each side: who owes what is their bill's business, not the balance's.
_BALANCE = """
SELECT CASE WHEN account_kind IN ('patient','deposit') THEN account_kind ELSE account END AS account,
       coalesce(sum(amount_fen) FILTER (WHERE day >= :first AND amount_fen > 0), 0)::bigint AS debit_fen,
       coalesce(-sum(amount_fen) FILTER (WHERE day >= :first AND amount_fen < 0), 0)::bigint AS credit_fen,
       sum(amount_fen)::bigint AS balance_fen
  FROM posting WHERE organization_id = :organization AND day <= :last GROUP BY 1 ORDER BY 1"""
_ACCOUNT_WORDS = {
    "patient": Bilingual("应收患者款", "Owed by patients"),
    "deposit": Bilingual("预收患者预交金", "Deposits of patients"),
    "reduction": Bilingual("医院减免或承担", "Borne by the hospital"),
}


async def entries(
    tx: Transaction,
    organization_id: UUID,
    first: date,
    last: date,
    *,
    bill_id: UUID | None = None,
    kind: str | None = None,
    account: str | None = None,
    after: UUID | None = None,
    limit: int = PAGE,
) -> list[Entry]:
    """Entries of these days (both included) in the order they were written, of one bill, kind or account if named."""
    values: dict[str, Any] = {"organization": organization_id, "first": first, "last": last, "limit": limit}
    more = ""
    for name, value, where in (
        ("bill", bill_id, "e.bill_id = :bill"),
        ("kind", kind, "e.kind = :kind"),
        ("account", account, ":account = ANY (e.accounts)"),
        ("after", after, "e.id > :after"),
    ):
        if value is not None:
            more += f" AND {where}"
            values[name] = value
    found = await tx.session.execute(text(_ENTRIES.format(more=more)), values)
    made: list[Entry] = []
    for row in found.mappings():
        fields = dict(row)
        sides = zip(fields.pop("accounts"), fields.pop("amounts"), strict=True)
        made.append(Entry(**fields, lines=[EntryLine(*side) for side in sides]))
    return made


async def trial_balance(tx: Transaction, organization_id: UUID, first: date, last: date) -> TrialBalance:
    """Turnovers from ``first`` to ``last`` and balances at the end of ``last``, an account a line."""
    values = {"organization": organization_id, "first": first, "last": last}
    found = await tx.session.execute(text(_BALANCE), values)
    lines = [BalanceLine(text=account_word(row["account"]), **row) for row in found.mappings()]
    count = await tx.session.execute(
        text(
            "SELECT count(*) FROM journal_entry WHERE organization_id = :organization AND day BETWEEN :first AND :last"
        ),
        values,
    )
    debit, credit = sum(line.debit_fen for line in lines), sum(line.credit_fen for line in lines)
    balance = sum(line.balance_fen for line in lines)
    return TrialBalance(
        organization_id=organization_id,
        from_day=first,
        to_day=last,
        entries=count.scalar_one(),
        accounts=lines,
        debit_fen=debit,
        credit_fen=credit,
        balance_fen=balance,
        balanced=debit == credit and balance == 0,
    )


def account_word(account: str) -> Bilingual:
    """What an account is called."""
    kind, _, name = account.partition(":")
    if kind in _ACCOUNT_WORDS:
        return _ACCOUNT_WORDS[kind]
    if kind == "revenue":
        word = category_word(name)
        return Bilingual(f"收入：{word.zh}", f"Income: {word.en}")
    word = payer_word(kind, name)
    return Bilingual(f"{word.zh}（{name}）", f"{word.en} ({name})") if name else word
