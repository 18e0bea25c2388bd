"""名录命令 — importing from the command line: counts, the problem workbook beside the file, exit statuses."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from bot.commands import demo, register
from content.catalogue import Catalogue
from content.workbooks import industry_ids, read_register

RUNNER = CliRunner()
LOAD = typer.Typer()
LOAD.command()(demo.load)


@pytest.fixture
def folder(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ANSHAO_BOT_TOKEN", "123456:TEST-TOKEN-0000")
    monkeypatch.setenv("ANSHAO_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("ANSHAO_DATA_DIR", str(tmp_path))
    return tmp_path


def test_a_register_with_bad_rows_is_imported_without_them_and_they_come_back(folder: Path) -> None:
    sample = folder / "sample.xlsx"
    assert RUNNER.invoke(register.app, ["demo-sample", str(sample)]).exit_code == 0
    dry = RUNNER.invoke(register.app, ["import", str(sample), "--dry-run"])
    assert "12 rows: 9 added, 0 updated, 0 unchanged, 3 with a problem (dry run)" in dry.output
    first = RUNNER.invoke(register.app, ["import", str(sample)])
    assert first.exit_code == 1
    assert "12 rows: 9 added, 0 updated, 0 unchanged, 3 with a problem" in first.output
    back = folder / "sample-问题.xlsx"
    assert read_register(back.read_bytes(), industry_ids(Catalogue.shipped())).bad_rows == 3
    again = RUNNER.invoke(register.app, ["import", str(sample)])
    assert "0 added, 0 updated, 9 unchanged" in again.output


def test_a_file_that_is_no_workbook_is_refused_in_words(folder: Path) -> None:
    file = folder / "notes.xlsx"
    file.write_text("not a workbook")
    result = RUNNER.invoke(register.app, ["import", str(file)])
    assert result.exit_code == 2
    assert "不是 Excel 工作簿" in result.output


def test_the_template_and_the_demo_district(folder: Path) -> None:
    template = folder / "template.xlsx"
    assert RUNNER.invoke(register.app, ["template", str(template)]).exit_code == 0
    assert RUNNER.invoke(register.app, ["import", str(template)]).exit_code == 2
    assert "50 enterprises added" in RUNNER.invoke(LOAD, []).output
    assert "0 enterprises added" in RUNNER.invoke(LOAD, []).output
