"""The legal life of an encounter."""

from enum import StrEnum

from yitong.kernel.states import machine


class EncounterState(StrEnum):
    """Where an encounter stands (FHIR Encounter.status: in-progress, finished, cancelled)."""

    IN_PROGRESS = "in_progress"
    FINISHED = "finished"
    ABANDONED = "abandoned"  # called but never came in


E = EncounterState
ENCOUNTER = machine(
    "encounter",
    begins=[E.IN_PROGRESS],
    moves={E.IN_PROGRESS: [E.FINISHED, E.ABANDONED]},
    words={
        E.IN_PROGRESS: ("就诊中", "in progress"),
        E.FINISHED: ("已结束", "finished"),
        E.ABANDONED: ("未到诊", "abandoned"),
    },
)
