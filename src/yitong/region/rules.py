"""Saying in a sentence what an event means and who did it: pure functions of what the log holds."""

from typing import Any

from yitong.kernel.events import EVENT_WORDS
from yitong.kernel.text import Bilingual, Language

_CITIZEN = Bilingual("患者本人/家属", "the patient or family")
_KINDS = {
    "citizen": _CITIZEN,
    "staff": Bilingual("工作人员", "staff"),
    "terminal": Bilingual("自助设备", "a terminal"),
    "system": Bilingual("系统", "the platform"),
    "anonymous": Bilingual("未登录者", "somebody not signed in"),
}
_ROLES = {
    "doctor": Bilingual("医生", "doctor"),
    "nurse": Bilingual("护士", "nurse"),
    "registrar": Bilingual("挂号员", "registrar"),
    "scheduler": Bilingual("排班员", "scheduler"),
    "hospital_admin": Bilingual("医院管理员", "hospital administrator"),
    "regulator": Bilingual("监管人员", "regulator"),
    "platform_admin": Bilingual("平台管理员", "platform administrator"),
}


class _Known(dict[str, Any]):
    """Values for a sentence; a place that the payload does not fill is shown as a dash."""

    def __missing__(self, key: str) -> str:
        return "—"


def sentence(event_type: str, payload: dict[str, Any]) -> Bilingual:
    """The event in both languages; a type that nobody declares any more speaks for itself."""
    words = EVENT_WORDS.get(event_type)
    if words is None:
        return Bilingual(event_type, event_type)
    english = {name.removesuffix("_en"): value for name, value in payload.items() if name.endswith("_en")}
    return Bilingual(words.zh.format_map(_Known(payload)), words.en.format_map(_Known(payload | english)))


def actor_text(kind: str, role: str | None, name: str | None, language: Language) -> str:
    """Who acted: role and name of staff, the name of a terminal, and never the name of a citizen."""
    words = _KINDS.get(kind, Bilingual(kind, kind))
    if kind == "staff" and role is not None:
        words = _ROLES.get(role, words)
    said = words.in_language(language)
    return f"{said} {name}" if name and kind in ("staff", "terminal") else said
