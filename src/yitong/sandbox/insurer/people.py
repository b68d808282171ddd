"""Who is insured and how: for every citizen number something plausible, always the same."""

from datetime import date
from hashlib import sha256

import msgspec

from yitong.billing.insurance.accumulators import Accumulators
from yitong.directory.demo import DEMO_PATIENTS
from yitong.kernel.clock import age_in_years

PLACE = "110100"
_EMPLOYERS = ("北京市第一机床厂", "京北软件有限公司", "城东小学", "海淀区灵活就业", "和平里商业有限公司")
_BY_NUMBER = {one.id_number: one for one in DEMO_PATIENTS}
_BY_ID = {one.id: one for one in DEMO_PATIENTS}


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """One insured person; ``account_fen`` is the account at the beginning, ``before`` what the year held already."""

    psn_no: str
    certno: str
    name: str
    sex: str
    birth_date: date
    insutype: str
    psn_type: str
    rights: frozenset[str] = frozenset()
    employer: str = ""
    account_fen: int = 0
    before: Accumulators = Accumulators()
    helpers: frozenset[str] = frozenset()  # numbers of family members whose account may help
    status: str = "1"  # 1 in force, 2 paused


def psn_no_of(certno: str) -> str:
    """The insurer's own number of a person: 30 digits that tell nothing."""
    return "11" + f"{int(sha256(f'psn {certno}'.encode()).hexdigest(), 16) % 10**28:028d}"


def person_of(certno: str, name: str, today: date) -> Person | None:
    """The person behind a citizen number; None when it is none."""
    try:
        born = date(int(certno[6:10]), int(certno[10:12]), int(certno[12:14]))
        male = int(certno[16]) % 2 == 1
    except ValueError:
        return None
    if len(certno) != 18 or born > today:
        return None
    drawn = int(sha256(f"insured {certno}".encode()).hexdigest(), 16)
    known = _BY_NUMBER.get(certno)
    age = age_in_years(born, today)
    employee = age >= 18 and (known is not None or drawn % 100 < 65)
    deductible = 130_000 if age >= 60 else 180_000
    if not employee:
        deductible = 55_000
    used = drawn // 100 % 2 == 0
    return Person(
        psn_no=psn_no_of(certno),
        certno=certno,
        name=known.name if known else name,
        sex="male" if male else "female",
        birth_date=born,
        insutype="310" if employee else "390",
        psn_type=_psn_type(employee, age, male),
        rights=_rights(employee, drawn),
        employer=_EMPLOYERS[drawn // 200 % len(_EMPLOYERS)] if employee and age < 60 else "",
        account_fen=20_000 + drawn // 1000 % 280_000 if employee else 0,
        before=Accumulators(deducted={"outpatient": deductible}, counted={"outpatient": 120_000}, pooled={})
        if used
        else Accumulators(),
        helpers=frozenset(_BY_ID[one.person_id].id_number for one in known.guardians) if known else frozenset(),
    )


def _psn_type(employee: bool, age: int, male: bool) -> str:
    if employee:
        return "12" if age >= (60 if male else 55) else "11"
    return "14" if age < 18 else "16" if age >= 60 else "15"


def _rights(employee: bool, drawn: int) -> frozenset[str]:
    """About one employee in twelve is a civil servant, one in ten has a supplement of the enterprise."""
    share = drawn // 7 % 120
    if employee and share < 10:
        return frozenset({"civil_servant"})
    if employee and share < 22:
        return frozenset({"enterprise"})
    return frozenset({"aid"}) if share >= 116 else frozenset()
