"""Routes of registration and family."""

from typing import Annotated

from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, JSONBody

from yitong.identity.schemas.people import Family, Registered, Registration
from yitong.identity.service import registration
from yitong.kernel import web
from yitong.kernel.idempotency import once
from yitong.kernel.ids import UUID
from yitong.kernel.permissions import Actor
from yitong.kernel.platform import Platform
from yitong.kernel.transaction import Transaction

TAGS = ["family"]
# A registration sent twice meets its own document number, so the key is welcome but not asked for.
Key = Annotated[str | None, HeaderParameter(name="idempotency-key")]


@post("/patients", tags=TAGS, summary="Register oneself or a family member")
async def register(
    platform: NamedDependency[Platform], actor: NamedDependency[Actor], data: JSONBody[Registration], key: Key = None
) -> Registered:
    """Real-name registration; the answer carries a new session that names the new member."""
    consent = await registration.prove_consent(platform, actor, data)
    async with platform.transaction(actor) as tx:
        if key is None:
            return await registration.register(tx, data, consent=consent)
        return await once(
            tx, web.idempotency_key_of(key), data, Registered, lambda: registration.register(tx, data, consent=consent)
        )


@get("/family", tags=TAGS, summary="The people this account acts for")
async def family(tx: NamedDependency[Transaction]) -> Family:
    """Oneself first."""
    return await registration.family_of(tx)


@delete("/family/{patient_id:uuid}", status_code=200, tags=TAGS, summary="Take somebody out of the family")
async def leave(tx: NamedDependency[Transaction], patient_id: FromPath[UUID]) -> Family:
    """Ends all tokens that name them; the answer carries a new session."""
    return await registration.leave_family(tx, patient_id)


ROUTES = [register, family, leave]
