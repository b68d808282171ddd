"""How a command gets at the platform: settings, then a running database (embedded unless one is given)."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from yitong.kernel import postgres
from yitong.kernel.migrate import migrate
from yitong.kernel.platform import Platform, open_platform
from yitong.kernel.settings import Settings, SettingsError, load_settings

console = Console(stderr=True)


def settings_or_exit(**overrides: Any) -> Settings:
    """The settings; a sentence and exit status 2 when they cannot be used."""
    try:
        return load_settings(**overrides)
    except SettingsError as error:
        console.print(f"[red]{error.message.zh}\n{error.message.en}[/red]")
        raise typer.Exit(2) from error


def postgres_folder(settings: Settings) -> Path:
    """Where the embedded database keeps its files."""
    return settings.data_path / "postgres"


def database_url(settings: Settings) -> str:
    """The address of the database; starts the embedded server when no other one is set.

    A refusal of the launcher becomes a sentence in both languages and exit status 1.
    """
    if settings.database_url:
        return settings.database_url
    try:
        return postgres.start(postgres_folder(settings), progress=lambda text: console.print(f"[dim]{text}[/dim]")).url
    except postgres.PostgresError as error:
        console.print(f"[red]{error}[/red]")
        raise typer.Exit(1) from error


@asynccontextmanager
async def platform_of(settings: Settings, *, migrated: bool = True) -> AsyncGenerator[Platform]:
    """A platform on a running and migrated database, closed at the end."""
    url = await asyncio.to_thread(database_url, settings)
    if migrated:
        await migrate(url)
    platform = open_platform(settings, url)
    try:
        yield platform
    finally:
        await platform.close()


def run(work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """Run a command's asynchronous work on uvloop."""
    import uvloop

    return uvloop.run(work())
