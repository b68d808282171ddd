"""How a line is taken, in words."""

from yitong.kernel.text import Bilingual
from yitong.prescriptions.facts import frequencies, routes
from yitong.prescriptions.schemas import SheetLine


def dose_words(line: SheetLine) -> Bilingual:
    """One dose with its unit."""
    dose = f"{line.dose_milli / 1000:g}{line.dose_unit}"
    return Bilingual(dose, dose)


def usage_words(line: SheetLine) -> Bilingual:
    """Dose, way, how often, how long, and the doctor's note."""
    dose, way, often = dose_words(line).zh, routes()[line.route], frequencies()[line.frequency]
    zh = f"每次 {dose}，{way.name}，{often.name}，共 {line.days} 天"
    en = f"{dose}, {way.name_en}, {often.times} in {often.days} d, for {line.days} days"
    note = f"；{line.note}" if line.note else ""
    return Bilingual(zh + note, en + note)
