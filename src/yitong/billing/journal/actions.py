"""Who may read the journal."""

from yitong.kernel.permissions import Role, Scope, action

READ = action(
    "billing:journal:read",
    "查看会计分录和试算平衡",
    "Read the journal and the trial balance",
    {
        Role.FINANCE: Scope.ORGANIZATION,
        Role.HOSPITAL_ADMIN: Scope.ORGANIZATION,
        Role.REGULATOR: Scope.REGION,
        Role.SYSTEM: Scope.REGION,
    },
)
