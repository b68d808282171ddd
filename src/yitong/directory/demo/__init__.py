"""A deterministic demo region: real hospital names, invented people, two weeks of clinics.

Pure: no database, no clock, the same seed gives the same rows.
"""

from yitong.directory.demo.cast import DEMO_PATIENTS, DEMO_STAFF, DemoStaff
from yitong.directory.demo.identity_number import check_digit, identity_number, is_identity_number
from yitong.directory.demo.people import DemoPerson, Guardian, synthetic_people
from yitong.directory.demo.region import build_region
from yitong.directory.demo.shapes import (
    DemoDepartment,
    DemoLocation,
    DemoOrganization,
    DemoPractitioner,
    DemoPractitionerRole,
    DemoRegion,
    DemoScheduleTemplate,
    DemoService,
    RegionCard,
)

__all__ = [
    "DEMO_PATIENTS",
    "DEMO_STAFF",
    "DemoDepartment",
    "DemoLocation",
    "DemoOrganization",
    "DemoPerson",
    "DemoPractitioner",
    "DemoPractitionerRole",
    "DemoRegion",
    "DemoScheduleTemplate",
    "DemoService",
    "DemoStaff",
    "Guardian",
    "RegionCard",
    "build_region",
    "check_digit",
    "identity_number",
    "is_identity_number",
    "synthetic_people",
]
