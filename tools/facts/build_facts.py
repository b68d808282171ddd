"""Rebuild the fact tables of the demo region from a folder of public dictionaries.

Usage: `python tools/facts/build_facts.py DATA_FOLDER`. DATA_FOLDER holds `hospitals/` and `his/` (see SOURCES.md beside
the tables). Hand-written tables (specialties, names) only get their pinyin column filled in. Needs pypinyin, which the
product doesn't.
"""

import csv
import hashlib
import re
import sys
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from pypinyin import Style, lazy_pinyin

HERE = Path(__file__).parent
FACTS = HERE.parents[1] / "src" / "yitong" / "directory" / "facts"
Row = dict[str, str]

# 24 km from the hospital's own address, so the point in the listing is not used.
WRONG_POINTS = {"北京大兴区人民医院"}
# Surnames with a reading of their own.
SURNAME_READING = {"曾": "zeng", "任": "ren", "覃": "qin", "万": "wan", "石": "shi", "单": "shan"}

# Beijing medical service fee (医事服务费, 2017 reform), yuan by level of hospital: kind -> level 3, level 2, level 1.
SERVICE_FEES = {
    "general": ("普通门诊医事服务费", (50, 30, 20)),
    "associate": ("副主任医师门诊医事服务费", (60, 50, 40)),
    "chief": ("主任医师门诊医事服务费", (80, 70, 60)),
    "special": ("知名专家门诊医事服务费", (100, 90, 80)),
    "emergency": ("急诊医事服务费", (70, 50, 40)),
    "inpatient": ("住院医事服务费", (100, 60, 50)),
}

# Medical-technology groups as their door signs call them.
WORKROOM = {"放射": "放射科", "超声": "超声科", "介入": "介入科", "电生理": "心电生理科", "CT": "CT室"}

CATEGORY_BY_CLASS = {
    "C": "lab",
    "D": "examination",
    "E": "treatment",
    "F": "surgery",
    "G": "anaesthesia",
    "H": "blood",
    "J": "bed",
    "K": "nursing",
}
# The national item code's first digits say more than the hospital's own class.
CATEGORY_BY_CODE = (
    ("2203", "ultrasound"),
    ("2202", "ultrasound"),
    ("2206", "ultrasound"),
    ("2207", "ultrasound"),
    ("21", "imaging"),
    ("23", "imaging"),
    ("27", "pathology"),
    ("1110", "consultation"),
    ("1102", "consultation"),
)
# Surcharges, film sizes, forensic work, mortuary work and compensation aren't bookable or billable in the demo region.
UNUSED_ITEM = re.compile(
    r"加收|相同器官|不相关手术|^[\dX*.]+(胶片)?$|司法|尸体|残疾人|实习|赔偿|加$|收\)$|收）$|平台$|垫片$|^体检$"
)
# Those of the 1988 list of toxic medicinal materials (医疗用毒性药品管理办法) that a herbal pharmacy may hold.
TOXIC_HERBS = frozenset(
    {"雄黄", "轻粉", "红粉", "蟾酥", "斑蝥", "马钱子", "生马钱子", "生川乌", "生草乌", "生附子", "生半夏", "生南星"}
    | {"生天南星", "生甘遂", "洋金花", "巴豆", "天仙子"}
)
TOXICITY = {"普通药品": "普通", "麻醉药品": "麻醉", "精神一类": "精神一类", "精神二类": "精神二类", "": "普通"}
INSURANCE_CLASS = {"甲类": "甲", "乙类": "乙", "非": "自费", "自费": "自费"}
HERB_GRAMS = 100  # herbs cost a few hundredths of a yuan per gram; whole fen need a larger pack


def read(path: Path, delimiter: str = ",") -> list[Row]:
    """Rows of a delimited file with a header; surrounding spaces removed."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{k: (v or "").strip() for k, v in row.items()} for row in csv.DictReader(file, delimiter=delimiter)]


def write(name: str, rows: list[Row]) -> None:
    """Write one fact table; column order is that of the first row."""
    lines = ["\t".join(rows[0])]
    lines += ["\t".join(value.replace("\t", " ") for value in row.values()) for row in rows]
    (FACTS / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{name}: {len(rows)} rows")


def initials(text: str) -> str:
    """Pinyin initials in capitals; letters and digits stay, everything else is dropped."""
    letters = "".join(lazy_pinyin(text, style=Style.FIRST_LETTER))
    return re.sub(r"[^A-Z0-9]", "", letters.upper())


def fen(yuan: Decimal) -> str:
    """Yuan as whole fen, rounded half up."""
    return str(int((yuan * 100).quantize(Decimal(1), ROUND_HALF_UP)))


def jitter(code: str) -> tuple[float, float]:
    """A stable offset of at most 0.02 degrees each way, so approximate places don't lie on one point."""
    digest = hashlib.sha256(code.encode()).digest()
    return (digest[0] / 255 - 0.5) * 0.04, (digest[1] / 255 - 0.5) * 0.04


def plain(name: str) -> str:
    """A name without brackets, for comparing listings that write it differently."""
    return re.sub(r"[(（].*", "", name).replace(" ", "")


def build_hospitals(data: Path) -> None:
    """Chosen hospitals with code, grade and district from the insurance list, points and addresses from the others."""
    listed = {row["code"]: row for row in read(data / "hospitals" / "beijing_insurance_designated.csv")}
    points = {row["name"]: row for row in read(data / "hospitals" / "beijing_tertiary_with_coordinates.csv")}
    addresses = {
        plain(row["name"]): row["address"]
        for row in read(data / "hospitals" / "national_hospitals_2020.csv")
        if row["province"] == "北京市" and row["address"]
    }
    shared: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for row in points.values():
        shared[row["longitude"], row["latitude"]].append(row["name"])
    # One point given to six hospitals is right for the first only; the others are filled-in defaults.
    wrong = WRONG_POINTS | {name for names in shared.values() for name in names[1:]}
    centres = {row["name"]: row for row in read(FACTS / "districts.tsv", "\t")}
    rows: list[Row] = []
    for chosen in read(HERE / "hospital_selection.tsv", "\t"):
        fact = listed[chosen["code"]]
        if chosen["name"] not in fact["name"]:
            raise SystemExit(f"{chosen['code']}: the listing calls it {fact['name']}")
        point_name = chosen["coordinates_of"]
        approximate = not point_name or point_name in wrong
        if approximate:
            centre, (east, north) = centres[fact["district"]], jitter(chosen["code"])
            longitude, latitude = float(centre["longitude"]) + east, float(centre["latitude"]) + north
        else:
            longitude, latitude = float(points[point_name]["longitude"]), float(points[point_name]["latitude"])
        address = chosen["address"] or addresses.get(plain(chosen["name"]), "") or addresses.get(point_name, "")
        address = re.sub(r"^北京市", "", address.replace(" ", ""))
        if address and not address.startswith(fact["district"][:2]):
            address = fact["district"] + re.sub(r"^区", "", address)
        rows.append(
            {
                "code": chosen["code"],
                "kind": "community_centre" if chosen["profile"] == "community" else "hospital",
                "name": chosen["name"],
                "short_name": chosen["short_name"],
                "name_en": chosen["name_en"],
                "grade": fact["grade"],
                "district": fact["district"],
                "profile": chosen["profile"],
                "longitude": f"{longitude:.6f}",
                "latitude": f"{latitude:.6f}",
                "approximate": str(int(approximate)),
                "address": address,
            }
        )
    write("hospitals.tsv", rows)


def split_department(name: str) -> tuple[str, str]:
    """A dictionary name as (base, kind or ''): '妇科组门诊' is ('妇科', 'outpatient')."""
    for suffix, kind in (("门诊一", "outpatient"), ("门诊二", "outpatient"), ("门诊三", "outpatient")):
        if name.endswith(suffix):
            return name.removesuffix(suffix), kind
    for suffix, kind in (("门诊", "outpatient"), ("病房", "inpatient")):
        if name.endswith(suffix):
            return name.removesuffix(suffix).removesuffix("组"), kind
    return name.removesuffix("组"), ""


def build_departments(data: Path) -> None:
    """Leaf departments of the dictionary with kind and specialty, then those a general hospital's dictionary lacks."""
    naming = {row["name"]: row for row in read(HERE / "department_names.tsv", "\t")}
    source = sorted(read(data / "his" / "dept_dict.csv"), key=lambda row: row["dept_code"])
    parents = {row["parent_id"] for row in source}
    ids = {row["id"]: row["dept_code"] for row in source}
    rows: list[Row] = []
    for row in source:
        base, kind = split_department(row["dept_name"])
        meaning = naming.get(base)
        if meaning is None or len(row["dept_code"]) < 6:  # divisions, property management, storerooms
            continue
        if row["id"] in parents and meaning["kind"] != "outpatient":
            continue
        kind = kind or meaning["kind"] or "inpatient"
        ward = " Ward" if row["dept_name"].endswith("病房") else ""
        room = {"一": " 1", "二": " 2", "三": " 3"}.get(row["dept_name"][-1], "") if base == "精神科" else ""
        door = row["dept_name"] if kind == "inpatient" else WORKROOM.get(base, base) + room.strip()
        rows.append(
            {
                "code": row["dept_code"],
                "name": row["dept_name"],
                "display_name": door,
                "name_en": meaning["name_en"] + ward + room,
                "pinyin": initials(door),
                "kind": kind,
                "specialty_code": meaning["specialty_code"],
                "parent_code": ids.get(row["parent_id"], ""),
                "property": row["dept_propertity"],
                "source": "dictionary",
            }
        )
    for row in read(HERE / "department_additions.tsv", "\t"):
        rows.append(
            {
                "code": row["code"],
                "name": row["name"],
                "display_name": row["name"],
                "name_en": row["name_en"],
                "pinyin": initials(row["name"]),
                "kind": row["kind"],
                "specialty_code": row["specialty_code"],
                "parent_code": "",
                "property": "",
                "source": "catalogue",
            }
        )
    write("departments.tsv", rows)


def price_category(row: Row) -> str:
    """The demo region's category of a charge item, or '' when the item is left out."""
    if UNUSED_ITEM.search(row["item_name"]):
        return ""
    if row["item_class"] == "Z":
        return "consultation" if re.search("会诊|诊查|辨证", row["item_name"]) else ""
    if row["item_class"] not in CATEGORY_BY_CLASS:
        return ""
    if "镜" in row["item_name"] and row["item_class"] in "DE":
        return "endoscopy"
    for prefix, category in CATEGORY_BY_CODE:
        if row["item_code"].startswith(prefix):
            return category
    return "imaging" if "磁共振" in row["item_name"] else CATEGORY_BY_CLASS[row["item_class"]]


def build_price_items(data: Path) -> None:
    """Charge items people meet in the demo region, plus the Beijing medical service fees; price in fen."""
    rows: list[Row] = []
    for kind, (name, by_level) in SERVICE_FEES.items():
        for level, yuan in zip((3, 2, 1), by_level, strict=True):
            rows.append(
                {
                    "code": f"BJ{level}-{kind}",
                    "name": f"{name}({'一二三'[level - 1]}级)",
                    "pinyin": initials(name),
                    "unit": "日" if kind == "inpatient" else "次",
                    "price_fen": fen(Decimal(yuan)),
                    "category": "registration",
                }
            )
    seen: set[str] = set()
    for row in sorted(read(data / "his" / "price_list.csv"), key=lambda row: (row["item_code"], row["item_name"])):
        category = price_category(row)
        price = Decimal(row["price"] or 0)
        if not category or price <= 0 or row["item_code"] in seen or price * 100 != int(price * 100):
            continue
        seen.add(row["item_code"])
        spec = "" if row["item_spec"] in {"", "/"} else row["item_spec"]
        rows.append(
            {
                "code": row["item_code"],
                "name": row["item_name"],
                "pinyin": initials(row["item_name"])[:20],
                "unit": (row["units"] if row["units"] not in {"", "/"} else spec) or "次",
                "price_fen": fen(price),
                "category": category,
            }
        )
    write("price_items.tsv", rows)


def build_drugs(data: Path) -> None:
    """One row a drug code with its largest current pack; herbs by 100 g; prices in fen."""
    prices: defaultdict[str, list[Row]] = defaultdict(list)
    for row in read(data / "his" / "drug_price_list.csv"):
        prices[row["drug_code"]].append(row)
    rows: list[Row] = []
    seen: set[str] = set()
    for drug in sorted(read(data / "his" / "drug_dict.csv"), key=lambda row: row["drug_code"]):
        code, name = drug["drug_code"], drug["drug_name"]
        offers = [row for row in prices[code] if Decimal(row["retail_price"] or 0) > 0]
        current = [row for row in offers if not row["stop_date"]] or offers
        if code in seen or not current or drug["drug_form"] == "医材":
            continue
        seen.add(code)
        pack = max(current, key=lambda row: Decimal(row["amount_per_package"] or 1))
        herb = drug["drug_form"] == "草药"
        amount = HERB_GRAMS if herb else int(Decimal(pack["amount_per_package"] or 1))
        price = Decimal(pack["retail_price"]) * (HERB_GRAMS if herb else 1)
        classes = [INSURANCE_CLASS[row["price_class"]] for row in current if row["price_class"] in INSURANCE_CLASS]
        rows.append(
            {
                "code": code,
                "name": name,
                "pinyin": initials(name),
                "spec": drug["drug_spec"],
                "form": drug["drug_form"],
                "dose_per_unit": f"{Decimal(drug['dose_per_unit'] or 1).normalize():f}",
                "dose_unit": drug["dose_units"] or drug["units"],
                "unit": drug["units"],
                "package": f"{amount}{drug['units']}/{'包' if herb else pack['units']}",
                "units_per_package": str(amount),
                "price_fen": fen(price),
                "insurance_class": classes[0] if classes else "自费",
                "toxicity": "毒性" if name in TOXIC_HERBS else TOXICITY[drug["toxi_property"]],
            }
        )
    write("drugs.tsv", rows)


def fill_pinyin() -> None:
    """Fill the pinyin columns of the hand-written tables: initials of specialties, full syllables of names."""
    specialties = read(FACTS / "specialties.tsv", "\t")
    write("specialties.tsv", [row | {"pinyin": initials(row["name"])} for row in specialties])
    names = read(FACTS / "names.tsv", "\t")
    for row in names:
        reading = SURNAME_READING.get(row["text"]) if row["kind"] == "family" else None
        row["pinyin"] = reading or "".join(lazy_pinyin(row["text"]))
    write("names.tsv", names)


def main() -> None:
    """Build every table from the folder named on the command line."""
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    data = Path(sys.argv[1])
    build_hospitals(data)
    build_departments(data)
    build_price_items(data)
    build_drugs(data)
    fill_pinyin()


if __name__ == "__main__":
    main()
