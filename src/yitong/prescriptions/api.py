"""The addresses of prescriptions: thin routes over the service."""

from typing import Annotated

from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Response
from litestar.types import ControllerRouterHandler

from yitong.kernel.ids import UUID
from yitong.kernel.paging import Page, cursor_of, keys_of
from yitong.kernel.text import Bilingual
from yitong.kernel.transaction import Transaction
from yitong.prescriptions import drugs, facts, service
from yitong.prescriptions import schemas as wire
from yitong.prescriptions.printing import pdf
from yitong.prescriptions.rules.allergy import GROUPS
from yitong.prescriptions.rules.sources import TITLES
from yitong.prescriptions.rules.verdicts import RULES

PAGE = 50
_TAGS = ["prescriptions"]
_Words = Annotated[str, QueryParameter(max_length=40)]
_Token = Annotated[str, QueryParameter(pattern="^[A-Za-z0-9_-]{10,40}$")]


@get("/drugs", summary="Find drugs by pinyin initials or name", tags=_TAGS)
async def get_drugs(
    tx: NamedDependency[Transaction], organization_id: FromQuery[UUID], q: _Words
) -> Page[wire.DrugFound]:
    """With price and stock of this pharmacy, at most 20."""
    return Page(await drugs.find_drugs(tx, organization_id, q))


@put("/drug-stock/{drug_code:str}", summary="Say what a pharmacy has", tags=_TAGS)
async def put_stock(
    tx: NamedDependency[Transaction], drug_code: FromPath[str], data: JSONBody[wire.StockRequest]
) -> wire.StockView:
    """Stock in single units and the pharmacy's own price."""
    return await drugs.set_stock(tx, drug_code, data)


@get("/prescriptions/choices", summary="Frequencies, routes and allergy groups", tags=_TAGS)
async def get_choices() -> wire.Choices:
    """What an editor offers."""
    return wire.Choices(
        [
            wire.EditorChoice(one.code, Bilingual(one.name, f"{one.times} in {one.days} d"))
            for one in facts.frequencies().values()
        ],
        [wire.EditorChoice(one.code, Bilingual(one.name, one.name_en)) for one in facts.routes().values()],
        [wire.EditorChoice(code, Bilingual(words, code)) for code, words in GROUPS.items()],
    )


@get("/prescriptions/rules", summary="The catalogue of rules with their sources", tags=_TAGS)
async def get_rules() -> list[wire.RuleView]:
    """Every rule that looks at prescriptions."""
    return [
        wire.RuleView(one.code, one.level, one.text, one.source.value, TITLES[one.source])
        for one in sorted(RULES.values(), key=lambda one: one.code)
    ]


@post("/prescriptions/check", status_code=200, summary="Ask the rules while writing", tags=_TAGS)
async def post_check(tx: NamedDependency[Transaction], data: JSONBody[wire.Sheet]) -> wire.Checked:
    """Verdicts, needed quantities and prices; nothing is kept."""
    return await service.check_sheet(tx, data)


@post("/prescriptions", summary="Begin a prescription", tags=_TAGS)
async def post_prescription(
    tx: NamedDependency[Transaction], data: JSONBody[wire.Sheet], idempotency_key: NamedDependency[UUID]
) -> wire.PrescriptionView:
    """A draft of a visit."""
    return await service.draft(tx, data, idempotency_key)


@put("/prescriptions/{prescription_id:uuid}", summary="Save a prescription", tags=_TAGS)
async def put_prescription(
    tx: NamedDependency[Transaction], prescription_id: FromPath[UUID], data: JSONBody[wire.SheetChange]
) -> wire.PrescriptionView:
    """Keep the wording of a draft or of one that came back."""
    return await service.save(tx, prescription_id, data)


@post("/prescriptions/{prescription_id:uuid}/sign", status_code=200, summary="Sign a prescription", tags=_TAGS)
async def post_sign(
    tx: NamedDependency[Transaction], prescription_id: FromPath[UUID], data: JSONBody[wire.Acting]
) -> wire.PrescriptionView:
    """Sign the present wording and put it before the pharmacists."""
    return await service.sign_sheet(tx, prescription_id, data)


@post("/prescriptions/{prescription_id:uuid}/countersign", status_code=200, summary="Sign again unchanged", tags=_TAGS)
async def post_countersign(
    tx: NamedDependency[Transaction], prescription_id: FromPath[UUID], data: JSONBody[wire.Insisting]
) -> wire.PrescriptionView:
    """Insist on a refused wording with a reason."""
    return await service.countersign(tx, prescription_id, data)


@post("/prescriptions/{prescription_id:uuid}/discard", status_code=200, summary="Discard a draft", tags=_TAGS)
async def post_discard(
    tx: NamedDependency[Transaction], prescription_id: FromPath[UUID], data: JSONBody[wire.Acting]
) -> wire.PrescriptionView:
    """Throw a draft away."""
    return await service.discard(tx, prescription_id, data)


@post("/prescriptions/{prescription_id:uuid}/withdraw", status_code=200, summary="Withdraw a prescription", tags=_TAGS)
async def post_withdraw(
    tx: NamedDependency[Transaction], prescription_id: FromPath[UUID], data: JSONBody[wire.WithdrawRequest]
) -> wire.PrescriptionView:
    """Take a signed prescription back."""
    return await service.withdraw(tx, prescription_id, data)


@post("/prescriptions/{prescription_id:uuid}/release", status_code=200, summary="Release to the region", tags=_TAGS)
async def post_release(
    tx: NamedDependency[Transaction], prescription_id: FromPath[UUID], data: JSONBody[wire.Acting]
) -> wire.PrescriptionView:
    """Open an approved prescription to pharmacies outside."""
    return await service.release(tx, prescription_id, data)


@post("/prescriptions/{prescription_id:uuid}/review", status_code=200, summary="Approve or refuse", tags=_TAGS)
async def post_review(
    tx: NamedDependency[Transaction], prescription_id: FromPath[UUID], data: JSONBody[wire.PharmacistDecision]
) -> wire.PrescriptionView:
    """The pharmacist's decision about the version that was looked at."""
    return await service.decide(tx, prescription_id, data)


@get("/prescription-reviews", summary="What waits for a pharmacist", tags=_TAGS)
async def get_waiting(tx: NamedDependency[Transaction], organization_id: FromQuery[UUID]) -> Page[wire.PrescriptionRow]:
    """Emergencies first, then whoever waits longest."""
    return Page(await service.waiting(tx, organization_id))


@get("/prescriptions", summary="Prescriptions, newest first", tags=_TAGS)
async def get_prescriptions(
    tx: NamedDependency[Transaction],
    organization_id: FromQuery[UUID | None] = None,
    patient_id: FromQuery[UUID | None] = None,
    encounter_id: FromQuery[UUID | None] = None,
    mine: FromQuery[bool] = False,
    cursor: FromQuery[str | None] = None,
) -> Page[wire.PrescriptionRow]:
    """A family member's, a visit's, a doctor's own, or the hospital's."""
    keys = keys_of(cursor, tuple[UUID])
    items = await service.listed(
        tx,
        organization_id=organization_id,
        patient_id=patient_id,
        encounter_id=encounter_id,
        mine=mine,
        before=keys[0] if keys else None,
        limit=PAGE,
    )
    return Page(items, cursor_of(items[-1].id) if len(items) == PAGE else None)


@get("/prescriptions/verify", summary="Verify a printed prescription", tags=_TAGS)
async def get_verified(tx: NamedDependency[Transaction], token: _Token) -> wire.VerifiedPrescription:
    """For anybody who holds the paper; says nothing of the patient."""
    return await service.verify(tx, token)


@get("/prescriptions/{prescription_id:uuid}", summary="One prescription", tags=_TAGS)
async def get_prescription(
    tx: NamedDependency[Transaction], prescription_id: FromPath[UUID], organization_id: FromQuery[UUID]
) -> wire.PrescriptionView:
    """Its wording, what the rules say and who signed."""
    return await service.show(tx, organization_id, prescription_id)


@get("/prescriptions/{prescription_id:uuid}/proofs", summary="Its signatures with the signed bytes", tags=_TAGS)
async def get_proofs(
    tx: NamedDependency[Transaction], prescription_id: FromPath[UUID], organization_id: FromQuery[UUID]
) -> list[wire.Proof]:
    """Everything somebody needs to verify the signatures elsewhere."""
    return await service.proofs(tx, organization_id, prescription_id)


@get(
    "/prescriptions/{prescription_id:uuid}/pdf",
    summary="A prescription to print",
    media_type="application/pdf",
    tags=_TAGS,
)
async def get_pdf(
    tx: NamedDependency[Transaction], prescription_id: FromPath[UUID], organization_id: FromQuery[UUID]
) -> Response[bytes]:
    """The prescription as PDF with the code to verify it."""
    found, zone = await service.printable(tx, organization_id, prescription_id)
    return Response(
        pdf(found, zone),
        media_type="application/pdf",
        headers={
            "content-disposition": f'inline; filename="{found.number}.pdf"',
            "cache-control": "private, no-store",
        },
    )


@get("/prescribing-rights/{practitioner_id:uuid}", summary="A doctor's special rights", tags=_TAGS)
async def get_rights(
    tx: NamedDependency[Transaction], practitioner_id: FromPath[UUID], organization_id: FromQuery[UUID]
) -> wire.RightsView:
    """Rights beyond the title."""
    return await service.rights_of(tx, organization_id, practitioner_id)


@put("/prescribing-rights/{practitioner_id:uuid}", summary="Give a doctor special rights", tags=_TAGS)
async def put_rights(
    tx: NamedDependency[Transaction], practitioner_id: FromPath[UUID], data: JSONBody[wire.RightsRequest]
) -> wire.RightsView:
    """All rights beyond the title from now on."""
    return await service.give_rights(tx, practitioner_id, data)


ROUTES: list[ControllerRouterHandler] = [
    get_drugs,
    put_stock,
    get_choices,
    get_rules,
    post_check,
    post_prescription,
    put_prescription,
    post_sign,
    post_countersign,
    post_discard,
    post_withdraw,
    post_release,
    post_review,
    get_waiting,
    get_prescriptions,
    get_verified,
    get_prescription,
    get_proofs,
    get_pdf,
    get_rights,
    put_rights,
]
