"""Who may do what with a draw. Looking at draws and their files is open to everybody."""

from yitong.kernel.permissions import Role, Scope, action

_AT = Scope.ORGANIZATION
_PLANNERS = {Role.SCHEDULER: _AT, Role.HOSPITAL_ADMIN: _AT, Role.HOSPITAL_SYSTEM: _AT}
_ASKERS = {Role.PATIENT: Scope.OWN, Role.REGISTRAR: _AT, Role.NURSE: _AT, Role.DOCTOR: _AT, Role.HOSPITAL_ADMIN: _AT}

ANNOUNCE = action("draw:draw:announce", "公告抽签", "Announce a draw", _PLANNERS)
CANCEL = action("draw:draw:cancel", "取消抽签", "Cancel a draw before it is drawn", _PLANNERS)
FIX_BEACON = action(
    "draw:draw:fix_beacon", "登记抽签的公开数值", "Enter the public value that a draw waits for", _PLANNERS
)
RUN = action("draw:draw:run", "抽签开始、截止、开奖和顺延", "Open, close, draw, pass on", {Role.SYSTEM: Scope.REGION})
ASK = action("draw:request:make", "申请抽签", "Take part in a draw", _ASKERS)
WITHDRAW = action("draw:request:withdraw", "撤回抽签申请", "Withdraw from a draw", _ASKERS)
SEE_OWN = action("draw:request:read", "查看抽签申请", "See a request for a draw and what it won", _ASKERS)
