"""A commercial health insurer that computes: policies' terms in a table, claims kept by number, answers as FHIR."""

import hmac
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath

from yitong.billing.claims import fhir, statement
from yitong.gateways.commercial import signature
from yitong.gateways.insurance.amounts import BEIJING
from yitong.kernel.money import Fen, split_by_weight, yuan_text

INSURER = "DEMO-IN-02"  # the invented insurer of the demo region
CLOCK_TOLERANCE_S = 300
_NEVER = frozenset({"parking", "meal", "delivery", "deposit"})
_JSON = "application/fhir+json"


class Terms(msgspec.Struct, frozen=True):
    """What a kind of policy promises; money in fen, the ratio in ten-thousandths."""

    name: str
    name_en: str
    deductible_fen: int  # of each claim
    ratio_bp: int
    ceiling_fen: int  # of all claims of a policy
    looked_at_above_fen: int  # claims over this are answered later


# By the first two letters of a policy's number.
TERMS = {
    "HM": Terms("惠民保", "Inclusive cover", 20_000, 8_000, 100_000_000, 500_000),
    "MZ": Terms("门诊险", "Outpatient cover", 0, 9_000, 2_000_000, 200_000),
    "GD": Terms("高端医疗险", "Premium cover", 0, 10_000, 800_000_000, 5_000_000),
}


class Kept(msgspec.Struct):
    """A claim and what is said of it, once nobody looks at it any more; ``covered`` stays when it was taken back."""

    claim: fhir.Claim
    number: str
    covered: int
    lines: list[tuple[int, int]]
    notes: list[tuple[str, str]]
    at: datetime
    queued: bool
    cancelled: datetime | None = None
    cancelled_number: str = ""


class Insurer:
    """Takes claims under their numbers and remembers what each policy has had.

    ``now`` is the time that signatures are checked against, ``booked`` the time under which claims are kept.
    """

    def __init__(self, secret: str, now: Callable[[], datetime], booked: Callable[[], datetime] | None = None) -> None:
        self._secret = secret
        self._now = now
        self._booked = booked or now
        self._kept: dict[str, Kept] = {}
        self._paid: dict[str, int] = {}
        self._ended: set[str] = set()  # taken back before they arrived

    def signed(self, headers: dict[str, str], body: bytes) -> bool:
        """Whether a request was signed with our secret within the last minutes."""
        moment = headers.get("x-timestamp", "")
        if not moment.isdigit() or abs(int(moment) - self._now().timestamp()) > CLOCK_TOLERANCE_S:
            return False
        return hmac.compare_digest(signature(self._secret, moment, body), headers.get("x-signature", ""))

    def submit(self, body: bytes) -> tuple[int, bytes]:
        """The answer to a claim or a predetermination; the same number again is answered the same."""
        try:
            claim = fhir.read_claim(body)
        except (msgspec.MsgspecError, ValueError) as error:
            return 400, _outcome("invalid", str(error))
        number = claim.number(fhir.CLAIM_NO)
        if not number or sum(item.net.fen for item in claim.item) != claim.total.fen:
            return 422, _outcome("business-rule", "no number, or lines that do not come to the total")
        if claim.use == "claim" and number in self._kept:
            return 200, self._said(self._kept[number])
        if claim.use == "claim" and number in self._ended:
            return 422, _outcome("business-rule", "this claim was taken back before it came")
        made = self._judged(claim, number)
        if claim.use == "claim":
            self._kept[number] = made
            policy = self._policy(claim)
            self._paid[policy] = self._paid.get(policy, 0) + made.covered
        return 200, self._said(made)

    def find(self, number: str) -> tuple[int, bytes]:
        """What became of a claim; whoever was looking at it has finished by the time somebody asks."""
        kept = self._kept.get(number)
        if kept is None:
            return 404, _outcome("not-found", number)
        if kept.queued and kept.cancelled is None:
            kept.queued, kept.at = False, self._booked()
        return 200, self._said(kept)

    def cancel(self, number: str) -> tuple[int, bytes]:
        """Take a claim back; a number that is not known will not be taken later either."""
        kept = self._kept.get(number)
        if kept is None:
            self._ended.add(number)
            return 404, _outcome("not-found", number)
        if kept.cancelled is None:
            policy = self._policy(kept.claim)
            self._paid[policy] = self._paid.get(policy, 0) - kept.covered
            kept.cancelled, kept.cancelled_number = self._booked(), f"{kept.number}C"
        return 200, self._said(kept)

    def listed(self, day: str, payee: str) -> tuple[int, bytes]:
        """The claims of a day (in Beijing) that are paid, and those that were taken back on it."""
        try:
            wanted = date.fromisoformat(day)
        except ValueError as error:
            return 400, _outcome("invalid", str(error))
        rows: list[tuple[datetime, bytes]] = []
        for kept in self._kept.values():
            if kept.queued or not kept.covered or kept.claim.payee.type.coding[0].code != payee:
                continue
            rows.append((kept.at, self._answer(kept, kept.number, kept.at)))
            if kept.cancelled is not None:
                ended = msgspec.structs.replace(kept.claim, status="cancelled")
                back = msgspec.structs.replace(kept, claim=ended, notes=[])
                rows.append((kept.cancelled, self._answer(back, kept.cancelled_number, kept.cancelled)))
        return 200, statement.bundled(body for at, body in rows if at.astimezone(BEIJING).date() == wanted)

    def _judged(self, claim: fhir.Claim, number: str) -> Kept:
        policy = self._policy(claim)
        terms = TERMS.get(policy[:2].upper())
        at = self._booked()
        own = f"DI{len(self._kept) + 1:010d}"
        if terms is None:
            return Kept(claim, own, 0, [], [("保单不存在或已失效。", "There is no such policy in force.")], at, False)
        weights = [0 if _category(item) in _NEVER else item.net.fen for item in claim.item]
        asked = claim.info("left-to-patient")
        left_out = claim.total.fen - sum(weights)
        base = max(0, min(asked, sum(weights)) - terms.deductible_fen)
        wanted = base * terms.ratio_bp // 10_000
        covered = max(0, min(wanted, terms.ceiling_fen - self._paid.get(policy, 0)))
        notes = _notes(terms, asked, left_out, covered, capped=covered < wanted)
        lines: list[tuple[int, int]] = []
        if covered:
            parts = split_by_weight(Fen(covered), weights)
            lines = [(item.sequence, int(part)) for item, part in zip(claim.item, parts, strict=True)]
        later = claim.use == "claim" and asked > terms.looked_at_above_fen
        return Kept(claim, own, covered, lines, notes, at, later)

    def _policy(self, claim: fhir.Claim) -> str:
        coverage = claim.insurance[0].coverage.identifier if claim.insurance else None
        return coverage.value if coverage is not None else ""

    def _said(self, kept: Kept) -> bytes:
        if kept.cancelled is not None:
            ended = msgspec.structs.replace(kept.claim, status="cancelled")
            return fhir.answered(ended, kept.cancelled_number, INSURER, kept.cancelled, "complete", 0, kept.notes, [])
        if kept.queued:
            return fhir.answered(kept.claim, kept.number, INSURER, kept.at, "queued", 0, [], [])
        return self._answer(kept, kept.number, kept.at)

    def _answer(self, kept: Kept, number: str, at: datetime) -> bytes:
        return fhir.answered(kept.claim, number, INSURER, at, "complete", kept.covered, kept.notes, kept.lines)


def _notes(terms: Terms, asked: int, left_out: int, covered: int, *, capped: bool) -> list[tuple[str, str]]:
    share = f"{terms.ratio_bp / 100:g}%"
    said = [
        (
            f"{terms.name}：个人支付 {yuan_text(asked)} 元，"
            f"免赔额 {yuan_text(terms.deductible_fen)} 元，赔付比例 {share}。",
            f"{terms.name_en}: {yuan_text(asked)} yuan of your own, deductible {yuan_text(terms.deductible_fen)},"
            f" {share} of the rest.",
        )
    ]
    if left_out:
        said.append(
            (
                f"停车、膳食等 {yuan_text(left_out)} 元不在保障范围内。",
                f"{yuan_text(left_out)} yuan of parking, meals and the like are not covered.",
            )
        )
    if capped:
        said.append(("已达到保单赔付上限。", "The policy's ceiling is reached."))
    said.append((f"赔付 {yuan_text(covered)} 元。", f"{yuan_text(covered)} yuan are paid."))
    return said


def _category(item: fhir.ClaimItem) -> str:
    return item.category.coding[0].code if item.category.coding else ""


def _outcome(code: str, said: str) -> bytes:
    issue = {"severity": "error", "code": code, "diagnostics": said}
    return msgspec.json.encode({"resourceType": "OperationOutcome", "issue": [issue]})


async def _answer(
    request: Request[Any, Any, Any], act: Callable[[Insurer, bytes], tuple[int, bytes]]
) -> Response[bytes]:
    insurer: Insurer = request.app.state["commercial"]
    body = await request.body()
    headers = {name.lower(): value for name, value in request.headers.items()}
    status, said = act(insurer, body) if insurer.signed(headers, body) else (401, _outcome("security", "signature"))
    return Response(said, status_code=status, media_type=_JSON)


@post("/commercial/Claim/$submit")
async def submit(request: Request[Any, Any, Any]) -> Response[bytes]:
    """FHIR operation $submit on Claim."""
    return await _answer(request, lambda insurer, body: insurer.submit(body))


@get("/commercial/ClaimResponse")
async def find(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The ClaimResponse to a claim's number (``request``), or those of a day (``created``, and whom they pay)."""
    asked = request.query_params
    if "created" in asked:
        day, payee = asked["created"], asked.get("payee", "provider")
        return await _answer(request, lambda insurer, _: insurer.listed(day, payee))
    return await _answer(request, lambda insurer, _: insurer.find(asked.get("request", "")))


@post("/commercial/Claim/{number:str}/$cancel")
async def cancel(request: Request[Any, Any, Any], number: FromPath[str]) -> Response[bytes]:
    """Take a claim back."""
    return await _answer(request, lambda insurer, _: insurer.cancel(number))


ROUTES = [submit, find, cancel]
