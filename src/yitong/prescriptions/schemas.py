"""What goes over the wire about prescriptions."""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from yitong.kernel.ids import UUID
from yitong.kernel.text import Bilingual
from yitong.ledger.standing import OnChain
from yitong.prescriptions.rules.case import Assessment, Diagnosis, Pregnancy, Right, Setting
from yitong.prescriptions.rules.verdicts import LevelName, Verdict
from yitong.prescriptions.states import PrescriptionState

Note = Annotated[str, Meta(max_length=500)]
Code = Annotated[str, Meta(min_length=1, max_length=40)]
Paper = Literal["ordinary", "emergency", "paediatric", "narcotic", "psychotropic2"]
Decision = Literal["approve", "refuse"]


class LineRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One drug: the dose in thousandths of its unit; ``quantity`` counts packages, or single units where ``split``."""

    drug_code: Code
    dose_milli: Annotated[int, Meta(ge=1, le=100_000_000)]
    dose_unit: Annotated[str, Meta(min_length=1, max_length=10)]
    frequency: Code
    route: Code
    days: Annotated[int, Meta(ge=1, le=366)]
    quantity: Annotated[int, Meta(ge=1, le=100_000)]
    split: bool = False
    note: Note = ""


class DiagnosisRequest(msgspec.Struct, frozen=True):
    """A diagnosis with its ICD-10 code."""

    code: Annotated[str, Meta(max_length=20, pattern=r"^[A-Z][0-9A-Z.x+*]*$")]
    name: Annotated[str, Meta(min_length=1, max_length=100)]

    def plain(self) -> Diagnosis:
        """The same for the rules."""
        return Diagnosis(self.code, self.name)


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules need to know of the patient: weight in grams, eGFR in ml/min, allergies in the record's words."""

    weight_g: Annotated[int, Meta(ge=300, le=400_000)] | None = None
    pregnancy: Pregnancy = ""
    egfr: Annotated[int, Meta(ge=0, le=300)] | None = None
    allergies: Annotated[list[Annotated[str, Meta(min_length=1, max_length=40)]], Meta(max_length=20)] = []


class Reason(msgspec.Struct, frozen=True):
    """Why a doctor insists although a rule asks for the pharmacist."""

    code: Code
    text: Annotated[str, Meta(min_length=2, max_length=200)]


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a doctor writes on a prescription. ``repeats`` says how often it can be fetched again, each time
    ``repeat_every_days`` days later."""

    organization_id: UUID
    encounter_id: UUID
    setting: Setting = "outpatient"
    diagnoses: Annotated[list[DiagnosisRequest], Meta(max_length=10)] = []
    lines: Annotated[list[LineRequest], Meta(max_length=40)] = []
    condition: Condition = msgspec.field(default_factory=Condition)
    valid_days: Annotated[int, Meta(ge=1, le=31)] = 1
    validity_reason: Note = ""
    supply_reason: Note = ""
    pain_programme: bool = False
    guardian_present: bool = False
    return_visit: bool = True
    urgent: bool = False
    insured: bool = False
    assessment: Assessment | None = None
    reasons: Annotated[list[Reason], Meta(max_length=40)] = []
    repeats: Annotated[int, Meta(ge=0, le=11)] = 0
    repeat_every_days: Annotated[int, Meta(ge=0, le=84)] = 0


class PartTerms(msgspec.Struct, frozen=True):
    """When one part of a prescription can be taken up, and how much of each line in smallest units."""

    number: int
    opens_at: datetime
    closes_at: datetime
    quantities: list[int]


class Acting(msgspec.Struct, frozen=True):
    """At which organization, and on which version of the prescription."""

    organization_id: UUID
    version: int


class WithdrawRequest(msgspec.Struct, frozen=True):
    """Why a prescription is taken back; one of a few words, because the history shows it to everybody."""

    organization_id: UUID
    version: int
    reason: Literal["error", "treatment_changed", "adverse_reaction", "patient_wish"]


class Insisting(msgspec.Struct, frozen=True):
    """Why the doctor signs a refused prescription again unchanged."""

    organization_id: UUID
    version: int
    reason: Annotated[str, Meta(min_length=2, max_length=500)]


class PharmacistDecision(msgspec.Struct, frozen=True):
    """A pharmacist's decision about the version that was looked at."""

    organization_id: UUID
    version: int
    decision: Decision
    reasons: Annotated[list[Annotated[str, Meta(min_length=2, max_length=300)]], Meta(max_length=10)] = []


class SheetChange(msgspec.Struct, frozen=True):
    """A new wording of the version that was looked at."""

    version: int
    sheet: Sheet


class DrugFound(msgspec.Struct, frozen=True, kw_only=True):
    """A drug at today's price in fen a package, with what the pharmacy has in single units (None: not kept)."""

    code: str
    name: str
    spec: str
    form: str
    kind: str
    unit: str
    package: str
    units_per_package: int
    price_fen: int
    insurance_class: str
    control: str
    antibacterial: str
    routes: list[str]
    dose_units: list[str]
    stock_units: int | None


class CheckedLine(msgspec.Struct, frozen=True, kw_only=True):
    """What follows from a line: the least quantity for its days, how long it lasts, and what it costs in fen."""

    needed: int | None
    supply_days: int | None
    amount_fen: int
    stock_units: int | None


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """The rules' answer about a sheet: verdicts, the gravest first, and whether it may be signed as it is."""

    level: Literal["pass", "warn", "pharmacist", "stop"]
    signable: bool
    paper: Paper
    total_fen: int
    lines: list[CheckedLine]
    verdicts: list[Verdict]


class SheetLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line as it stands on the signed sheet; doses in thousandths, money in fen."""

    drug_code: str
    national_code: str
    name: str
    spec: str
    kind: str
    control: str
    unit: str
    package: str
    dose_milli: int
    dose_unit: str
    frequency: str
    route: str
    days: int
    quantity: int
    split: bool
    note: str
    amount_fen: int


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """A signature about a prescription: by whom, over which statement's SM3, with what reasons."""

    ordinal: int
    kind: Literal["prescriber", "pharmacist", "countersign"]
    revision: int
    round: int
    decision: Decision | None
    name: str
    title: str
    licence_no: str
    digest: str
    signed_at: datetime
    reasons: list[str]


class PrescriptionView(msgspec.Struct, frozen=True, kw_only=True):
    """A prescription with its present wording, what the rules say about it, who signed, and its way on the chain."""

    id: UUID
    organization_id: UUID
    organization_name: str
    number: str
    encounter_id: UUID
    patient_id: UUID
    patient_name: str
    patient_sex: str
    patient_birth_date: date
    department_name: str
    practitioner_name: str
    paper: Paper
    state: PrescriptionState
    state_text: Bilingual
    version: int
    revision: int
    created_at: datetime
    signed_at: datetime | None
    submitted_at: datetime | None
    valid_until: datetime | None
    retained_until: date | None
    sheet: Sheet
    lines: list[SheetLine]
    parts: list[PartTerms]
    total_fen: int
    verdicts: list[Verdict]
    signatures: list[Signed]
    chain: list[OnChain]
    verify_url: str


class PrescriptionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A prescription in a list; ``chain`` is its last step on the evidence chain."""

    id: UUID
    organization_id: UUID
    number: str
    patient_id: UUID
    patient_name: str
    department_name: str
    practitioner_name: str
    paper: Paper
    state: PrescriptionState
    state_text: Bilingual
    version: int
    created_at: datetime
    submitted_at: datetime | None
    valid_until: datetime | None
    drugs: list[str]
    level: Literal["pass", "warn", "pharmacist", "stop"]
    chain: OnChain | None


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """One signature with everything to verify it elsewhere: the exact bytes (base64), key and signature (hex)."""

    ordinal: int
    kind: str
    statement: str
    digest: str
    algorithm: Literal["SM2 with SM3 (GB/T 32918), r||s"]
    user_id: str
    public_key: str
    signature: str
    valid: bool


class VerifiedPrescription(msgspec.Struct, frozen=True, kw_only=True):
    """What anybody who holds a prescription may check; nothing of the patient."""

    organization_name: str
    number: str
    state: PrescriptionState
    state_text: Bilingual
    signed_at: datetime
    valid_until: datetime
    digest: str
    prescriber_name: str
    signatures_valid: bool


class RightsRequest(msgspec.Struct, frozen=True):
    """All rights beyond the title that a doctor has from now on."""

    organization_id: UUID
    rights: Annotated[list[Right], Meta(max_length=4)]


class RightsView(msgspec.Struct, frozen=True):
    """A doctor's rights beyond the title."""

    practitioner_id: UUID
    rights: list[Right]


class StockRequest(msgspec.Struct, frozen=True):
    """What a pharmacy has of a drug in single units, and its own price a package in fen if it differs."""

    organization_id: UUID
    units: Annotated[int, Meta(ge=0, le=100_000_000)]
    price_fen: Annotated[int, Meta(ge=0, le=100_000_000)] | None = None


class StockView(msgspec.Struct, frozen=True):
    """What a pharmacy has of a drug."""

    drug_code: str
    units: int
    price_fen: int | None


class EditorChoice(msgspec.Struct, frozen=True):
    """A code that an editor offers, with its words."""

    code: str
    text: Bilingual


class Choices(msgspec.Struct, frozen=True):
    """What an editor offers: frequencies, routes and allergy groups."""

    frequencies: list[EditorChoice]
    routes: list[EditorChoice]
    allergies: list[EditorChoice]


class RuleView(msgspec.Struct, frozen=True):
    """A rule of the catalogue with its source."""

    code: str
    level: LevelName
    text: Bilingual
    source: str
    source_title: Bilingual
