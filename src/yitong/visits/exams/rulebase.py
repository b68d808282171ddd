"""A hospital's rules for examinations: drafted, checked against each other and against examples, published by version.

A hospital that has published none plans by the rules that come with the platform.
"""

import asyncio
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import insert, text

from yitong.kernel.events import Subject, record
from yitong.kernel.idempotency import once
from yitong.kernel.ids import UUID, new_id
from yitong.kernel.permissions import Grant
from yitong.kernel.states import record_move
from yitong.kernel.transaction import Transaction
from yitong.planning.exams.catalogue import default_rules
from yitong.planning.exams.checking import contradictions
from yitong.planning.exams.examples import Example, run_examples
from yitong.planning.exams.model import RuleBase, Words
from yitong.visits.exams import problems
from yitong.visits.exams.actions import EDIT_RULES, SEE_RULES
from yitong.visits.exams.events import ExamEvent
from yitong.visits.exams.model import ExamRules
from yitong.visits.exams.schemas import AtExamCentre, DraftRequest, RulesTried, RulesVersion, RulesView
from yitong.visits.exams.states import RULES, RulesState

_ONE = text("SELECT * FROM exam_rules WHERE organization_id = :organization AND state = :state FOR UPDATE")
_VERSIONS = text(
    "SELECT number, state, note, made_at, published_at FROM exam_rules WHERE organization_id = :organization"
    " AND state <> 'discarded' ORDER BY number DESC LIMIT 50"
)


@cache
def _came_with() -> RuleBase:
    return default_rules()


async def in_force(tx: Transaction, organization_id: UUID) -> RuleBase:
    """The rules that a hospital plans by now."""
    found = await tx.session.execute(
        text("SELECT content FROM exam_rules WHERE organization_id = :organization AND state = 'published'"),
        {"organization": organization_id},
    )
    content = found.scalar_one_or_none()
    return _came_with() if content is None else msgspec.convert(content, RuleBase)


async def show(tx: Transaction, organization_id: UUID) -> RulesView:
    """The rules in force, the draft, and the versions there were. Raises those of the permission check."""
    SEE_RULES.check(tx.actor, organization_id=organization_id)
    draft = await _row(tx, organization_id, RulesState.DRAFT)
    published = await _row(tx, organization_id, RulesState.PUBLISHED)
    versions = (await tx.session.execute(_VERSIONS, {"organization": organization_id})).mappings()
    return RulesView(
        number=published["number"] if published is not None else 0,
        rules=await in_force(tx, organization_id),
        examples=_examples(published),
        draft=msgspec.convert(draft["content"], RuleBase) if draft is not None else None,
        draft_examples=_examples(draft),
        draft_version=draft["version"] if draft is not None else None,
        versions=[RulesVersion(**row) for row in versions],
    )


async def save_draft(tx: Transaction, request: DraftRequest, key: UUID) -> RulesView:
    """Keep a draft; rules that contradict each other are not kept.

    Raises Problem ``exam-rules-contradict`` naming the contradiction, and those of the permission check.
    """

    async def make() -> RulesView:
        grant = EDIT_RULES.check(tx.actor, organization_id=request.organization_id)
        found = await asyncio.to_thread(contradictions, request.rules)
        if found:
            raise problems.RULES_CONTRADICT(
                why_zh="；".join(one.zh for one in found[:3]), why="; ".join(one.en for one in found[:3])
            )
        await _keep(tx, grant, request)
        return await show(tx, request.organization_id)

    return await once(tx, key, request, RulesView, make)


async def _keep(tx: Transaction, grant: Grant, request: DraftRequest) -> None:
    organization_id = request.organization_id
    await tx.session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('exam_rules:' || :id, 0))"), {"id": str(organization_id)}
    )
    content = msgspec.to_builtins(request.rules)
    examples = [msgspec.to_builtins(one) for one in request.examples]
    draft = await _row(tx, organization_id, RulesState.DRAFT)
    if draft is not None:
        await tx.session.execute(
            text(
                "UPDATE exam_rules SET content = CAST(:content AS jsonb), examples = CAST(:examples AS jsonb),"
                " note = :note, made_at = :now, made_by = :by WHERE organization_id = :organization AND id = :id"
            ),
            {
                "content": msgspec.json.encode(content).decode(),
                "examples": msgspec.json.encode(examples).decode(),
                "note": request.note,
                "now": tx.now,
                "by": tx.actor.id,
                "organization": organization_id,
                "id": draft["id"],
            },
        )
        await record(tx, grant, ExamEvent.DRAFTED, Subject("exam_rules", draft["id"], organization_id), {})
        return
    made = new_id()
    number = await tx.session.execute(
        text("SELECT coalesce(max(number), 0) + 1 FROM exam_rules WHERE organization_id = :organization"),
        {"organization": organization_id},
    )
    await tx.session.execute(
        insert(ExamRules).values(
            organization_id=organization_id,
            id=made,
            number=number.scalar_one(),
            state=RulesState.DRAFT.value,
            version=1,
            content=content,
            examples=examples,
            note=request.note,
            made_at=tx.now,
            made_by=tx.actor.id,
        )
    )
    subject = Subject("exam_rules", made, organization_id)
    event_id = await record(tx, grant, ExamEvent.DRAFTED, subject, {})
    await record_move(tx, grant, RULES, subject, None, RulesState.DRAFT, sequence=1, event_id=event_id)


async def attempt(tx: Transaction, request: DraftRequest) -> RulesTried:
    """What is wrong with rules, and which examples they do not keep; nothing is saved."""
    EDIT_RULES.check(tx.actor, organization_id=request.organization_id)
    found = await asyncio.to_thread(contradictions, request.rules)
    failed = [] if found else await asyncio.to_thread(run_examples, request.rules, tuple(request.examples))
    return RulesTried([Words(one.zh, one.en) for one in found], [one.words for one in failed], len(request.examples))


async def publish(tx: Transaction, request: AtExamCentre, key: UUID) -> RulesView:
    """Let the draft be in force from now on. Raises Problem ``no-exam-draft``, ``exam-example-fails`` and others."""

    async def make() -> RulesView:
        grant = EDIT_RULES.check(tx.actor, organization_id=request.organization_id)
        draft = await _row(tx, request.organization_id, RulesState.DRAFT)
        if draft is None:
            raise problems.NO_DRAFT()
        rules = msgspec.convert(draft["content"], RuleBase)
        failed = await asyncio.to_thread(run_examples, rules, tuple(_examples(draft)))
        if failed:
            raise problems.EXAMPLE_FAILS(why_zh=failed[0].words.zh, why=failed[0].words.en)
        before = await _row(tx, request.organization_id, RulesState.PUBLISHED)
        if before is not None:
            await _move(tx, grant, before, RulesState.RETIRED, ExamEvent.REPLACED)
        await _move(tx, grant, draft, RulesState.PUBLISHED, ExamEvent.PUBLISHED)
        return await show(tx, request.organization_id)

    return await once(tx, key, request, RulesView, make)


async def discard(tx: Transaction, request: AtExamCentre, key: UUID) -> RulesView:
    """Throw the draft away. Raises Problem ``no-exam-draft`` and those of the permission check."""

    async def make() -> RulesView:
        grant = EDIT_RULES.check(tx.actor, organization_id=request.organization_id)
        draft = await _row(tx, request.organization_id, RulesState.DRAFT)
        if draft is None:
            raise problems.NO_DRAFT()
        await _move(tx, grant, draft, RulesState.DISCARDED, ExamEvent.DISCARDED)
        return await show(tx, request.organization_id)

    return await once(tx, key, request, RulesView, make)


async def _row(tx: Transaction, organization_id: UUID, state: RulesState) -> Any:
    found = await tx.session.execute(_ONE, {"organization": organization_id, "state": state.value})
    return found.mappings().one_or_none()


async def _move(tx: Transaction, grant: Grant, row: Any, after: RulesState, event: ExamEvent) -> None:
    subject = Subject("exam_rules", row["id"], row["organization_id"])
    event_id = await record(tx, grant, event, subject, {"number": row["number"]})
    before = RulesState(row["state"])
    await record_move(tx, grant, RULES, subject, before, after, sequence=row["version"] + 1, event_id=event_id)
    published = tx.now if after is RulesState.PUBLISHED else row["published_at"]
    await tx.session.execute(
        text(
            "UPDATE exam_rules SET state = :state, version = version + 1, published_at = :published"
            " WHERE organization_id = :organization AND id = :id"
        ),
        {"state": after.value, "published": published, "organization": row["organization_id"], "id": row["id"]},
    )


def _examples(row: Any) -> list[Example]:
    return [] if row is None else [msgspec.convert(one, Example) for one in row["examples"]]
