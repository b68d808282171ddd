"""What the insurer writes down: one entry a line in its log, from which everything it knows is built again."""

from datetime import datetime

import msgspec

from yitong.billing.insurance.accumulators import Accumulators
from yitong.billing.insurance.splitting import LineSplit
from yitong.billing.ports import FeeLine, InsuranceSplit
from yitong.gateways.insurance.circulation import wire as circulation


class Entry(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Something that happened at the insurer."""


class Seen(Entry, frozen=True, kw_only=True):
    """Somebody was asked about for the first time."""

    certno: str
    name: str


class Changed(Entry, frozen=True, kw_only=True):
    """A person's insurance was changed by hand, for a demonstration or a test; None leaves as it is."""

    certno: str
    status: str | None = None
    account_fen: int | None = None
    rights: list[str] | None = None
    helpers: list[str] | None = None
    before: Accumulators | None = None


class Opened(Entry, frozen=True, kw_only=True):
    """A visit (2201)."""

    mdtrt_id: str
    psn_no: str
    insutype: str
    institution: str
    ipt_otp_no: str


class Told(Entry, frozen=True, kw_only=True):
    """A visit's kind (2203A)."""

    mdtrt_id: str
    med_type: str


class Admitted(Entry, frozen=True, kw_only=True):
    """A stay began (2401); again with the same mdtrt_id when something of it changed (2403)."""

    mdtrt_id: str
    msgid: str
    med_type: str
    began: str
    department: str
    bed: str
    diagnoses: list[str]


class Discharged(Entry, frozen=True, kw_only=True):
    """A stay ended (2402); without a moment: its end was taken back (2405)."""

    mdtrt_id: str
    ended: str
    diagnoses: list[str] = []


class Withdrawn(Entry, frozen=True, kw_only=True):
    """An admission was taken back (2404, or 2601)."""

    mdtrt_id: str


class Sent(Entry, frozen=True, kw_only=True):
    """Lines of a batch (2204)."""

    mdtrt_id: str
    batch: str
    lines: list[FeeLine]


class Removed(Entry, frozen=True, kw_only=True):
    """The lines of a batch were removed (2205); an empty batch means all that were not settled."""

    mdtrt_id: str
    batch: str


class Settled(Entry, frozen=True, kw_only=True):
    """A settlement (2207A)."""

    setl_id: str
    msgid: str
    invono: str
    mdtrt_id: str
    psn_no: str
    institution: str
    batch: str
    insutype: str
    med_type: str
    at: datetime
    year: int
    split: InsuranceSplit
    lines: list[LineSplit]
    gain: Accumulators
    helper: str = ""  # psn_no whose account helped


class Reversed(Entry, frozen=True, kw_only=True):
    """A settlement was taken back (2208A, or 2601 after a lost answer)."""

    setl_id: str
    of: str
    msgid: str
    at: datetime


class Restored(Entry, frozen=True, kw_only=True):
    """A reversal was itself reversed (2601): the settlement stands again."""

    of: str


class Blocked(Entry, frozen=True, kw_only=True):
    """A message was reversed before it arrived: it will have no effect any more."""

    msgid: str


class Ordered(Entry, frozen=True, kw_only=True):
    """Lines for mobile payment were sent (6201)."""

    pay_ord_id: str
    pay_token: str
    med_org_ord: str
    institution: str
    mdtrt_id: str
    psn_no: str
    batch: str
    total: int


class OrderMoved(Entry, frozen=True, kw_only=True):
    """A mobile order has another status; ``split`` since it was divided, ``setl_id`` since it was settled."""

    pay_ord_id: str
    ord_stas: str
    split: InsuranceSplit | None = None
    setl_id: str = ""
    use_account: bool = False
    pay_auth_no: str = ""  # by which it was divided


class OrderRefunded(Entry, frozen=True, kw_only=True):
    """A refund of a mobile order (6203)."""

    pay_ord_id: str
    app_refd_sn: str
    kind: str
    cash: int


class RxChecked(Entry, frozen=True, kw_only=True):
    """A circulated prescription was checked (D001) and numbered."""

    hi_rxno: str
    rx_trace_code: str
    asked: circulation.PrescriptionUpload


class RxUploaded(Entry, frozen=True, kw_only=True):
    """A circulated prescription was uploaded (D003): it is in effect."""

    hi_rxno: str
    asked: circulation.FileUpload


class RxUndone(Entry, frozen=True, kw_only=True):
    """A circulated prescription was taken back (D004)."""

    hi_rxno: str
    asked: circulation.Undoing


class RxFetched(Entry, frozen=True, kw_only=True):
    """Drugs of a circulated prescription were fetched (2102): code, name and count of each."""

    hi_rxno: str
    setl_id: str
    at: datetime
    drugs: list[tuple[str, str, int]]


class RxBroughtBack(Entry, frozen=True, kw_only=True):
    """A sale of a circulated prescription was taken back (2103)."""

    hi_rxno: str
    setl_id: str


AnyEntry = (
    RxChecked
    | RxUploaded
    | RxUndone
    | RxFetched
    | RxBroughtBack
    | Ordered
    | OrderMoved
    | OrderRefunded
    | Seen
    | Changed
    | Opened
    | Admitted
    | Discharged
    | Withdrawn
    | Told
    | Sent
    | Removed
    | Settled
    | Reversed
    | Restored
    | Blocked
)
