"""What can happen at the FHIR door."""

from enum import StrEnum

from yitong.kernel.events import declare_events


class FhirEvent(StrEnum):
    """Names of this room's events."""

    IMPORTED = "gateway:fhir:imported"


declare_events(
    {
        FhirEvent.IMPORTED: (
            "导入 FHIR 资源：采纳 {taken}，已有 {known}，原样保存 {kept}，拒绝 {refused}",
            "FHIR resources were imported: {taken} taken, {known} known, {kept} kept as they came, {refused} refused",
        )
    }
)
