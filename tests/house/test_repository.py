"""The repository as others get it: nothing of anybody's machine in it, all of it locked, and a README that is true."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import PydanticUndefined
from typer.main import get_command

from bot.command_line import app_for
from bot.settings import PREFIX, SECRETS, Settings
from tests.house.tree import ROOT, tracked

READMES = ("README.md", "README.zh-CN.md")
DOCUMENTS = (*READMES, "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs/matters.md", "docs/authoring.zh-CN.md")
# Written in pieces, so that this file does not contain what it looks for.
INDEXES = ("pypi.org", "pythonhosted.org", "npmjs.org", "jsdelivr", "unpkg.com", "cdnjs.")
INDEX_OPTION = re.compile(r"(?<!--no-emit-)(--(extra-)?index-url|index[-_]url\s*=|--find-links|--trusted-host)")
MACHINE = re.compile(r"(?<![\w.])/(?:home|Users|root|mnt|workspace|work|tmp)/[\w.-]|[A-Z]:\\\\?Users\b")
MAIL = re.compile(r"[\w.+-]+@(?!example\.)[\w-]+\.(?:com|cn|org|net|io)\b")
LOCKED = re.compile(
    r"(?m)^([A-Za-z0-9._-]+(?:\[[\w,-]+\])?)==(\S+)(?: ; [^\\\n]+)? \\\n"
    r"((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n?)+)"
)


def texts() -> Iterator[tuple[str, str]]:
    for name in tracked():
        data = (ROOT / name).read_bytes()
        if b"\0" not in data:
            yield name, data.decode("utf-8")


def blocks(name: str) -> Iterator[str]:
    """The lines that a reader copies into a shell."""
    for block in re.findall(r"(?ms)^```sh\n(.*?)^```", (ROOT / name).read_text(encoding="utf-8")):
        yield from block.replace("\\\n", " ").splitlines()


def test_no_file_names_a_package_index() -> None:
    found = [name for name, text in texts() if INDEX_OPTION.search(text) or any(index in text for index in INDEXES)]
    assert [name for name in found if name != "tests/house/test_repository.py"] == []


def test_no_file_names_somebodys_machine_or_mailbox() -> None:
    found = [
        f"{name}: {hit[0]}"
        for name, text in texts()
        for pattern in (MACHINE, MAIL)
        for hit in pattern.finditer(text)
        if name != "tests/house/test_repository.py"
    ]
    assert found == []


def test_no_file_carries_a_secret() -> None:
    """A real bot token has 35 characters after the colon; those of the sandbox and of examples are shorter."""
    token = re.compile(r"(?<!\d)\d{8,10}:[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])")
    key = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")
    assert [name for name, text in texts() if token.search(text) or key.search(text)] == []


@pytest.mark.parametrize("lock", ["run", "dev"])
def test_requirements_are_locked_with_hashes(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    names = {re.sub(r"[-_.]+", "-", found[0].partition("[")[0]).lower() for found in LOCKED.findall(text)}
    assert LOCKED.sub("", text).strip() == "", "something in the lock has no exact version or no hash"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = project["dependencies"] + extras["postgresql"] + extras["alerts"]
    wanted += extras["dev"] if lock == "dev" else []
    asked = {re.sub(r"[-_.]+", "-", re.split(r"[\[<>=~! ;]", line)[0]).lower() for line in wanted}
    assert asked - names == set()


def test_both_locks_agree() -> None:
    versions = {}
    for lock in ("run", "dev"):
        text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
        versions[lock] = {(found[0], found[1]) for found in LOCKED.findall(text)}
    assert versions["run"] <= versions["dev"]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_make_target_that_a_document_names_exists(name: str) -> None:
    rules = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8")))
    text = (ROOT / name).read_text(encoding="utf-8")
    named = {target for line in blocks(name) for target in _targets(line)}
    named |= {target for line in re.findall(r"`(make [a-z -]+)`", text) for target in _targets(line)}
    assert named - rules == set()


def _targets(line: str) -> list[str]:
    found = re.match(r"\s*make((?: [a-z-]+)+)", line.partition("#")[0])
    return found[1].split() if found else []


def command_at(words: list[str]) -> Any | None:
    """The command that these words lead to; None when they lead to none."""
    at: Any = get_command(app_for())
    for word in words:
        if not hasattr(at, "commands"):
            break
        at = at.commands.get(word)
        if at is None:
            break
    return at


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_that_a_document_shows_exists_with_its_options(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    lines = [*blocks(name), *re.findall(r"`([^`\n]+)`", text)]
    wrong = []
    for line in lines:
        for found in re.finditer(r"(?:^\s*anshao|python -m bot) ([^#'`|;&]+)", line):
            words = found[1].split()
            command = command_at(words)
            if command is None:
                wrong.append(line)
                continue
            known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
            wrong += [line for word in words if word.startswith("--") and word not in known]
    assert wrong == []


def test_the_list_of_commands_in_the_changelog_is_complete() -> None:
    top: Any = get_command(app_for())
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert [name for name in top.commands if f"`{name}`" not in text and not name.startswith("demo-")] == []


def rows(readme: str) -> dict[str, tuple[str, str]]:
    found = re.findall(rf"(?m)^\| `{PREFIX}(\w+)` \| (.+?) \| (.+?) \|$", (ROOT / readme).read_text(encoding="utf-8"))
    return {name.lower(): (default, meaning) for name, default, meaning in found}


@pytest.mark.parametrize("readme", READMES)
def test_the_table_of_settings_is_the_settings(readme: str) -> None:
    table = rows(readme)
    assert list(table) == list(Settings.model_fields)
    for name, field in Settings.model_fields.items():
        default, meaning = table[name]
        if field.default is PydanticUndefined:
            assert default in ("*must be given*", "*必须给*")
            continue
        value = field.default.get_secret_value() if name.upper() in SECRETS else str(field.default)
        assert default == (f"`{value}`" if value else ("*empty*" if readme == "README.md" else "*空*")), name
        if readme == "README.md":
            assert meaning == field.description, name


@pytest.mark.parametrize("readme", READMES)
def test_every_secret_that_may_be_a_file_is_named(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    assert [name for name in SECRETS if f"`{PREFIX}{name}_FILE`" not in text] == []


def test_the_settings_of_the_unit_are_settings() -> None:
    given = re.findall(rf"(?m)^#?{PREFIX}(\w+?)(?:_FILE)?=", (ROOT / "docs/running/anshao.env").read_text("utf-8"))
    assert len(given) > 5
    assert {name.lower() for name in given} - set(Settings.model_fields) == set()


@pytest.mark.parametrize("name", [*DOCUMENTS, *(n for n in tracked() if n.startswith("docs/decisions/"))])
def test_every_link_inside_the_repository_leads_somewhere(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    here = (ROOT / name).parent
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target]
    gone = [target for target in targets if target and not (here / target).exists()]
    assert gone == []
    # Files and folders named in passing, such as `docs/running` or `tests/talks/`.
    mentioned = re.findall(r"`((?:bot|content|docs|domain|handlers|outreach|tests|requirements)/[\w./-]*)`", text)
    assert [place for place in mentioned if not (ROOT / place).exists()] == []


def test_the_picture_of_the_page_is_a_picture() -> None:
    data = (ROOT / "docs/pictures/page.png").read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) < 1_000_000


def test_decisions_are_numbered_without_a_gap_and_say_why() -> None:
    names = sorted(Path(name).name for name in tracked() if name.startswith("docs/decisions/"))
    assert [name[:4] for name in names] == [f"{number:04}" for number in range(1, len(names) + 1)]
    for name in names:
        text = (ROOT / "docs/decisions" / name).read_text(encoding="utf-8")
        assert text.startswith(f"# {int(name[:4])}. "), name
        assert all(f"**{part}.**" in text for part in ("Context", "Decision", "Consequences")), name


def test_the_shell_scripts_can_be_read_and_run() -> None:
    for name in ("docs/running/anshao", ".ci/run"):
        assert (ROOT / name).stat().st_mode & 0o111, name
        shell = (ROOT / name).read_text(encoding="utf-8").splitlines()[0].rpartition("/")[2].split()[-1]
        subprocess.run([shell, "-n", name], cwd=ROOT, check=True)
