"""What a hospital of a kind and level offers: clinics, working rooms, staff mix and weekly habits, as data."""

from typing import NamedTuple

from yitong.directory.demo.shapes import ServiceKind

# Department codes of facts/departments.tsv, the most usual first; a hospital takes the first `Level.clinics` of them.
CLINICS: dict[str, tuple[str, ...]] = {
    "general": (
        *("120101", "120501", "120401", "120201", "120301", "110201", "130201", "130401", "131001", "120901"),
        *("131301", "131401", "131201", "120601", "120701", "130901", "131101", "130801", "121101", "120801"),
        *("121201", "130701", "121301", "121401", "140105", "130501", "131701", "121001", "131601", "121601"),
    ),
    "tcm": (
        *("120711", "120712", "120713", "120717", "120714", "120716", "120718", "120715", "120719", "120720"),
        *("120101", "120401", "120801", "110201", "120201", "120501"),
    ),
    "cardiac": ("120101", "131601", "110201", "120201", "121101", "120301", "120915", "121201", "121001", "120501"),
    "liver": ("121502", "121501", "120401", "130101", "120801", "110201", "120901", "131101", "120701", "120301"),
    "rehabilitation": (
        "121201",
        "120201",
        "130401",
        "120712",
        "120713",
        "131701",
        "130901",
        "120720",
        "130801",
        "140105",
    ),
    "children": (
        *("120901", "120913", "120912", "120917", "120915", "120914", "120916", "120918", "120911", "120919"),
        *("120920", "120921", "131213", "120715", "110201", "140111"),
    ),
    "women": ("131001", "131101", "131111", "131112", "131113", "131114", "120911", "120714", "120901", "110201"),
    "psychiatric": ("140106", "140105", "140111", "120201", "121001", "120701", "110201"),
    "dental": ("131211", "131212", "131213", "131214", "131215", "131216", "131217", "110201"),
    "cancer": ("120801", "130201", "130101", "130701", "131001", "131401", "130301", "120711", "131701", "110201"),
    "community": ("121601", "120711", "120921", "121602", "131201", "120712", "131113"),
}

# Clinics that see enough people to open at the weekend.
BUSY = frozenset({"120101", "120501", "120401", "130401", "131001", "120901", "131301", "120711", "121601", "131211"})
EMERGENCY = "110201"
PHARMACY = "150102"
MEDICAL_TECHNOLOGY = ("150201", "150302", "150401", "150402", PHARMACY, "150301", "161302", "150304", "150202")
ADMINISTRATION = ("100203", "110101", "100101", "150501", "100301")


class Level(NamedTuple):
    """The habits of a hospital of one level; `doctors` is the weight in sharing out the region's doctors."""

    fee_level: int
    clinics: int
    technology: int
    administration: int
    wards: int
    doctors: float
    titles: tuple[int, int, int, int]  # weights of chief, associate chief, attending, resident
    registration_windows: int


TERTIARY = Level(3, 16, 9, 5, 6, 3.0, (20, 28, 30, 22), 4)
SECONDARY = Level(2, 10, 7, 4, 3, 2.0, (12, 25, 38, 25), 2)
PRIMARY = Level(1, 4, 3, 1, 0, 1.6, (6, 18, 44, 32), 1)


def level_of(grade: str) -> Level:
    """The level a grade such as 三级甲等 belongs to; an ungraded centre is primary."""
    return {"三": TERTIARY, "二": SECONDARY}.get(grade[:1], PRIMARY)


class Title(NamedTuple):
    """A professional title in both languages."""

    name: str
    name_en: str


CHIEF = Title("主任医师", "Chief Physician")
ASSOCIATE = Title("副主任医师", "Associate Chief Physician")
ATTENDING = Title("主治医师", "Attending Physician")
RESIDENT = Title("住院医师", "Resident Physician")
DOCTOR_TITLES = (CHIEF, ASSOCIATE, ATTENDING, RESIDENT)
NURSE_TITLES = (
    Title("护士", "Nurse"),
    Title("护师", "Senior Nurse"),
    Title("主管护师", "Supervisor Nurse"),
    Title("副主任护师", "Associate Chief Nurse"),
)
TECHNICIAN_TITLES = (
    Title("技士", "Technician"),
    Title("技师", "Technologist"),
    Title("主管技师", "Supervisor Technologist"),
)
PHARMACIST_TITLES = (
    Title("药师", "Pharmacist"),
    Title("主管药师", "Supervisor Pharmacist"),
    Title("副主任药师", "Associate Chief Pharmacist"),
)


class Clinic(NamedTuple):
    """A clinic type: the fee's name in facts/price_items.tsv, slot length in minutes and people in one slot."""

    kind: ServiceKind
    name: str
    name_en: str
    fee: str
    slot_minutes: int
    capacity: int


GENERAL = Clinic("general", "普通门诊", "General clinic", "general", 30, 6)
EXPERT_ASSOCIATE = Clinic("expert", "副主任医师门诊", "Associate chief's clinic", "associate", 30, 4)
EXPERT_CHIEF = Clinic("expert", "主任医师门诊", "Chief's clinic", "chief", 30, 4)
SPECIAL = Clinic("special", "知名专家门诊", "Renowned expert's clinic", "special", 30, 3)
RETURN_VISIT = Clinic("return_visit", "复诊门诊", "Return-visit clinic", "general", 15, 2)
EMERGENCY_CARE = Clinic("emergency", "急诊", "Emergency care", "emergency", 15, 1)

MORNING = ("08:00", "11:30")
AFTERNOON = ("13:30", "17:00")
HALF_DAYS = tuple((weekday, half) for weekday in range(1, 6) for half in (MORNING, AFTERNOON))
