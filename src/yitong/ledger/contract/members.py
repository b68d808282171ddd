"""Who takes part: members, their keys and nodes. Admission is a vote of the governing members."""

from yitong.kernel.crypto import CryptoError, SM2PublicKey
from yitong.ledger.contract.actions import (
    Admit,
    AdmitNode,
    Decision,
    Enrol,
    KeyRole,
    Kind,
    Propose,
    Reinstate,
    RemoveNode,
    Retire,
    Suspend,
    Vote,
)
from yitong.ledger.contract.records import (
    PARAMETERS,
    Key,
    Node,
    Organization,
    Parameters,
    Proposal,
    key_key,
    node_key,
    organization_key,
    proposal_key,
)
from yitong.ledger.contract.refusals import Refusal, Refused
from yitong.ledger.contract.view import Signer, View
from yitong.ledger.encoding import key_id

_R = KeyRole
ROLES_OF: dict[Kind, frozenset[KeyRole]] = {
    Kind.COMMISSION: frozenset({_R.ADMIN, _R.GOVERN, _R.PATIENT, _R.ACCESS, _R.SUPERVISE, _R.RECALL, _R.ANCHOR}),
    Kind.INSURER: frozenset({_R.ADMIN, _R.GOVERN, _R.SETTLE, _R.ACCESS, _R.ANCHOR}),
    Kind.HOSPITAL: frozenset(
        {_R.ADMIN, _R.GOVERN, _R.PRESCRIBE, _R.REVIEW, _R.DISPENSE, _R.PATIENT, _R.ACCESS, _R.ANCHOR}
    ),
    Kind.PHARMACY: frozenset({_R.ADMIN, _R.DISPENSE, _R.ACCESS, _R.ANCHOR}),
}
"""The roles that an organization of each kind can give to its keys."""


def need(signer: Signer, role: KeyRole) -> None:
    """Raises Refused ``role-missing`` unless the key has the role."""
    if role not in signer.key.roles:
        raise Refused(Refusal.ROLE_MISSING)


def check_public_key(raw: bytes) -> None:
    """Raises Refused ``bad-key`` for bytes that are no point of the curve."""
    try:
        SM2PublicKey(raw)
    except CryptoError:
        raise Refused(Refusal.BAD_KEY) from None


def propose(view: View, signer: Signer, action: Propose) -> None:
    """Open a vote; the proposer's own vote counts at once."""
    _governs(signer)
    if action.until <= view.now:
        raise Refused(Refusal.BAD_WINDOW)
    _possible(view, action.decision)
    proposal = Proposal(action.decision, action.until, [signer.organization_id], [], "open")
    view.add(proposal_key(action.proposal), proposal)
    _count(view, action.proposal, proposal)


def vote(view: View, signer: Signer, action: Vote) -> None:
    """One vote a governing member. Decided as soon as more than two thirds say yes, or can no longer."""
    _governs(signer)
    proposal = view.get(Proposal, proposal_key(action.proposal))
    if proposal.state != "open":
        raise Refused(Refusal.ILLEGAL_MOVE)
    if view.now >= proposal.until:
        raise Refused(Refusal.TOO_LATE)
    if signer.organization_id in proposal.yes or signer.organization_id in proposal.no:
        raise Refused(Refusal.ALREADY_VOTED)
    side = proposal.yes if action.yes else proposal.no
    side.append(signer.organization_id)
    side.sort()
    _count(view, action.proposal, proposal)


def _governs(signer: Signer) -> None:
    need(signer, KeyRole.GOVERN)
    if not signer.organization.governs:
        raise Refused(Refusal.KIND_IMPOSSIBLE)


def _count(view: View, proposal_id: bytes, proposal: Proposal) -> None:
    """Only votes of members that govern now count, so a suspended member's earlier vote does not decide."""
    governing = view.get(Parameters, PARAMETERS).governing
    yes = sum(one in governing for one in proposal.yes)
    no = sum(one in governing for one in proposal.no)
    if 3 * yes > 2 * len(governing):
        _possible(view, proposal.decision)
        _carry_out(view, proposal.decision)
        proposal.state = "passed"
    elif 3 * (len(governing) - no) <= 2 * len(governing):
        proposal.state = "failed"
    view.put(proposal_key(proposal_id), proposal)


def _possible(view: View, decision: Decision) -> None:
    """Raises Refused for a decision that could not be carried out now."""
    match decision:
        case Admit():
            if view.value(organization_key(decision.organization)) is not None:
                raise Refused(Refusal.EXISTS)
            if decision.governs and KeyRole.GOVERN not in ROLES_OF[decision.kind]:
                raise Refused(Refusal.KIND_IMPOSSIBLE)
            check_public_key(decision.admin_key)
            if view.value(key_key(key_id(decision.admin_key))) is not None:
                raise Refused(Refusal.EXISTS)
        case Suspend() | Reinstate():
            view.get(Organization, organization_key(decision.organization))
        case AdmitNode():
            view.get(Organization, organization_key(decision.organization))
            found = view.find(Node, node_key(decision.node))
            if found is not None and found.organization != decision.organization:
                raise Refused(Refusal.EXISTS)
        case RemoveNode():
            nodes = view.get(Parameters, PARAMETERS).nodes
            if decision.node not in nodes:
                raise Refused(Refusal.UNKNOWN)
            if len(nodes) == 1:
                raise Refused(Refusal.LAST_NODE)


def _carry_out(view: View, decision: Decision) -> None:
    match decision:
        case Admit():
            admit(view, decision)
        case Suspend() | Reinstate():
            key = organization_key(decision.organization)
            organization = view.get(Organization, key)
            organization.suspended = isinstance(decision, Suspend)
            view.put(key, organization)
            if organization.governs:
                _set_governing(view, decision.organization, not organization.suspended)
        case AdmitNode():
            set_node(view, decision)
        case RemoveNode():
            key = node_key(decision.node)
            node = view.get(Node, key)
            node.power = 0
            view.put(key, node)
            parameters = view.get(Parameters, PARAMETERS)
            parameters.nodes.remove(decision.node)
            view.put(PARAMETERS, parameters)


def admit(view: View, decision: Admit) -> None:
    """Enter a member with its administrator's key. Raises Refused ``exists``."""
    organization = Organization(decision.kind, decision.code, decision.governs, False)
    view.add(organization_key(decision.organization), organization)
    roles = [KeyRole.ADMIN, KeyRole.GOVERN] if decision.governs else [KeyRole.ADMIN]
    view.add(
        key_key(key_id(decision.admin_key)),
        Key(decision.organization, decision.admin_key, roles, 0, False, 0),
    )
    if decision.governs:
        _set_governing(view, decision.organization, True)


def _set_governing(view: View, organization: bytes, governs: bool) -> None:
    parameters = view.get(Parameters, PARAMETERS)
    members = {one for one in parameters.governing if one != organization}
    parameters.governing = sorted(members | {organization} if governs else members)
    view.put(PARAMETERS, parameters)


def set_node(view: View, decision: AdmitNode) -> None:
    """Enter a validator or change its power."""
    view.put(node_key(decision.node), Node(decision.organization, decision.power))
    parameters = view.get(Parameters, PARAMETERS)
    parameters.nodes = sorted({*parameters.nodes, decision.node})
    view.put(PARAMETERS, parameters)


def enrol(view: View, signer: Signer, action: Enrol) -> None:
    """A further key of the administrator's own organization, with roles that its kind can give."""
    need(signer, KeyRole.ADMIN)
    if action.roles != sorted(set(action.roles)):
        raise Refused(Refusal.NOT_SORTED)
    if not ROLES_OF[signer.organization.kind].issuperset(action.roles):
        raise Refused(Refusal.ROLE_IMPOSSIBLE)
    if KeyRole.GOVERN in action.roles and not signer.organization.governs:
        raise Refused(Refusal.ROLE_IMPOSSIBLE)
    if action.until and action.until <= view.now:
        raise Refused(Refusal.BAD_WINDOW)
    check_public_key(action.public_key)
    key = Key(signer.organization_id, action.public_key, action.roles, action.until, False, 0)
    view.add(key_key(key_id(action.public_key)), key)


def retire(view: View, signer: Signer, action: Retire) -> None:
    """A key of the administrator's own organization signs nothing any more; not the one that signs this."""
    need(signer, KeyRole.ADMIN)
    found = view.get(Key, key_key(action.key))
    if found.organization != signer.organization_id:
        raise Refused(Refusal.NOT_YOURS)
    if found.retired or action.key == signer.key_id:
        raise Refused(Refusal.ILLEGAL_MOVE)
    found.retired = True
    view.put(key_key(action.key), found)
