"""What an overseer can look at: the chain, its blocks, a prescription's way, seals, members and nodes."""

from yitong.kernel.ids import UUID
from yitong.kernel.paging import Page, cursor_of
from yitong.kernel.problems import NOT_FOUND
from yitong.kernel.transaction import Transaction
from yitong.ledger.actions import NOT_ON_CHAIN, SEE
from yitong.ledger.contract.actions import Kind
from yitong.ledger.contract.records import (
    PARAMETERS,
    Key,
    Node,
    Organization,
    Parameters,
    PartRecord,
    Prescription,
    Seal,
    decode,
    node_key,
    part_key,
    prescription_key,
    seal_key,
)
from yitong.ledger.explorer import reading
from yitong.ledger.explorer.opened import breach_of, engine_of, entries, opened
from yitong.ledger.explorer.reading import Named, block_row, moment
from yitong.ledger.schemas import (
    BlockRow,
    BlockView,
    Breach,
    ChainPart,
    ChainRound,
    ChainTransaction,
    ChainView,
    FollowedPrescription,
    MemberKey,
    MemberRow,
    Members,
    NodeRow,
    SealRow,
    WaitingStep,
)
from yitong.ledger.sealing import LOG
from yitong.ledger.service import connected
from yitong.ledger.words import ACTION_WORDS, STATE_WORDS, outcome_words

PAGE = 50


async def overview(tx: Transaction) -> ChainView:
    """The chain as a whole; also says that there is none, or that it was changed. Raises Problem ``forbidden``."""
    SEE.check(tx.actor)
    broken, engine = breach_of(tx.platform), engine_of(tx.platform)
    breach = None if broken is None else Breach(broken.height, broken.position, broken.reason)
    if engine is None:
        kind = "embedded" if connected(tx.platform) is None else "consensus"
        return ChainView(state="broken" if breach else "absent", engine=kind, breach=breach)
    if breach is None:
        await entries(tx.platform, lambda _: [])  # blocks of other processes are taken in
    header, counted = engine.header, await reading.counts(tx)
    return ChainView(
        state="broken" if breach else "open",
        engine="embedded",
        chain=engine.chain,
        genesis=engine.genesis.digest().hex(),
        sealer=engine.genesis.sealer.hex(),
        height=header.height,
        at=moment(header.time),
        digest=header.digest().hex(),
        root=header.state.hex(),
        transactions=counted.estimated,
        writer_since=counted.since,
        tasks_waiting=counted.waiting,
        breach=breach,
    )


async def blocks(tx: Transaction, before: int | None) -> Page[BlockRow]:
    """Blocks, the newest first. Raises Problem ``forbidden``."""
    SEE.check(tx.actor)
    found = await reading.headers(tx, before, PAGE)
    return Page([block_row(one) for one in found], cursor_of(found[-1].height) if len(found) == PAGE else None)


async def block(tx: Transaction, height: int) -> BlockView:
    """One block with what it holds. Raises Problem ``forbidden``, ``not-found``, ``no-chain``, ``chain-broken``."""
    SEE.check(tx.actor)
    try:
        found = await opened(tx.platform).block(height)
    except KeyError:
        raise NOT_FOUND() from None
    held = await reading.transactions_of(tx, tx.platform, height=height)
    return BlockView(block=block_row(found.header), signature=found.signature.hex(), transactions=held)


async def newest(tx: Transaction) -> list[ChainTransaction]:
    """What was put on the chain last. Raises Problem ``forbidden``, ``no-chain`` or ``chain-broken``."""
    SEE.check(tx.actor)
    opened(tx.platform)
    return await reading.newest_transactions(tx, tx.platform, PAGE)


async def follow(tx: Transaction, asked: str) -> FollowedPrescription:
    """A prescription through every hand, by its number, id or name on the chain.

    Raises Problem ``forbidden``, ``not-on-chain``, ``no-chain`` or ``chain-broken``.
    """
    SEE.check(tx.actor)
    found = await known(tx, asked)
    rounds = [await _round(tx, subject) for subject in found.subjects]
    waiting = [
        WaitingStep(
            action=row.name,
            action_text=ACTION_WORDS[row.name],
            organization_name=row.organization_name,
            at=row.made_at,
            attempts=row.attempts,
            code_text=None if row.code is None else outcome_words(row.code),
        )
        for row in await reading.waiting_steps(tx, found.about)
    ]
    return FollowedPrescription(
        prescription_id=found.about, number=found.number, rounds=[one for one in rounds if one.hands], waiting=waiting
    )


async def known(tx: Transaction, asked: str) -> Named:
    """What somebody means. Raises Problem ``not-on-chain``, ``no-chain`` or ``chain-broken``."""
    opened(tx.platform)
    found = await reading.named(tx, asked.strip())
    if found is None:
        raise NOT_ON_CHAIN()
    return found


async def _round(tx: Transaction, subject: UUID) -> ChainRound:
    own = prescription_key(subject.bytes)
    head = (await entries(tx.platform, lambda _: [own]))[own]
    record = None if head is None else decode(Prescription, head)
    keys = [part_key(subject.bytes, number + 1) for number in range(0 if record is None else record.parts)]
    values = await entries(tx.platform, lambda _: keys)
    parts = [decode(PartRecord, value) for key in keys if (value := values[key]) is not None]
    holders = [UUID(bytes=one.holder) for one in parts if one.holder]
    names = await reading.organization_names(tx, holders)
    return ChainRound(
        subject=subject,
        replaced=record is not None and record.replaced,
        parts=[
            ChainPart(
                number=number,
                state=one.state.value,
                state_text=STATE_WORDS[one.state],
                opens_at=moment(one.opens),
                closes_at=moment(one.closes),
                quantities=one.quantities,
                dispensed=one.dispensed,
                returned=one.returned,
                holder_name=names.get(UUID(bytes=one.holder), ("", ""))[0] if one.holder else None,
            )
            for number, one in enumerate(parts, 1)
        ],
        hands=await reading.transactions_about(tx, tx.platform, subject.bytes),
    )


async def seals(tx: Transaction, before: int | None) -> Page[SealRow]:
    """Seals of the event log, the newest first. Raises Problem ``forbidden``, ``no-chain`` or ``chain-broken``."""
    SEE.check(tx.actor)
    opened(tx.platform)
    ledger = connected(tx.platform)
    key = b"" if ledger is None else seal_key(ledger.commission.bytes, LOG)
    value = (await entries(tx.platform, lambda _: [key]))[key]
    anchored = 0 if value is None else decode(Seal, value).number
    rows = await reading.seals(tx, before, PAGE)
    shown = [
        SealRow(number=row.number, at=row.at, events=row.count, root=row.root.hex(), anchored=row.number <= anchored)
        for row in rows
    ]
    return Page(shown, cursor_of(rows[-1].number) if len(rows) == PAGE else None)


async def members(tx: Transaction) -> Members:
    """Who takes part, with their keys, and who seals. Raises Problem ``forbidden``, ``no-chain``, ``chain-broken``."""
    SEE.check(tx.actor)
    engine = opened(tx.platform)
    found = await entries(tx.platform, lambda state: sorted(key for key in state if key[:1] in b"ok"))
    owners = {key[1:]: decode(Organization, value) for key, value in found.items() if key[:1] == b"o" and value}
    keys = {key[1:]: decode(Key, value) for key, value in found.items() if key[:1] == b"k" and value}
    names = await reading.organization_names(tx, [UUID(bytes=one) for one in owners])
    ordered = sorted(owners.items(), key=lambda one: (list(Kind).index(one[1].kind), one[1].code))
    rows = [
        MemberRow(
            organization_id=UUID(bytes=organization),
            name=names.get(UUID(bytes=organization), (one.code, one.code))[0],
            name_en=names.get(UUID(bytes=organization), (one.code, one.code))[1],
            code=one.code,
            kind=one.kind.value,
            governs=one.governs,
            suspended=one.suspended,
            keys=[
                MemberKey(name=name.hex(), roles=[r.value for r in key.roles], used=key.sequence, retired=key.retired)
                for name, key in sorted(keys.items(), key=lambda pair: pair[1].roles)
                if key.organization == organization
            ],
        )
        for organization, one in ordered
    ]
    sealer = NodeRow(kind="sealer", key=engine.genesis.sealer.hex(), organization_name="", power=1)
    return Members(members=rows, nodes=[sealer, *await _validators(tx)])


async def _validators(tx: Transaction) -> list[NodeRow]:
    value = (await entries(tx.platform, lambda _: [PARAMETERS]))[PARAMETERS]
    nodes = [] if value is None else decode(Parameters, value).nodes
    found = await entries(tx.platform, lambda _: [node_key(one) for one in nodes])
    records = {key[1:]: decode(Node, value) for key, value in found.items() if value is not None}
    names = await reading.organization_names(tx, [UUID(bytes=one.organization) for one in records.values()])
    return [
        NodeRow(
            kind="validator",
            key=name.hex(),
            organization_name=names.get(UUID(bytes=one.organization), ("", ""))[0],
            power=one.power,
        )
        for name, one in records.items()
    ]
