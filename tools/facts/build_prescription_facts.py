"""Rebuild the derived fact tables of prescriptions from a folder of public lists.

Usage: `PYTHONPATH=src python tools/facts/build_prescription_facts.py DATA_FOLDER`. DATA_FOLDER holds `drugs/`. Without
DATA_FOLDER only `products.tsv` is made anew, from the directory's drugs and `compositions.tsv` beside this file.
"""

import csv
import re
import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

from yitong.directory.facts import Drug, drugs

HERE = Path(__file__).parent
FACTS = HERE.parents[1] / "src" / "yitong" / "prescriptions" / "facts"
MICROGRAMS = {"g": 1_000_000, "mg": 1_000, "ug": 1, "μg": 1}
LEVELS = {"contraindicated_high_priority": 3, "contraindicated": 3, "not_recommended": 2, "precaution": 1}
SEVERITY = {3: "contraindicated", 2: "not_recommended", 1: "precaution"}
# Lists of which the terms do not allow a product to carry them.
RESTRICTED = re.compile("HIV|HEP|CredibleMeds")
FORMS = {
    "片剂": "tablet", "胶囊": "capsule", "胶丸": "capsule", "颗粒": "granule", "丸剂": "pill", "水丸": "pill",
    "口服液": "oral_liquid", "糖浆剂": "oral_liquid", "混悬液": "oral_liquid", "溶液": "injection",
    "注射液": "injection", "针剂": "injection", "粉针": "injection", "粉剂": "granule", "草药": "herbal",
    "膏剂": "topical", "凝胶": "topical", "擦剂": "topical", "贴剂": "patch", "滴眼剂": "eye", "滴耳剂": "ear",
    "滴鼻剂": "nose", "喷雾剂": "inhaled", "吸入剂": "inhaled",
}  # fmt: skip
# 医疗用毒性药品管理办法, the list of toxic medicinal materials; raw ones only.
TOXIC_HERBS = re.compile(
    "^(生川乌|生草乌|生马钱子|生附子|生半夏|生南星|生巴豆|生甘遂|生狼毒|生白附子|生藤黄|生千金子|生天仙子|砒石|砒霜|水银|斑蝥|闹羊花|"
    "雪上一枝蒿|红升丹|白降丹|蟾酥|洋金花|红粉|轻粉|雄黄|青娘虫|红娘虫)$"
)
COLD = re.compile("胰岛素|免疫球蛋白|抗毒素|缩宫素|鲑降钙素|血凝酶")


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a table with a head line."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t" if path.suffix == ".tsv" else ","))


def write(name: str, columns: list[str], rows: list[list[str]]) -> None:
    """A table of this package's facts."""
    lines = ["\t".join(columns), *("\t".join(row) for row in rows)]
    (FACTS / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{name}: {len(rows)} rows")


def form_of(drug: Drug) -> str:
    """What a drug is, for routes and legal limits."""
    name = drug.name
    if re.search("注射", name):
        return "injection"
    if drug.form == "粉剂" and drug.unit == "支":
        return "injection"
    if re.search("膏|凝胶", name) and drug.form in ("膏剂", "凝胶"):
        return "oral_liquid" if "枇杷膏" in name else "topical"
    if re.search("透皮|贴", name):
        return "patch"
    if re.search("栓", name) and drug.form not in ("片剂", "胶囊", "颗粒"):
        return "suppository"
    if drug.form == "颗粒" and drug.unit in ("g", "克"):
        return "herbal"  # 配方颗粒: one herb a gram
    if re.search("吸入", name):
        return "inhaled"
    return "sustained" if re.search("缓释|控释", name) else FORMS[drug.form]


def micrograms(drug: Drug) -> int:
    """How much of a single ingredient one unit holds; 0 when the dictionary does not say it in grams."""
    if drug.dose_unit in MICROGRAMS:
        return int(Decimal(drug.dose_per_unit) * MICROGRAMS[drug.dose_unit])
    said = re.search(r"(\d+(?:\.\d+)?)\s*(mg|g|ug)", drug.spec)
    return int(Decimal(said[1]) * MICROGRAMS[said[2]]) if said else 0


def ingredients(drug: Drug, known: list[str], composed: dict[str, str]) -> str:
    """The substances of a drug as name:micrograms; the longest names found in its own."""
    if drug.name in composed:
        return composed[drug.name]
    found: list[str] = []
    rest = drug.name
    for name in known:
        if name in rest:
            found.append(name)
            rest = rest.replace(name, "·")
    return ",".join(f"{name}:{micrograms(drug) if len(found) == 1 else 0}" for name in found)


def products(national: dict[str, str]) -> None:
    """One row a drug of the directory."""
    substances = {row["name"]: row for row in read(FACTS / "substances.tsv")}
    known = sorted(substances, key=len, reverse=True)
    composed = {row["name"]: row["ingredients"] or "" for row in read(HERE / "compositions.tsv")}
    rows: list[list[str]] = []
    for drug in drugs():
        form = form_of(drug)
        made = "" if form == "herbal" or drug.code.startswith("B") else ingredients(drug, known, composed)
        kind = "herbal" if form == "herbal" else "patent" if drug.code.startswith(("B", "b")) else "western"
        names = [one.partition(":")[0] for one in made.split(",") if one]
        control = next((substances[n]["control"] for n in names if substances[n]["control"]), "")
        if names == ["咪达唑仑"] and form == "injection":
            control = "psychotropic1"  # announcement 54 of 2024
        if len(names) > 1 or TOXIC_HERBS.match(drug.name):
            control = "toxic" if TOXIC_HERBS.match(drug.name) else ""  # compounds are not on the lists of single drugs
        cold = "1" if COLD.search(drug.name) else ""
        rows.append([drug.code, kind, form, made, control, national.get(drug.name, ""), cold])
    write("products.tsv", ["code", "kind", "form", "ingredients", "control", "national_code", "cold"], rows)


def interactions(folder: Path) -> None:
    """Pairs of substances that both stand in `substances.tsv`, at the strictest level any source gives."""
    by_alias: dict[str, list[str]] = defaultdict(list)
    for row in read(FACTS / "substances.tsv"):
        for alias in filter(None, row["aliases"].split(",")):
            by_alias[alias].append(row["name"])
    strictest: dict[tuple[str, str], tuple[int, str]] = {}
    for row in read(folder / "drugs" / "interactions" / "ddi_clean_pairs.csv"):
        if row["severity"] not in LEVELS or RESTRICTED.search(row["sources"]):
            continue
        for one in by_alias.get(row["drug_a"], ()):
            for other in by_alias.get(row["drug_b"], ()):
                pair = (min(one, other), max(one, other))
                level = (LEVELS[row["severity"]], row["sources"].replace("|", "+"))
                if one != other and level > strictest.get(pair, (0, "")):
                    strictest[pair] = level
    rows = [[a, b, SEVERITY[level], source] for (a, b), (level, source) in sorted(strictest.items())]
    write("interactions.tsv", ["first", "second", "severity", "source"], rows)


def insurance(folder: Path) -> dict[str, str]:
    """The national limits of payment by drug name; answers the national codes by name."""
    rules = folder / "drugs" / "nhsa"
    age: dict[str, str] = {"儿童": "child"}
    sex: dict[str, str] = {"男": "male", "女": "female"}
    rows: list[list[str]] = []
    national: dict[str, str] = {}
    for row in read(rules / "2.01-药品限制规则.csv"):
        national[row["药品名称"]] = row["药品编码"]
        course = re.match(r"\d+", row["疗程限制"])
        limits = [
            {"工伤": "injury", "生育": "maternity"}.get(row["险种限制"], ""),
            {"二级": "2", "三级": "3"}.get(row["机构限制"], ""),
            "inpatient" if row["就医限制"] == "住院" else "",
            row["专科限制"].strip("()"),
            sex.get(row["性别限制"], ""),
            age.get(row["年龄限制"], ""),
            row["疾病限制"].strip("()"),
            course[0] if course else "",
        ]
        if any(limits):
            rows.append([row["药品名称"], row["药品编码"], *limits])
    columns = ["name", "code", "fund", "grade", "setting", "specialty", "sex", "age", "diagnosis", "course_days"]
    write("insurance_limits.tsv", columns, sorted(rows))
    return national


def frequencies(folder: Path) -> None:
    """How often a drug is given: times in so many days."""
    rows: list[list[str]] = []
    for row in read(folder / "drugs" / "nhsa" / "1.04-医嘱频次字典.csv"):
        rows.append([row["英文名称"], row["中文名称"], row["执行周期"], row["执行频次"]])
    write("frequencies.tsv", ["code", "name", "days", "times"], rows)


def classes(folder: Path) -> None:
    """Names of the pharmacological classes that substances stand in."""
    used = {row["atc"][:size] for row in read(FACTS / "substances.tsv") for size in (3, 4, 5)}
    rows = {
        row["类目编码"][1:]: row["类目名称"]
        for row in read(folder / "drugs" / "nhsa" / "1.03-药品分类字典.csv")
        if row["类目编码"].startswith("X") and row["类目编码"][1:] in used
    }
    write("classes.tsv", ["atc", "name"], [[code, name] for code, name in sorted(rows.items())])


def main() -> None:
    """Make all tables, or the products alone."""
    national = {row["code"]: row["national_code"] for row in read(FACTS / "products.tsv")} if len(sys.argv) < 2 else {}
    if len(sys.argv) < 2:
        products({drug.name: national.get(drug.code, "") for drug in drugs()})
        return
    folder = Path(sys.argv[1])
    national = insurance(folder)
    interactions(folder)
    frequencies(folder)
    classes(folder)
    products(national)


if __name__ == "__main__":
    main()
