"""Who may look into the evidence chain, and the problems of doing so."""

from yitong.kernel.permissions import Role, Scope, action
from yitong.kernel.problems import problem_kind
from yitong.kernel.text import Bilingual

_OVERSEERS = {Role.REGULATOR: Scope.REGION, Role.PLATFORM_ADMIN: Scope.REGION}
SEE = action("ledger:chain:see", "查看存证链", "Look into the evidence chain", _OVERSEERS)
VERIFY = action("ledger:chain:verify", "验证存证链", "Verify the evidence chain", _OVERSEERS)
EXPORT = action("ledger:evidence:export", "导出处方存证", "Export a prescription's evidence", _OVERSEERS)

NO_CHAIN = problem_kind(
    "no-chain",
    404,
    Bilingual("本区域还没有存证链。", "This region has no evidence chain yet."),
    Bilingual("区域建立后会自动创建，请稍后再试。", "It is founded with the region; try again later."),
    retry=True,
)
CHAIN_BROKEN = problem_kind(
    "chain-broken",
    409,
    Bilingual(
        "存证链的存储数据被改动：区块 {height}（{reason}）。",
        "The stored evidence chain was changed: block {height} ({reason}).",
    ),
    Bilingual(
        "链已停止写入，请保全数据库并通知运维。", "It has stopped; keep the database as it is and call operations."
    ),
)
NOT_ON_CHAIN = problem_kind(
    "not-on-chain",
    404,
    Bilingual("链上没有这张处方。", "This prescription is not on the chain."),
    Bilingual("请检查处方号，刚开具的处方稍后再查。", "Check the number; a new prescription takes a moment."),
)
