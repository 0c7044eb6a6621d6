"""The fixtures of this suite keep their promises."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).parents[2]


IN_A_TEST = """
import pytest

def test_it():
    pytest.skip("PostgreSQL is not installed")
"""
IN_A_MODULE = """
import pytest

pytest.skip("PostgreSQL is not installed", allow_module_level=True)
"""


def run(text: str, folder: Path, *, ci: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_it.py").write_text(text, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-rs",
        "-p",
        "tests.conftest",
        "-p",
        "no:cacheprovider",
    ]
    environment = {**os.environ, "CI": ci, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_a_skipped_test_is_named_with_its_reason(tmp_path):
    result = run(IN_A_TEST, tmp_path, ci="")

    assert result.returncode == 0
    assert "PostgreSQL is not installed" in result.stdout


@pytest.mark.parametrize("text", [IN_A_TEST, IN_A_MODULE], ids=["in a test", "in a module"])
def test_a_skip_fails_under_ci(tmp_path, text):
    result = run(text, tmp_path, ci="true")

    assert result.returncode != 0
    assert "Skipped, which CI does not allow: Skipped: PostgreSQL is not installed" in result.stdout


@pytest.mark.parametrize("round", [1, 2])
def test_each_test_gets_an_empty_database_in_utf_8(postgres_url, round):
    address = postgres_url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(address) as connection:
        tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        assert connection.execute(tables).fetchone() == (0,)
        connection.execute("CREATE TABLE people (name text)")
        connection.execute("INSERT INTO people VALUES ('张三')")

        assert connection.execute("SELECT upper(left(name, 1)) FROM people").fetchone() == ("张",)
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)


def test_the_browser_speaks_chinese(browser_page):
    browser_page.set_content("<h1>审核通过</h1>")

    assert browser_page.locator("h1").inner_text() == "审核通过"
    assert browser_page.evaluate("navigator.language") == "zh-CN"
