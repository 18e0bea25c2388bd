"""设置 — a missing or wrong one stops the start with a sentence that names it and says what to do; no secret shows."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.command_line import app_for
from bot.faults import masked
from bot.settings import Mode, Settings, SettingsWrong, make_folder, read_settings

TOKEN = "123456:AAcanary-Token_0123456789"
SECRET = "canary-secret_0123456789"
DATABASE = "postgresql://anshao:canary-password@127.0.0.1:5432/anshao"
PROXY = "http://keeper:canary-proxy@127.0.0.1:3128"
RUNNER = CliRunner()


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Nothing set but a token, in a folder without `.env`."""
    for name in [name for name in os.environ if name.startswith("ANSHAO_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ANSHAO_BOT_TOKEN", TOKEN)
    return monkeypatch


def wrong(monkeypatch: pytest.MonkeyPatch, **settings: str) -> str:
    """The words with which these settings stop the start; by no means do they hold a secret."""
    for name, value in settings.items():
        monkeypatch.setenv(f"ANSHAO_{name}", value)
    with pytest.raises(SettingsWrong) as stopped:
        read_settings()
    assert "canary" not in str(stopped.value)
    return str(stopped.value)


def test_one_token_is_enough(tmp_path: Path) -> None:
    settings = read_settings()
    assert (settings.mode, settings.bot_api_url) == (Mode.POLLING, "https://api.telegram.org")
    assert settings.database == "sqlite:///data/anshao.db" and settings.timezone == "Asia/Shanghai"
    assert settings.host_and_port == ("127.0.0.1", 8080)


def test_without_a_token_it_says_where_one_comes_from(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("ANSHAO_BOT_TOKEN")
    words = wrong(environment)
    for needed in ("ANSHAO_BOT_TOKEN is not set", "@BotFather", ".env", "ANSHAO_BOT_TOKEN_FILE"):
        assert needed in words


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("BOT_TOKEN", "canary", "123456:ABC-DEF"),
        ("BOT_TOKEN", "bot123456:canary-canary-canary", "nothing around it"),
        ("BOT_TOKEN", "'123456:canary-canary-canary'", "nothing around it"),
        ("BOT_TOKEN", "123456:canary-canary 密", "nothing around it"),
        ("BOT_API_URL", "127.0.0.1:9000", "http://127.0.0.1:9000"),
        ("BOT_API_URL", "ftp://example.org", "http://127.0.0.1:9000"),
        ("BOT_API_URL", "http://example.org/?a=b", "without spaces or a query"),
        ("PROXY", "socks5://127.0.0.1:1080", "http://127.0.0.1:9000"),
        ("PROXY", "canary:secret@proxy", "http://127.0.0.1:9000"),
        ("MODE", "push", "'polling' or 'webhook'"),
        ("LISTEN", "8080", "127.0.0.1:8080"),
        ("LISTEN", ":8080", "127.0.0.1:8080"),
        ("LISTEN", "127.0.0.1:99999", "127.0.0.1:8080"),
        ("LISTEN", "127.0.0.1:http", "127.0.0.1:8080"),
        ("TIMEZONE", "Asia/Peking", "Asia/Shanghai"),
        ("TIMEZONE", "../../etc/passwd", "Asia/Shanghai"),
        ("DATABASE_URL", "mysql://root:canary@host/db", "postgresql://"),
        ("DATABASE_URL", "anshao.db", "postgresql://user"),
        ("DATABASE_URL", "postgresql://u:canary@host:port/db", "postgresql://user"),
        ("DATABASE_URL", "postgresql+asyncpg://u:canary@host/db", "postgresql://"),
        ("DATABASE_URL", "sqlite://", "the path of a file"),
        ("DATABASE_URL", "sqlite:///:memory:", "the path of a file"),
        ("BACKUP_EVERY_HOURS", "often", "number"),
        ("BACKUP_EVERY_HOURS", "-1", "greater than or equal to 0"),
        ("BACKUP_EVERY_HOURS", "inf", "less than or equal to 744"),
        ("BACKUP_KEY", " " * 40, "at least 32 characters"),
        ("LISTEN", "127.0.0.1:²", "127.0.0.1:8080"),
        ("BOT_API_URL", "http://127.0.0.1:99999", "http://127.0.0.1:9000"),
        ("PROXY", "http://[::1", "http://127.0.0.1:9000"),
        ("DATABASE_URL", "postgresql://u:canary@host:99999/db", "postgresql://user"),
        ("DATABASE_URL", "postgresql://u:canary@host/db?nonsense=1", "no option nonsense"),
        ("OPERATORS", "0", "123456789"),
        ("OPERATORS", "9999999999999999999", "123456789"),
        ("BACKUP_EVERY_HOURS", "0.0000001", "0 for never"),
    ],
)
def test_a_wrong_value_is_named_with_what_would_be_right(
    environment: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    words = wrong(environment, **{name: value})
    assert words.startswith(f"ANSHAO_{name} is wrong: ") and says in words
    assert len(words.splitlines()) == 1


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({}, "ANSHAO_WEBHOOK_URL is wrong: webhook mode needs the public address"),
        ({"WEBHOOK_SECRET": SECRET}, "ANSHAO_WEBHOOK_URL is wrong"),
        ({"WEBHOOK_URL": "https://example.org/telegram"}, "ANSHAO_WEBHOOK_SECRET is wrong"),
        ({"WEBHOOK_URL": "https://example.org/telegram", "WEBHOOK_SECRET": "short"}, "secrets.token_urlsafe"),
        ({"WEBHOOK_URL": "https://example.org/telegram", "WEBHOOK_SECRET": "canary 密钥密钥密钥"}, "A-Z a-z 0-9 _ -"),
        ({"WEBHOOK_URL": "example.org", "WEBHOOK_SECRET": SECRET}, "ANSHAO_WEBHOOK_URL is wrong"),
    ],
)
def test_webhook_mode_starts_only_when_it_cannot_be_open_to_all(
    environment: pytest.MonkeyPatch, settings: dict[str, str], named: str
) -> None:
    assert named in wrong(environment, MODE="webhook", **settings)


def test_every_fault_is_told_at_once(environment: pytest.MonkeyPatch) -> None:
    words = wrong(environment, BOT_TOKEN="canary", MODE="push", LISTEN="x", TIMEZONE="Mars/Olympus")
    assert [line.split()[0] for line in words.splitlines()] == [
        "ANSHAO_BOT_TOKEN", "ANSHAO_MODE", "ANSHAO_LISTEN", "ANSHAO_TIMEZONE",
    ]  # fmt: skip


def test_a_line_without_a_value_counts_as_not_set(environment: pytest.MonkeyPatch) -> None:
    """As in a `.env` copied from the example, where most lines end after the sign."""
    for name in ("BOT_API_URL", "PROXY", "LISTEN", "DATABASE_URL", "DATA_DIR", "TIMEZONE", "MODE"):
        environment.setenv(f"ANSHAO_{name}", "")
    settings = read_settings()
    assert settings.bot_api_url == "https://api.telegram.org" and settings.data_dir == Path("data")
    environment.setenv("ANSHAO_BOT_TOKEN", "")
    assert "ANSHAO_BOT_TOKEN is not set" in wrong(environment)


@pytest.mark.parametrize("name", ["BOT_TOKEN", "WEBHOOK_SECRET", "DATABASE_URL", "PROXY"])
def test_a_secret_may_lie_in_a_file(environment: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    value = {"BOT_TOKEN": TOKEN, "WEBHOOK_SECRET": SECRET, "DATABASE_URL": DATABASE, "PROXY": PROXY}[name]
    (tmp_path / "secret").write_text(f"{value}\n\n")
    environment.delenv("ANSHAO_BOT_TOKEN")
    if name != "BOT_TOKEN":
        environment.setenv("ANSHAO_BOT_TOKEN", TOKEN)
    environment.setenv(f"ANSHAO_{name}_FILE", str(tmp_path / "secret"))
    assert getattr(read_settings(), name.lower()).get_secret_value() == value


@pytest.mark.parametrize("kind", ["missing", "folder", "binary", "empty"])
def test_a_secret_file_that_cannot_be_used_is_named(environment: pytest.MonkeyPatch, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "secret"
    if kind == "folder":
        path.mkdir()
    elif kind != "missing":
        path.write_bytes(b"\xff\xfe\x00canary" if kind == "binary" else b"\n")
    environment.delenv("ANSHAO_BOT_TOKEN")
    words = wrong(environment, BOT_TOKEN_FILE=str(path))
    assert "ANSHAO_BOT_TOKEN" in words and (str(path) in words or kind == "empty")


def test_the_environment_wins_over_the_env_file(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ANSHAO_BOT_TOKEN=654321:from-the-env-file\nANSHAO_LISTEN=0.0.0.0:9999\nOTHER=1\n")
    settings = read_settings()
    assert settings.bot_token.get_secret_value() == TOKEN and settings.host_and_port == ("0.0.0.0", 9999)
    environment.setenv("ANSHAO_LISTEN", "")  # as `make demo` does with the database of the real thing
    assert read_settings().host_and_port == ("127.0.0.1", 8080)


def everything(monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in {
        "DATABASE_URL": DATABASE, "PROXY": PROXY, "MODE": "webhook", "WEBHOOK_SECRET": SECRET,
        "WEBHOOK_URL": "https://example.org/telegram",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"ANSHAO_{name}", value)
    return read_settings()


def test_no_secret_shows_wherever_the_settings_are_shown(environment: pytest.MonkeyPatch) -> None:
    settings = everything(environment)
    shown = RUNNER.invoke(app_for(), ["check-settings"])
    assert shown.exit_code == 0
    for text in (repr(settings), str(settings), f"{settings.model_dump()}", settings.model_dump_json(), shown.output):
        assert "canary" not in text
    for name in Settings.model_fields:
        assert f"ANSHAO_{name.upper()} = " in shown.output
    assert settings.model_fields_set >= {"proxy"} and settings.proxy.get_secret_value() == PROXY


def test_check_settings_says_what_is_wrong_and_fails(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ANSHAO_MODE", "push")
    result = RUNNER.invoke(app_for(), ["check-settings"])
    assert result.exit_code != 0 and isinstance(result.exception, SettingsWrong)


def test_what_postgresql_knows_may_stand_in_its_address(environment: pytest.MonkeyPatch) -> None:
    url = f"{DATABASE}?sslmode=require&connect_timeout=5&host=/run/postgresql"
    environment.setenv("ANSHAO_DATABASE_URL", url)
    assert read_settings().database == url


def test_settings_do_not_change(environment: pytest.MonkeyPatch) -> None:
    with pytest.raises(Exception, match="frozen"):
        everything(environment).mode = Mode.POLLING  # type: ignore[misc]


def test_a_data_folder_that_cannot_be_made_is_named(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    environment.setenv("ANSHAO_DATA_DIR", str(tmp_path / "file" / "data"))
    with pytest.raises(SettingsWrong, match=r"ANSHAO_DATA_DIR is wrong.*this user may write"):
        make_folder(read_settings())
    environment.setenv("ANSHAO_DATA_DIR", str(tmp_path / "new" / "data"))
    make_folder(read_settings())
    assert (tmp_path / "new" / "data").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"POST https://api.telegram.org/bot{TOKEN}/getMe failed", "POST https://api.telegram.org/bot***/getMe failed"),
        (f"cannot connect to {DATABASE}", "cannot connect to postgresql://anshao:***@127.0.0.1:5432/anshao"),
        (f"proxy {PROXY} answered 407", "proxy http://keeper:***@127.0.0.1:3128 answered 407"),
        ("12:30 and 119:none of it", "12:30 and 119:none of it"),
    ],
)
def test_a_token_or_a_password_in_any_message_is_masked(text: str, kept: str) -> None:
    assert masked(text) == kept
