"""What the clock does after dispensing: reminders."""

from datetime import timedelta

from yitong.kernel.jobs import job
from yitong.kernel.platform import Platform
from yitong.prescriptions.dispensing.medications import remind


@job("dispensing: reminders", every=timedelta(minutes=1))
async def send_reminders(platform: Platform) -> int:
    """Remind of every drug whose time has come; answers how many."""
    async with platform.transaction() as tx:
        return await remind(tx)
