"""The journal's accounts, written ``kind:whose``. Debits are positive, credits negative.

=================  =====================================================================
patient:<id>       what the patient owes (receivable); its balance on a bill is still open
revenue:<cat>      the hospital's income by category of charge
insurer:<type>     what an insurance fund owes, by insutype
account:<type>     what the insurer pays over from personal and family accounts
commercial:<name>  what a commercial insurer owes
channel:<name>     money at a payment channel, on its way to the bank
cash:<window>      money in a window's till
deposit:<patient>  money taken in advance (a liability)
reduction          what the hospital bears itself
=================  =====================================================================
"""

from collections.abc import Iterable

from yitong.kernel.ids import UUID, parse_id

REDUCTION = "reduction"


def patient(patient_id: UUID) -> str:
    """What this patient owes."""
    return f"patient:{patient_id}"


def deposit(patient_id: UUID) -> str:
    """What this patient paid in advance."""
    return f"deposit:{patient_id}"


def revenue(category: str) -> str:
    """Income of one category of charges."""
    return f"revenue:{category}"


def insurer(insutype: str) -> str:
    """What the funds of an insurance owe."""
    return f"insurer:{insutype}"


def personal(insutype: str) -> str:
    """What the insurer pays over from personal accounts."""
    return f"account:{insutype}"


def commercial(name: str) -> str:
    """What a commercial insurer owes."""
    return f"commercial:{name}"


def channel(name: str) -> str:
    """Money at a payment channel."""
    return f"channel:{name}"


def cash(window: str) -> str:
    """Money in a till."""
    return f"cash:{window}"


def as_deposit(account: str) -> str:
    """On a deposit's bill the patient's account is the deposit itself: what comes in is owed back."""
    return f"deposit:{account.partition(':')[2]}" if account.startswith("patient:") else account


def patient_of(accounts: Iterable[str]) -> UUID | None:
    """Whose accounts are among these; None when they are nobody's or of more than one person."""
    named = {name.partition(":")[2] for name in accounts if name.startswith(("patient:", "deposit:"))}
    return parse_id(named.pop()) if len(named) == 1 else None
