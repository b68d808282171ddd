"""``yitong seed``: the demo region, and the words that invite people into it."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from yitong.cli import opening
from yitong.cli.opening import console
from yitong.directory.demo import DEMO_PATIENTS, DEMO_STAFF
from yitong.directory.demo.cast import DEMO_PASSWORD
from yitong.kernel.settings import Settings
from yitong.simulation.seeding.region import NotEmpty, Seeded, SeedPlan, seed_region


def _kept(settings: Settings) -> Path:
    return settings.data_path / "demo.json"


async def seed_platform(settings: Settings, plan: SeedPlan) -> Seeded:
    """Seed with a progress bar; keeps the devices' tokens beside the data. Raises NotEmpty."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    async with opening.platform_of(settings) as platform:
        with Progress(*columns, console=console) as bar:
            task = bar.add_task("", total=1.0)
            seeded = await seed_region(
                platform, plan, lambda text, share: bar.update(task, description=text, completed=share)
            )
    path = _kept(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(seeded.devices), "utf-8")
    return seeded


async def seed_when_empty(settings: Settings, plan: SeedPlan) -> bool:
    """Seed unless there is a region already; answers whether it was done."""
    try:
        await seed_platform(settings, plan)
    except NotEmpty:
        return False
    return True


def seed(
    seed: Annotated[int, typer.Option(help="The same number always makes the same region.")] = 1,
    hospitals: Annotated[int, typer.Option(min=1, max=46)] = 36,
    practitioners: Annotated[int, typer.Option(min=20)] = 1600,
    people: Annotated[int, typer.Option(min=0)] = 5000,
    days: Annotated[int, typer.Option(min=1, max=92)] = 14,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Fill an empty database with the demo region."""
    settings = opening.settings_or_exit()
    plan = SeedPlan(seed, hospitals, practitioners, people, days)
    try:
        seeded = opening.run(lambda: seed_platform(settings, plan))
    except NotEmpty as error:
        console.print(
            "[red]数据库里已有区域，未改动。\nThe database holds a region already; nothing was changed.[/red]"
        )
        raise typer.Exit(1) from error
    if as_json:
        print(json.dumps({"seed": plan.seed, "counts": seeded.counts}, ensure_ascii=False))
        return
    for table, rows in seeded.counts.items():
        console.print(f"{table:>22} {rows:>9,}")


def invitation(settings: Settings) -> str:
    """What to open and who may sign in."""
    lines = [
        f"患者端 patients  [bold]{settings.origin}/patient/[/bold]",
        f"工作台 desks     [bold]{settings.origin}/console/[/bold]",
        f"沙箱 sandbox     [bold]{settings.sandbox_url}/[/bold]",
        "  短信验证码、员工动态口令、自助机和候诊大屏的入口",
        "  text messages, staff one-time codes, the way to kiosk and hall screen",
        "",
        "演示患者（用手机号登录）Demo patients, by phone:",
        *(f"  {person.phone}  {person.name}" for person in DEMO_PATIENTS if person.phone),
        f"演示员工（密码 {DEMO_PASSWORD}，动态口令看沙箱）Demo staff, one-time codes in the sandbox:",
        *(f"  {staff.username:<15} {staff.role_name} {staff.role_name_en} · {staff.name}" for staff in DEMO_STAFF),
    ]
    return "\n".join(lines)
