"""Claims on the wire: FHIR R4 Claim and ClaimResponse, as much of them as a claim for one bill needs.

Money is decimal yuan in FHIR and whole fen here; both ways are exact.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec

from yitong.billing.commercial import CommercialAnswer, CommercialClaim
from yitong.kernel.money import fen_from_yuan, yuan_text

CLAIM_NO = "urn:yitong:claim-no"
POLICY_NO = "urn:yitong:policy-no"
BILL_NO = "urn:yitong:bill-no"
PROVIDER = "urn:yitong:fixmedins-code"
CATEGORY = "urn:yitong:charge-category"
PRICE = "urn:yitong:price-list"
ICD10 = "http://hl7.org/fhir/sid/icd-10"
Use = Literal["claim", "predetermination"]
Outcome = Literal["queued", "complete", "partial", "error"]
_ENCODER = msgspec.json.Encoder(decimal_format="number")


class _Wire(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """An element as FHIR writes it: camel case, nothing where there is nothing."""


class Identifier(_Wire, frozen=True, kw_only=True):
    """A number and whose it is."""

    system: str
    value: str


class Reference(_Wire, frozen=True, kw_only=True):
    """Somebody, by a number of theirs."""

    identifier: Identifier | None = None
    display: str | None = None
    type: str | None = None


class Coding(_Wire, frozen=True, kw_only=True):
    """A code of a system."""

    system: str
    code: str
    display: str | None = None


class CodeableConcept(_Wire, frozen=True, kw_only=True):
    """What something is, by codes or words."""

    coding: list[Coding] = []
    text: str | None = None


class Money(_Wire, frozen=True, kw_only=True):
    """An amount in yuan."""

    value: Decimal
    currency: str | None = None

    @classmethod
    def of(cls, fen: int) -> "Money":
        """The amount of so many fen."""
        return cls(value=Decimal(yuan_text(fen)), currency="CNY")

    @property
    def fen(self) -> int:
        """The amount in fen. Raises ValueError when it is finer than a fen or not in yuan."""
        if self.currency not in (None, "CNY"):
            raise ValueError(f"not in yuan: {self.currency}")
        return fen_from_yuan(str(self.value))


class Quantity(_Wire, frozen=True, kw_only=True):
    """How much of it."""

    value: Decimal


class Payee(_Wire, frozen=True, kw_only=True):
    """Who gets the money."""

    type: CodeableConcept


class Diagnosis(_Wire, frozen=True, kw_only=True):
    """What the patient had."""

    sequence: int
    diagnosis_codeable_concept: CodeableConcept


class InsuranceOf(_Wire, frozen=True, kw_only=True):
    """Under which policy."""

    sequence: int
    focal: bool
    coverage: Reference


class ClaimItem(_Wire, frozen=True, kw_only=True):
    """One line."""

    sequence: int
    product_or_service: CodeableConcept
    category: CodeableConcept
    quantity: Quantity
    unit_price: Money
    net: Money


class SupportingInfo(_Wire, frozen=True, kw_only=True):
    """What basic insurance paid, and what was left to the patient."""

    sequence: int
    category: CodeableConcept
    code: CodeableConcept
    value_quantity: Quantity


class Claim(_Wire, frozen=True, kw_only=True, tag_field="resourceType", tag="Claim"):
    """FHIR R4 Claim."""

    identifier: list[Identifier]
    status: Literal["active", "cancelled"]
    type: CodeableConcept
    use: Use
    patient: Reference
    created: datetime
    provider: Reference
    priority: CodeableConcept
    payee: Payee
    insurance: list[InsuranceOf]
    item: list[ClaimItem]
    total: Money
    diagnosis: list[Diagnosis] = []
    supporting_info: list[SupportingInfo] = []
    related: list[dict[str, Any]] = []

    def number(self, system: str) -> str:
        """The identifier of this system; empty when there is none."""
        return next((one.value for one in self.identifier if one.system == system), "")

    def info(self, code: str) -> int:
        """Fen of a piece of supporting information; 0 when it is missing."""
        for one in self.supporting_info:
            if any(coding.code == code for coding in one.code.coding):
                return fen_from_yuan(str(one.value_quantity.value))
        return 0


class Total(_Wire, frozen=True, kw_only=True):
    """A sum by category of adjudication."""

    category: CodeableConcept
    amount: Money


class Adjudication(_Wire, frozen=True, kw_only=True):
    """What is paid of a line."""

    category: CodeableConcept
    amount: Money


class ResponseItem(_Wire, frozen=True, kw_only=True):
    """A line's answer."""

    item_sequence: int
    adjudication: list[Adjudication]


class Note(_Wire, frozen=True, kw_only=True):
    """A sentence in a language."""

    text: str
    language: CodeableConcept


class ClaimResponse(_Wire, frozen=True, kw_only=True, tag_field="resourceType", tag="ClaimResponse"):
    """FHIR R4 ClaimResponse."""

    identifier: list[Identifier]
    status: Literal["active", "cancelled"]
    type: CodeableConcept
    use: Use
    patient: Reference
    created: datetime
    insurer: Reference
    outcome: Outcome
    request: Reference
    payee_type: CodeableConcept | None = None
    item: list[ResponseItem] = []
    total: list[Total] = []
    process_note: list[Note] = []
    disposition: str | None = None


def _coded(system: str, code: str, display: str | None = None) -> CodeableConcept:
    return CodeableConcept(coding=[Coding(system=system, code=code, display=display)])


_TYPE = _coded("http://terminology.hl7.org/CodeSystem/claim-type", "institutional")
_ADJUDICATION = "http://terminology.hl7.org/CodeSystem/adjudication"
_INFO = "urn:yitong:claim-information"


def written(claim: CommercialClaim, use: Use) -> bytes:
    """The claim as FHIR JSON."""
    return _ENCODER.encode(to_claim(claim, use))


def to_claim(claim: CommercialClaim, use: Use) -> Claim:
    """The claim as FHIR resource. The patient is known to the insurer by the policy: no name leaves the house."""
    policy = Reference(identifier=Identifier(system=POLICY_NO, value=claim.policy_no), type="Coverage")
    return Claim(
        identifier=[
            Identifier(system=CLAIM_NO, value=claim.claim_no),
            Identifier(system=BILL_NO, value=claim.bill_no),
        ],
        status="active",
        type=_TYPE,
        use=use,
        patient=Reference(identifier=Identifier(system=POLICY_NO, value=claim.policy_no), type="Patient"),
        created=claim.created,
        provider=Reference(identifier=Identifier(system=PROVIDER, value=claim.provider_code), type="Organization"),
        priority=_coded("http://terminology.hl7.org/CodeSystem/processpriority", "normal"),
        payee=Payee(type=_coded("http://terminology.hl7.org/CodeSystem/payeetype", claim.payee)),
        insurance=[InsuranceOf(sequence=1, focal=True, coverage=policy)],
        diagnosis=[
            Diagnosis(sequence=number, diagnosis_codeable_concept=_coded(ICD10, code, name))
            for number, (code, name) in enumerate(claim.diagnoses, start=1)
        ],
        supporting_info=[
            _information(1, "insurance-paid", claim.insurance_paid),
            _information(2, "left-to-patient", claim.asked),
        ],
        item=[
            ClaimItem(
                sequence=line.sequence,
                product_or_service=_coded(PRICE, line.code, line.name),
                category=_coded(CATEGORY, line.category),
                quantity=Quantity(value=Decimal(line.cnt_milli) / 1000),
                unit_price=Money.of(line.unit_price),
                net=Money.of(line.net),
            )
            for line in claim.lines
        ],
        total=Money.of(claim.total),
    )


def _information(sequence: int, code: str, fen: int) -> SupportingInfo:
    return SupportingInfo(
        sequence=sequence,
        category=_coded("http://terminology.hl7.org/CodeSystem/claiminformationcategory", "info"),
        code=_coded(_INFO, code),
        value_quantity=Quantity(value=Decimal(yuan_text(fen))),
    )


def read_claim(body: bytes) -> Claim:
    """A FHIR Claim. Raises ValueError when it is none."""
    return msgspec.json.decode(body, type=Claim)


def answered(
    claim: Claim,
    insurer_no: str,
    insurer: str,
    at: datetime,
    outcome: Outcome,
    covered: int,
    notes: list[tuple[str, str]],
    lines: list[tuple[int, int]],
) -> bytes:
    """An insurer's answer as FHIR JSON."""
    return _ENCODER.encode(
        ClaimResponse(
            identifier=[Identifier(system=f"urn:insurer:{insurer}", value=insurer_no)],
            status=claim.status,
            type=_TYPE,
            use=claim.use,
            patient=claim.patient,
            created=at,
            insurer=Reference(identifier=Identifier(system="urn:yitong:organization", value=insurer)),
            outcome=outcome,
            request=Reference(identifier=Identifier(system=CLAIM_NO, value=claim.number(CLAIM_NO)), type="Claim"),
            payee_type=claim.payee.type,
            item=[
                ResponseItem(
                    item_sequence=sequence,
                    adjudication=[Adjudication(category=_coded(_ADJUDICATION, "benefit"), amount=Money.of(fen))],
                )
                for sequence, fen in lines
            ],
            total=[Total(category=_coded(_ADJUDICATION, "benefit"), amount=Money.of(covered))],
            process_note=[
                Note(text=said, language=CodeableConcept(text=language))
                for zh, en in notes
                for language, said in (("zh", zh), ("en", en))
            ],
        )
    )


def read_answer(body: bytes) -> CommercialAnswer:
    """What a FHIR ClaimResponse says.

    Raises ValueError when it is none, names no claim, or its lines do not come to its total.
    """
    said = msgspec.json.decode(body, type=ClaimResponse)
    asked = said.request.identifier
    if asked is None or asked.system != CLAIM_NO or not said.identifier:
        raise ValueError("a ClaimResponse without its numbers")
    covered = sum(total.amount.fen for total in said.total if _is_benefit(total.category))
    lines = [
        (one.item_sequence, sum(part.amount.fen for part in one.adjudication if _is_benefit(part.category)))
        for one in said.item
    ]
    if covered < 0 or (lines and sum(fen for _, fen in lines) != covered):
        raise ValueError("a ClaimResponse whose lines do not come to its total")
    texts = [(note.language.text or "", note.text) for note in said.process_note]
    chinese = [words for language, words in texts if language == "zh"]
    english = [words for language, words in texts if language == "en"]
    return CommercialAnswer(
        claim_no=asked.value,
        insurer_no=said.identifier[0].value,
        outcome=said.outcome,
        covered=covered if said.outcome in ("complete", "partial") else 0,
        notes=list(zip(chinese, english, strict=False)),
        lines=lines,
        at=said.created,
    )


def _is_benefit(category: CodeableConcept) -> bool:
    return any(coding.system == _ADJUDICATION and coding.code == "benefit" for coding in category.coding)
