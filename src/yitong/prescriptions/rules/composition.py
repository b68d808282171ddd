"""What may stand on one sheet: a diagnosis, at most five drugs, kinds apart, controlled drugs on their own paper."""

from collections.abc import Iterator

from yitong.prescriptions.rules.case import Case
from yitong.prescriptions.rules.sources import Source
from yitong.prescriptions.rules.verdicts import Verdict, rule

MOST_DRUGS = 5
_PAPER = {"narcotic": "narcotic", "psychotropic1": "narcotic", "psychotropic2": "psychotropic2"}

NO_DIAGNOSIS = rule(
    "sheet.diagnosis", "stop", "处方应当写明临床诊断。", "A prescription states the clinical diagnosis.", Source.WRITING
)
TOO_MANY = rule(
    "sheet.drugs",
    "stop",
    "每张西药、中成药处方不得超过5种药品，现有 {count} 种。",
    "A sheet of Western drugs or patent medicines holds at most 5; this one has {count}.",
    Source.WRITING,
)
HERBS_APART = rule(
    "sheet.herbs", "stop", "中药饮片应当单独开具处方。", "Herbs are prescribed on a sheet of their own.", Source.WRITING
)
PAPER_APART = rule(
    "sheet.paper",
    "stop",
    "麻醉、精神药品须使用专用处方，不得与其他药品同开：{name}。",
    "Narcotic and psychotropic drugs go on their own paper, apart from other drugs: {name}.",
    Source.PAPER,
)
ROUTE = rule(
    "sheet.route",
    "stop",
    "{name} 的剂型不能用于“{route}”。",
    "The form of {name} does not fit the route '{route_en}'.",
    Source.LABEL,
)
WEIGHT = rule(
    "sheet.weight",
    "warn",
    "儿童用药请注明体重，以便核算剂量。",
    "State the child's weight so that doses can be worked out.",
    Source.WRITING,
)
UNKNOWN = rule(
    "facts.unknown",
    "pharmacist",
    "{name} 没有维护药学资料，系统未作核对，请药师审核。",
    "Nothing is known here about {name}; it was not checked and the pharmacist must look at it.",
    Source.REVIEW,
)


def check(case: Case) -> Iterator[Verdict]:
    """The findings about the sheet as a whole and about each line's form."""
    if not case.diagnoses:
        yield NO_DIAGNOSIS()
    kinds = {line.drug.kind for line in case.lines}
    if "herbal" in kinds and len(kinds) > 1:
        yield HERBS_APART()
    elif "herbal" not in kinds and len(case.lines) > MOST_DRUGS:
        yield TOO_MANY(count=len(case.lines))
    papers = {_PAPER.get(line.drug.control, "ordinary") for line in case.lines}
    for number, line in case.each():
        if len(papers) > 1 and line.drug.control in _PAPER:
            yield PAPER_APART(number, name=line.drug.name)
        if line.drug.form not in line.way.forms.split(","):
            yield ROUTE(number, name=line.drug.name, route=line.way.name, route_en=line.way.name_en)
        if not line.drug.known:
            yield UNKNOWN(number, name=line.drug.name)
    if case.age_years < 14 and case.patient.weight_g is None and case.lines:
        yield WEIGHT()
