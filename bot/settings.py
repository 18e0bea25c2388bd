"""设置 — every setting of the product, from the environment, frozen; a wrong one stops the start with advice."""

from __future__ import annotations

import os
import re
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.addresses import base_address, must_be_a_database

PREFIX = "ANSHAO_"
# A proxy's address may hold a password, as a database's does.
SECRETS = ("BOT_TOKEN", "WEBHOOK_SECRET", "DATABASE_URL", "PROXY", "BACKUP_KEY", "METRICS_TOKEN", "ALERT_URLS")
MINUTE_HOURS = 1 / 60


class SettingsWrong(Exception):
    """One or more settings are missing or wrong; the message says which and what to do."""


class Mode(StrEnum):
    POLLING = "polling"
    WEBHOOK = "webhook"


class ProcessRole(StrEnum):
    """What one process does. `web`: take updates; `pump`: send and fetch; `clock`: sweep; `all`: everything."""

    ALL = "all"
    WEB = "web"
    PUMP = "pump"
    CLOCK = "clock"

    @property
    def is_web(self) -> bool:
        return self in (ProcessRole.ALL, ProcessRole.WEB)

    @property
    def is_pump(self) -> bool:
        return self in (ProcessRole.ALL, ProcessRole.PUMP)

    @property
    def is_clock(self) -> bool:
        return self in (ProcessRole.ALL, ProcessRole.CLOCK)


class Settings(BaseSettings):
    """All settings. Each may be given as ANSHAO_<NAME>; secrets also as ANSHAO_<NAME>_FILE."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_file_encoding="utf-8", frozen=True, extra="ignore",
        hide_input_in_errors=True,
    )  # fmt: skip

    bot_token: SecretStr = Field(description="The bot's token from @BotFather, such as 123456:ABC-DEF.")
    bot_api_url: str = Field(
        "https://api.telegram.org",
        description="Base of the Bot API: Telegram's, a local server's, a sandbox's.",
    )
    data_dir: Path = Field(Path("data"), description="Folder for the SQLite database, photos and backups.")
    database_url: SecretStr = Field(
        SecretStr(""), description="postgresql://user:password@host/name; empty means SQLite in the data folder."
    )
    role: ProcessRole = Field(
        ProcessRole.ALL, description="all, or one of web, pump, clock: what this process does, on PostgreSQL only."
    )
    mode: Mode = Field(Mode.POLLING, description="polling (asks Telegram) or webhook (Telegram calls us).")
    webhook_url: str = Field("", description="The public https address that Telegram calls, in webhook mode.")
    webhook_secret: SecretStr = Field(
        SecretStr(""),
        description="8-256 characters A-Z a-z 0-9 _ - that Telegram repeats, in webhook mode.",
    )
    listen: str = Field("127.0.0.1:8080", description="host:port for the webhook, the health pages and the metrics.")
    metrics_token: SecretStr = Field(
        SecretStr(""), description="What who asks for /metrics must show; empty: only this machine may ask."
    )
    proxy: SecretStr = Field(
        SecretStr(""), description="http://host:port of a proxy to reach Telegram through; empty for none."
    )
    sends_per_second: int = Field(
        25, ge=1, le=1000, description="Telegram's limit of messages a second for this bot; 1000 is the most it sells."
    )
    timezone: str = Field("Asia/Shanghai", description="The time zone in which days begin and end.")
    backup_key: SecretStr = Field(
        SecretStr(""), description="At least 32 characters under which backups are sealed; empty leaves them readable."
    )
    backup_every_hours: float = Field(0.25, ge=0, le=744, description="How often `run` makes a backup; 0 for never.")

    operators: str = Field(
        "",
        description="Telegram ids of who is told of alerts, with commas between; each must have used the bot.",
    )
    alert_urls: SecretStr = Field(
        SecretStr(""), description="Where alerts go besides Telegram: apprise addresses with spaces between them."
    )

    @model_validator(mode="before")
    @classmethod
    def _empty_means_not_set(cls, given: dict[str, object]) -> dict[str, object]:
        # After the sources are merged: an empty line in the environment also puts aside what `.env` says.
        return {name: value for name, value in given.items() if value != ""}

    @field_validator("bot_token")
    @classmethod
    def _token_looks_like_one(cls, token: SecretStr) -> SecretStr:
        if not re.fullmatch(r"\d{3,20}:[A-Za-z0-9_-]{10,100}", token.get_secret_value()):
            raise ValueError("it must look like 123456:ABC-DEF…, as @BotFather gave it, with nothing around it")
        return token

    @field_validator("bot_api_url", "webhook_url")
    @classmethod
    def _is_a_base(cls, url: str) -> str:
        return base_address(url)

    @field_validator("proxy")
    @classmethod
    def _is_a_proxy(cls, url: SecretStr) -> SecretStr:
        return SecretStr(base_address(url.get_secret_value()))

    @field_validator("backup_key")
    @classmethod
    def _key_is_long_enough(cls, key: SecretStr) -> SecretStr:
        if key.get_secret_value() and len(key.get_secret_value().strip()) < 32:
            raise ValueError(
                "it must have at least 32 characters, kept where the backups are not "
                "(python -c 'import secrets; print(secrets.token_urlsafe(32))' makes one)"
            )
        return key

    @field_validator("backup_every_hours")
    @classmethod
    def _leaves_time_between(cls, hours: float) -> float:
        if 0 < hours < MINUTE_HOURS:
            raise ValueError("it must be 0 for never, or at least 0.017, which is a minute")
        return hours

    @field_validator("operators")
    @classmethod
    def _are_ids(cls, given: str) -> str:
        if not re.fullmatch(r"\s*([1-9]\d{0,17}\s*(,\s*[1-9]\d{0,17}\s*)*)?", given, re.ASCII):
            raise ValueError("it must be Telegram ids with commas between them, such as 123456789,987654321")
        return given

    @field_validator("alert_urls")
    @classmethod
    def _are_addresses(cls, given: SecretStr) -> SecretStr:
        if not all("://" in address for address in given.get_secret_value().split()):
            raise ValueError("each must be an address as apprise writes them, such as dingtalk://secret@token")
        return given

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("it must be the name of a time zone, such as Asia/Shanghai") from None
        return name

    @field_validator("listen")
    @classmethod
    def _is_host_and_port(cls, listen: str) -> str:
        host, _, port = listen.rpartition(":")
        if not host or not (port.isascii() and port.isdigit()) or not 0 <= int(port) <= 65535:
            raise ValueError("it must be host:port, such as 127.0.0.1:8080")
        return listen

    @field_validator("database_url")
    @classmethod
    def _is_a_known_database(cls, url: SecretStr) -> SecretStr:
        if url.get_secret_value():
            must_be_a_database(url.get_secret_value())
        return url

    @model_validator(mode="after")
    def _webhook_is_complete(self) -> Settings:
        if self.mode is Mode.WEBHOOK:
            if not self.webhook_url:
                raise ValueError("webhook_url: webhook mode needs the public address that Telegram calls")
            if not re.fullmatch(r"[A-Za-z0-9_-]{8,256}", self.webhook_secret.get_secret_value()):
                raise ValueError(
                    "webhook_secret: webhook mode needs 8-256 characters of A-Z a-z 0-9 _ - "
                    "(python -c 'import secrets; print(secrets.token_urlsafe(32))' makes one)"
                )
        return self

    @model_validator(mode="after")
    def _several_processes_need_postgresql(self) -> Settings:
        if self.role is not ProcessRole.ALL and self.database.startswith("sqlite"):
            raise ValueError(
                f"role: {self.role} is one of several processes, and they need PostgreSQL (ANSHAO_DATABASE_URL); "
                "on SQLite one process does everything: all"
            )
        return self

    @property
    def database(self) -> str:
        """The database URL, SQLite in the data folder by default."""
        return self.database_url.get_secret_value() or f"sqlite:///{self.data_dir / 'anshao.db'}"

    @property
    def operator_chats(self) -> tuple[int, ...]:
        """The private chats of the operators; such a chat has the id of its person."""
        return tuple(dict.fromkeys(int(id_) for id_ in self.operators.split(",") if id_.strip()))

    @property
    def alert_addresses(self) -> tuple[str, ...]:
        """The addresses of the second path; each holds a token."""
        return tuple(self.alert_urls.get_secret_value().split())

    @property
    def host_and_port(self) -> tuple[str, int]:
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)


def make_folder(settings: Settings) -> None:
    """The data folder, for nobody's eyes but the owner's. Raises SettingsWrong when it cannot be."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as fault:
        raise SettingsWrong(
            f"{PREFIX}DATA_DIR is wrong: the folder {settings.data_dir} cannot be made ({fault.strerror}). "
            "Name one that this user may write to."
        ) from None


def read_settings(**given: object) -> Settings:
    """The settings of this environment. Raises SettingsWrong with one line per fault and what to do."""
    values = dict(given)
    for name in SECRETS:
        path = os.environ.get(f"{PREFIX}{name}_FILE")
        if path:
            try:
                values[name.lower()] = Path(path).read_text(encoding="utf-8").strip()
            except OSError as fault:
                raise SettingsWrong(
                    f"{PREFIX}{name}_FILE is wrong: {path} cannot be read ({fault.strerror}). "
                    "Name a file that holds the value alone and that this user may read."
                ) from None
            except UnicodeDecodeError:
                raise SettingsWrong(f"{PREFIX}{name}_FILE is wrong: {path} is not text.") from None
    try:
        return Settings(**values)  # type: ignore[arg-type]
    except ValidationError as fault:
        raise SettingsWrong("\n".join(_sentence(error) for error in fault.errors(include_url=False))) from None


def _sentence(error: object) -> str:
    assert isinstance(error, dict)
    where = ".".join(str(part) for part in error["loc"])
    message = str(error["msg"]).removeprefix("Value error, ")
    if not where:
        where, _, message = message.partition(": ")
    name = PREFIX + where.upper()
    if error["type"] == "missing":
        about = Settings.model_fields[where].description
        return f"{name} is not set. {about} Set it in the environment or in .env, or give a file as {name}_FILE."
    return f"{name} is wrong: {message}."
