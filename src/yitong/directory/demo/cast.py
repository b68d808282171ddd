"""The named people of the demo: patients and staff that the README invites to sign in. All invented."""

import base64
from datetime import date
from hashlib import sha256

import msgspec

from yitong.directory.demo.identity_number import identity_number
from yitong.directory.demo.people import DemoPerson, Guardian, stable_id
from yitong.directory.demo.shapes import Gender

DEMO_PASSWORD = "Yitong-demo-2026"  # noqa: S105  # public on purpose; the demo region holds no real person
FIRST_HOSPITAL = "01110003"
CLINIC = "120101"


def demo_totp_secret(username: str) -> str:
    """The secret of a demo account's one-time codes (32 base-32 letters); public like the password."""
    return base64.b32encode(sha256(f"yitong demo {username}".encode()).digest()[:20]).decode()


class DemoStaff(msgspec.Struct, frozen=True, kw_only=True):
    """A staff account; `licence_no` names its practitioner in the region, '' for those without one."""

    username: str
    name: str
    pinyin: str
    gender: Gender
    role: str
    role_name: str
    role_name_en: str
    organization_code: str
    department_code: str
    licence_no: str


def _staff(
    username: str, name: str, pinyin: str, gender: Gender, role_name: str, role_name_en: str, code: str, department: str
) -> DemoStaff:
    clinical = {"doctor": "D110000000000001", "nurse": "N110000000000001", "pharmacist": "P110000000000001"}
    return DemoStaff(
        username=username,
        name=name,
        pinyin=pinyin,
        gender=gender,
        role=username,
        role_name=role_name,
        role_name_en=role_name_en,
        organization_code=code,
        department_code=department,
        licence_no=clinical.get(username, ""),
    )


def _shop(username: str, name: str, pinyin: str, gender: Gender, code: str, licence_no: str) -> DemoStaff:
    """A pharmacist at the counter of a pharmacy outside the hospitals."""
    return DemoStaff(
        username=username,
        name=name,
        pinyin=pinyin,
        gender=gender,
        role="pharmacist",
        role_name="药店药师",
        role_name_en="Pharmacist of a shop",
        organization_code=code,
        department_code="150102",
        licence_no=licence_no,
    )


DEMO_STAFF = (
    _staff("doctor", "陈明远", "chen ming yuan", "male", "医生", "Doctor", FIRST_HOSPITAL, CLINIC),
    _staff("nurse", "刘雅静", "liu ya jing", "female", "护士", "Nurse", FIRST_HOSPITAL, CLINIC),
    _staff("pharmacist", "唐素芬", "tang su fen", "female", "药师", "Pharmacist", FIRST_HOSPITAL, "150102"),
    _shop("pharmacy1", "韩玉梅", "han yu mei", "female", "DEMO-PH-01", "P110900000000001"),
    _shop("pharmacy2", "冯志强", "feng zhi qiang", "male", "DEMO-PH-02", "P110900000000002"),
    _staff("registrar", "孙晓燕", "sun xiao yan", "female", "前台", "Front desk", FIRST_HOSPITAL, "110101"),
    _staff("scheduler", "周文博", "zhou wen bo", "male", "门诊办", "Outpatient office", FIRST_HOSPITAL, "110101"),
    _staff("cashier", "马丽华", "ma li hua", "female", "收费员", "Cashier", FIRST_HOSPITAL, "110101"),
    _staff("finance", "林国栋", "lin guo dong", "male", "财务", "Finance", FIRST_HOSPITAL, "100203"),
    _staff("hospital_admin", "何立新", "he li xin", "male", "院办", "Hospital office", FIRST_HOSPITAL, "100203"),
    _staff("regulator", "吴海英", "wu hai ying", "female", "卫健委", "Health commission", "DEMO-HC-01", ""),
    _staff("platform_admin", "郑凯", "zheng kai", "male", "平台管理员", "Platform operator", "DEMO-HC-01", ""),
)


def _patient(
    key: str, name: str, pinyin: str, sex: Gender, born: date, area: str, phone: str, address: str, *guardians: Guardian
) -> DemoPerson:
    return DemoPerson(
        id=stable_id(f"patient:{key}"),
        name=name,
        pinyin=pinyin,
        sex=sex,
        birth_date=born,
        id_number=identity_number(area, born, male=sex == "male", ordinal=0),
        phone=phone,
        district_code=area,
        address=f"北京市{address}",
        guardians=list(guardians),
    )


_MOTHER = _patient(
    *("mother", "李晓梅", "li xiao mei", "female", date(1990, 6, 18), "110105", "13900000002"),
    "朝阳区望京街道春风苑3号楼2单元501室",
)
_FATHER = _patient(
    *("father", "张伟强", "zhang wei qiang", "male", date(1988, 11, 3), "110105", "13900000003"),
    "朝阳区望京街道春风苑3号楼2单元501室",
)

DEMO_PATIENTS = (
    _patient(
        *("elder", "王建国", "wang jian guo", "male", date(1949, 3, 12), "110102", "13900000001"),
        "西城区德胜街道长青里6号楼1单元102室",
    ),
    _MOTHER,
    _FATHER,
    _patient(
        *("child", "张子涵", "zhang zi han", "female", date(2019, 9, 1), "110105", ""),
        "朝阳区望京街道春风苑3号楼2单元501室",
        Guardian(person_id=_MOTHER.id, relation="mother"),
        Guardian(person_id=_FATHER.id, relation="father"),
    ),
    _patient(
        *("worker", "陈静", "chen jing", "female", date(1996, 2, 27), "110108", "13900000004"),
        "海淀区中关村街道芳草园12号楼3单元804室",
    ),
    _patient(
        *("chronic", "赵志明", "zhao zhi ming", "male", date(1968, 8, 9), "110106", "13900000005"),
        "丰台区方庄街道和睦园9号楼4单元303室",
    ),
)
