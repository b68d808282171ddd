"""The insurer's books: people, visits, settlements, accounts, built from an append-only log that survives restarts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import msgspec

from yitong.billing.insurance.accumulators import Accumulators
from yitong.billing.ports import FeeLine
from yitong.gateways.insurance.amounts import BEIJING
from yitong.sandbox.insurer import entries as e
from yitong.sandbox.insurer.people import Person, person_of, psn_no_of

_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(e.AnyEntry)


@dataclass
class OpenVisit:
    """A visit with the lines that were sent for it, by batch."""

    opened: e.Opened
    med_type: str = ""
    batches: dict[str, dict[str, FeeLine]] = field(default_factory=dict[str, dict[str, FeeLine]])
    admitted: e.Admitted | None = None  # of a stay
    ended: str = ""  # when its patient left
    discharge_diagnoses: list[str] = field(default_factory=list[str])
    withdrawn: bool = False


@dataclass
class Circulated:
    """A circulated prescription: how it was checked, uploaded, undone, and what was fetched of it."""

    checked: e.RxChecked
    uploaded: e.RxUploaded | None = None
    undone: e.RxUndone | None = None
    fetched: list[e.RxFetched] = field(default_factory=list[e.RxFetched])


@dataclass
class MobileOrder:
    """An order of mobile payment: how it began, where it is, what was given back."""

    ordered: e.Ordered
    moved: e.OrderMoved | None = None
    refunds: dict[str, e.OrderRefunded] = field(default_factory=dict[str, e.OrderRefunded])

    @property
    def status(self) -> str:
        return self.moved.ord_stas if self.moved else "0"


class Books:
    """All that the insurer knows. ``path`` is the log; ``now`` its clock."""

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self.now = now
        self.people: dict[str, Person] = {}  # by psn_no
        self.visits: dict[str, OpenVisit] = {}
        self.settlements: dict[str, e.Settled] = {}
        self.numbered: dict[tuple[str, str], e.Settled] = {}  # by institution and its own number
        self.visit_numbers: dict[tuple[str, str, str, str], str] = {}
        self._of_person: dict[str, list[e.Settled]] = {}
        self.reversals: dict[str, e.Reversed] = {}  # by the settlement they took back, while they stand
        self.blocked: set[str] = set()
        self.orders: dict[str, MobileOrder] = {}
        self.prescriptions: dict[str, Circulated] = {}  # by hiRxno
        self.written = 0
        self._path = path
        if path.exists():
            for line in path.read_bytes().splitlines():
                self._apply(_DECODER.decode(line))

    def write(self, entry: e.AnyEntry) -> None:
        """Write one entry down, then let it count."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if not self._path.exists():
            self._path.touch(mode=0o600)
        with self._path.open("ab") as log:
            log.write(_ENCODER.encode(entry) + b"\n")
        self._apply(entry)

    def _apply(self, entry: e.AnyEntry) -> None:
        self.written += 1
        match entry:
            case e.Seen():
                found = self.by_certno(entry.certno) or person_of(entry.certno, entry.name, self.today())
                if found is not None:
                    named = msgspec.structs.replace(found, name=found.name or entry.name)
                    self.people[found.psn_no] = named
            case e.Changed():
                self._change(entry)
            case e.Opened():
                self.visits[entry.mdtrt_id] = OpenVisit(entry)
                key = (entry.institution, entry.psn_no, entry.insutype, entry.ipt_otp_no)
                self.visit_numbers[key] = entry.mdtrt_id
            case e.Told():
                self.visits[entry.mdtrt_id].med_type = entry.med_type
            case e.Admitted():
                visit = self.visits[entry.mdtrt_id]
                visit.admitted, visit.med_type = entry, entry.med_type
            case e.Discharged():
                visit = self.visits[entry.mdtrt_id]
                visit.ended, visit.discharge_diagnoses = entry.ended, entry.diagnoses
            case e.Withdrawn():
                self.visits[entry.mdtrt_id].withdrawn = True
            case e.Sent():
                batch = self.visits[entry.mdtrt_id].batches.setdefault(entry.batch, {})
                batch.update({line.feedetl_sn: line for line in entry.lines})
            case e.Removed():
                batches = self.visits[entry.mdtrt_id].batches
                for batch_no in [entry.batch] if entry.batch else list(batches):
                    if self.live_settlement(entry.mdtrt_id, batch_no) is None:
                        batches.pop(batch_no, None)
            case e.Settled():
                self.settlements[entry.setl_id] = entry
                if entry.invono:
                    self.numbered[entry.institution, entry.invono] = entry
                for psn_no in {entry.psn_no, entry.helper} - {""}:
                    self._of_person.setdefault(psn_no, []).append(entry)
            case e.Reversed():
                self.reversals[entry.of] = entry
            case e.Restored():
                self.reversals.pop(entry.of, None)
            case e.Blocked():
                self.blocked.add(entry.msgid)
            case e.RxChecked():
                self.prescriptions[entry.hi_rxno] = Circulated(entry)
            case e.RxUploaded():
                self.prescriptions[entry.hi_rxno].uploaded = entry
            case e.RxUndone():
                self.prescriptions[entry.hi_rxno].undone = entry
            case e.RxFetched():
                self.prescriptions[entry.hi_rxno].fetched.append(entry)
            case e.RxBroughtBack():
                fetched = self.prescriptions[entry.hi_rxno].fetched
                fetched[:] = [one for one in fetched if one.setl_id != entry.setl_id]
            case e.Ordered():
                self.orders[entry.pay_ord_id] = MobileOrder(entry)
            case e.OrderMoved():
                order = self.orders[entry.pay_ord_id]
                order.moved = entry
            case e.OrderRefunded():
                self.orders[entry.pay_ord_id].refunds[entry.app_refd_sn] = entry

    def _change(self, entry: e.Changed) -> None:
        changes = {
            "status": entry.status,
            "account_fen": entry.account_fen,
            "rights": None if entry.rights is None else frozenset(entry.rights),
            "helpers": None if entry.helpers is None else frozenset(entry.helpers),
            "before": entry.before,
        }
        given = {name: value for name, value in changes.items() if value is not None}
        psn_no = psn_no_of(entry.certno)
        self.people[psn_no] = msgspec.structs.replace(self.people[psn_no], **given)

    def today(self) -> date:
        """The day in Beijing."""
        return self.now().astimezone(BEIJING).date()

    def number(self, prefix: str) -> str:
        """A number of the insurer's own, never given twice."""
        return f"{prefix}{self.today():%Y%m%d}{self.written:010d}"

    def by_certno(self, certno: str) -> Person | None:
        """A person who was asked about before."""
        return self.people.get(psn_no_of(certno))

    def live(self, psn_no: str) -> list[e.Settled]:
        """The standing settlements that touch a person or their account."""
        return [one for one in self._of_person.get(psn_no, ()) if one.setl_id not in self.reversals]

    def live_settlement(self, mdtrt_id: str, batch: str) -> e.Settled | None:
        """The standing settlement of a batch."""
        visit = self.visits[mdtrt_id]
        same = (one for one in self.live(visit.opened.psn_no) if (one.mdtrt_id, one.batch) == (mdtrt_id, batch))
        return next(same, None)

    def year_of(self, person: Person, year: int, insutype: str) -> Accumulators:
        """What a year holds for a person: what it began with and every standing settlement's gain."""
        total = person.before if year == self.today().year else Accumulators()
        for one in self.live(person.psn_no):
            if (one.psn_no, one.year, one.insutype) == (person.psn_no, year, insutype):
                total = total.plus(one.gain)
        return total

    def account(self, psn_no: str) -> int:
        """What stands on a personal account, in fen."""
        left = self.people[psn_no].account_fen
        for one in self.live(psn_no):
            if one.psn_no == psn_no:
                left -= one.split.acct_pay - one.split.acct_mulaid_pay
            if one.helper == psn_no:
                left -= one.split.acct_mulaid_pay
        return left
