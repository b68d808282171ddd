"""Consents and looks at records: a look stands under a consent that covers it, or waits for a supervisor's verdict."""

from yitong.ledger.contract.actions import GrantConsent, KeyRole, RecordAccess, ReviewAccess, RevokeConsent
from yitong.ledger.contract.members import need
from yitong.ledger.contract.records import (
    Access,
    Consent,
    Organization,
    access_key,
    consent_key,
    organization_key,
)
from yitong.ledger.contract.refusals import Refusal, Refused
from yitong.ledger.contract.view import Signer, View


def grant_consent(view: View, signer: Signer, action: GrantConsent) -> None:
    """A patient's consent, entered by who acts for patients."""
    need(signer, KeyRole.PATIENT)
    if action.scope != sorted(set(action.scope)):
        raise Refused(Refusal.NOT_SORTED)
    if not action.opens < action.closes or action.closes <= view.now:
        raise Refused(Refusal.BAD_WINDOW)
    view.get(Organization, organization_key(action.grantee))
    consent = Consent(
        signer.organization_id,
        action.subject,
        action.grantee,
        action.purpose,
        action.scope,
        action.opens,
        action.closes,
        action.content,
        False,
    )
    view.add(consent_key(action.consent), consent)


def revoke_consent(view: View, signer: Signer, action: RevokeConsent) -> None:
    """Takes a consent back, once, through the organization that entered it."""
    need(signer, KeyRole.PATIENT)
    consent = view.get(Consent, consent_key(action.consent))
    if consent.granter != signer.organization_id:
        raise Refused(Refusal.NOT_YOURS)
    if consent.revoked:
        raise Refused(Refusal.ILLEGAL_MOVE)
    consent.revoked = True
    view.put(consent_key(action.consent), consent)


def record_access(view: View, signer: Signer, action: RecordAccess) -> None:
    """A look at a record; checked against its consent at this very block, not when the consent was shown."""
    need(signer, KeyRole.ACCESS)
    if action.scope != sorted(set(action.scope)):
        raise Refused(Refusal.NOT_SORTED)
    if action.consent:
        _covered(view, signer, action)
    access = Access(
        signer.organization_id,
        action.subject,
        action.purpose,
        action.scope,
        action.content,
        action.consent,
        view.now,
        "none" if action.consent else "waiting",
    )
    view.add(access_key(action.access), access)


def _covered(view: View, signer: Signer, action: RecordAccess) -> None:
    consent = view.get(Consent, consent_key(action.consent))
    covered = (
        not consent.revoked
        and consent.grantee == signer.organization_id
        and consent.subject == action.subject
        and consent.purpose == action.purpose
        and set(consent.scope).issuperset(action.scope)
        and consent.opens <= view.now < consent.closes
    )
    if not covered:
        raise Refused(Refusal.NO_CONSENT)


def review_access(view: View, signer: Signer, action: ReviewAccess) -> None:
    """The verdict on an emergency access, once; nobody judges their own organization."""
    need(signer, KeyRole.SUPERVISE)
    access = view.get(Access, access_key(action.access))
    if access.verdict != "waiting":
        raise Refused(Refusal.ILLEGAL_MOVE)
    if access.organization == signer.organization_id:
        raise Refused(Refusal.SAME_PERSON)
    access.verdict = "justified" if action.justified else "unjustified"
    view.put(access_key(action.access), access)
