"""The command line invites at an enterprise of the register, and says what to do when there is none."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from bot.commands.invite import invite
from bot.settings import read_settings
from bot.wiring import open_office
from domain.contact import Role
from outreach.people import inviting
from tests.outreach.walking import CODE, enterprise

app = typer.Typer()
app.command()(invite)


@pytest.fixture
def district(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ANSHAO_BOT_TOKEN", "123456:" + "A" * 35)
    monkeypatch.setenv("ANSHAO_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("ANSHAO_DATA_DIR", str(tmp_path / "data"))

    async def fill() -> None:
        async with open_office(read_settings()) as office, office.desk() as desk:
            await enterprise(desk)

    asyncio.run(fill())


@pytest.mark.usefixtures("district")
@pytest.mark.parametrize("role", [role.value for role in Role])
def test_a_token_for_a_post(role: str) -> None:
    result = CliRunner().invoke(app, ["--credit-code", CODE.lower(), "--role", role, "--token-only"])
    assert result.exit_code == 0

    async def open_it() -> tuple[str, str]:
        async with open_office(read_settings()) as office, office.desk() as desk:
            opened = await inviting.open_invitation(desk, result.stdout.strip())
            return opened.enterprise_name, opened.role

    assert asyncio.run(open_it()) == ("王记老火锅店", role)


@pytest.mark.usefixtures("district")
def test_an_unknown_code_says_what_to_do() -> None:
    result = CliRunner().invoke(app, ["--credit-code", "913", "--token-only"])
    assert result.exit_code == 1
    assert "register import" in result.stderr


@pytest.mark.usefixtures("district")
def test_an_unknown_role_is_refused() -> None:
    assert CliRunner().invoke(app, ["--credit-code", CODE, "--role", "boss"]).exit_code == 2
