"""A generated hospital's loaded week of free places for exams, and generated patients with 2 to 7 requests."""

import random
from dataclasses import dataclass

import msgspec

from yitong.planning.exams.model import DAY, ExamRule, Person, Place, Problem, Request, RuleBase, Walk, Wishes

# Device class: rooms, minutes from one start to the next, opening, closing, building, people at once.
DEVICES: dict[str, tuple[int, int, int, int, str, int]] = {
    "US": (10, 15, 480, 1020, "A", 1),
    "US-INTERVENTION": (1, 60, 480, 1020, "A", 1),
    "ECG": (3, 10, 480, 1020, "A", 1),
    "HOLTER": (1, 30, 480, 1020, "A", 1),
    "ABPM": (1, 30, 480, 1020, "A", 1),
    "TREADMILL": (1, 60, 480, 1020, "A", 1),
    "TILT": (1, 60, 480, 1020, "A", 1),
    "ECHO": (3, 45, 480, 1020, "A", 1),
    "VASCULAR-LAB": (1, 20, 480, 1020, "A", 1),
    "XR": (4, 10, 480, 1020, "B", 1),
    "XR-DENTAL": (1, 15, 480, 1020, "A", 1),
    "MAMMO": (1, 20, 480, 1020, "B", 1),
    "DXA": (1, 20, 480, 1020, "B", 1),
    "FLUORO": (1, 60, 480, 1020, "B", 1),
    "CT": (4, 30, 480, 1260, "B", 1),
    "MR": (4, 60, 450, 1320, "B", 1),
    "ENDO-GI": (4, 40, 480, 1020, "C", 1),
    "ENDO-CAPSULE": (1, 60, 480, 720, "C", 1),
    "ENDO-AIRWAY": (1, 60, 480, 1020, "C", 1),
    "ENDO-ENT": (1, 20, 480, 1020, "A", 1),
    "ENDO-URO": (1, 40, 480, 1020, "C", 1),
    "ENDO-GYN": (1, 40, 480, 1020, "C", 1),
    "PATH": (2, 40, 480, 1020, "A", 1),
    "LAB-BLOOD": (1, 10, 420, 960, "A", 8),
    "LAB-URINE": (1, 10, 420, 1020, "A", 6),
    "LAB-STOOL": (1, 10, 420, 1020, "A", 6),
    "LAB-BREATH": (2, 40, 480, 1020, "A", 1),
    "LAB-OTHER": (1, 30, 480, 1020, "A", 2),
    "PFT": (2, 45, 480, 1020, "A", 1),
    "EEG": (1, 45, 480, 1020, "A", 1),
    "EMG": (1, 45, 480, 1020, "A", 1),
    "NM-SPECT": (2, 90, 600, 1020, "B", 1),
    "NM-PET": (1, 45, 540, 1020, "B", 1),
    "NM-PROBE": (1, 20, 480, 1020, "B", 1),
}
WALKS = (Walk("A", "B", 5), Walk("A", "C", 8), Walk("B", "C", 6))
# How often a class is asked for, beside 1 for all others; the rest of an outpatient clinic's mix.
OFTEN = {"LAB-BLOOD": 5, "US": 5, "CT": 4, "MR": 3, "ECG": 4, "XR": 3, "ENDO-GI": 4, "LAB-URINE": 3, "ECHO": 3}
TROUBLES = {"diabetes": 0.12, "renal-impairment": 0.03, "asthma": 0.05}


@dataclass
class Week:
    """Free places by device class; `take` books one."""

    rules: RuleBase
    places: dict[str, dict[str, Place]]

    def take(self, place: str) -> None:
        """One person less may come to a place."""
        free = self.places[place.split("/")[0]]
        left = free[place].capacity - 1
        if left:
            free[place] = msgspec.structs.replace(free[place], capacity=left)
        else:
            del free[place]


def loaded_week(rules: RuleBase, *, days: int, load: float, chance: random.Random) -> Week:
    """A week of which a share `load` of the places is gone, more of it on the first days."""
    places: dict[str, dict[str, Place]] = {}
    for device, (rooms, step, opens, closes, building, people) in DEVICES.items():
        free = places.setdefault(device, {})
        for day in range(days):
            gone = min(0.98, load + (1 - load) * (0.8 - day * 0.2))
            for room in range(rooms):
                for start in range(opens, closes - step + 1, step):
                    left = sum(chance.random() >= gone for _ in range(people))
                    if not left:
                        continue
                    place = Place(
                        id=f"{device}/{day}/{room}/{start}",
                        start=day * DAY + start,
                        end=day * DAY + start + max(step, 180 if device == "FLUORO" else step),
                        device_classes=(device,),
                        building=building,
                        room=f"{device}-{room}",
                        quota="inpatient" if chance.random() < 0.1 else "any",
                        capacity=left,
                    )
                    free[place.id] = place
    return Week(rules, places)


def patient(week: Week, chance: random.Random) -> Problem:
    """One person with requests that do not contradict each other, and the places of their device classes."""
    age = min(90, max(18, round(chance.gauss(52, 16))))
    sex = chance.choice(("female", "male"))
    person = Person(
        sex=sex,
        age=age,
        pregnant=sex == "female" and age < 42 and chance.random() < 0.05,
        implants=("pacemaker",) if chance.random() < 0.02 else (),
        allergies=("iodine-contrast",) if chance.random() < 0.02 else (),
        conditions=tuple(name for name, share in TROUBLES.items() if chance.random() < share),
        setting="inpatient" if chance.random() < 0.1 else "outpatient",
        escort=chance.random() < 0.95,
    )
    fitting = [one for one in week.rules.items if _plausible(one, person)]
    weights = [OFTEN.get(one.device_class, 1) for one in fitting]
    wanted: dict[str, ExamRule] = {}
    count = chance.randint(2, 7)
    while len(wanted) < count:
        one = chance.choices(fitting, weights)[0]
        wanted[one.code] = one
    until = (chance.randint(3, 6) * DAY + 480) if chance.random() < 0.3 else None
    classes = sorted({one.device_class for one in wanted.values()})
    return Problem(
        rules=week.rules,
        person=person,
        requests=tuple(Request(id=f"r{n}", code=code, wanted_until=until) for n, code in enumerate(wanted)),
        places=tuple(place for name in classes for place in week.places[name].values()),
        walks=WALKS,
        wishes=Wishes(half=chance.choice(("am", "pm")) if chance.random() < 0.03 else None),
    )


def _plausible(item: ExamRule, person: Person) -> bool:
    """What a doctor would ask for: right sex and age; what a condition forbids is left for the planner to find."""
    return (item.sex in (None, person.sex)) and item.least_age <= person.age <= item.most_age
