"""One function for each thing a person can do with a prescription."""

from yitong.prescriptions.service.reading import listed, printable, proofs, show, verify, waiting
from yitong.prescriptions.service.reviewing import decide
from yitong.prescriptions.service.rights import give_rights, rights_of
from yitong.prescriptions.service.signing import countersign, sign_sheet
from yitong.prescriptions.service.writing import check_sheet, discard, draft, release, run_out, save, withdraw

__all__ = [
    "check_sheet",
    "countersign",
    "decide",
    "discard",
    "draft",
    "give_rights",
    "listed",
    "printable",
    "proofs",
    "release",
    "rights_of",
    "run_out",
    "save",
    "show",
    "sign_sheet",
    "verify",
    "waiting",
    "withdraw",
]
