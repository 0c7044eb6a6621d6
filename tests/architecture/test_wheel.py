"""What is installed holds the code, the content and the files of the pages."""

import subprocess
import sys
from zipfile import ZipFile

import pytest

from tests.architecture import files


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=files.ROOT, check=True, capture_output=True)
    with ZipFile(next(folder.glob("zhicheng-*.whl"))) as wheel:
        return set(wheel.namelist())


def test_the_wheel_holds_the_whole_content(names):
    content = files.under("definitions", "forms", "examples")

    assert {f"engine/_content/{file}" for file in content} <= names


def test_the_wheel_holds_the_code_and_what_the_pages_load(names):
    code = files.under("engine", "admin", suffixes=(".py", ".html", ".css", ".js", ".mo", ".svg"))
    loaded = {"bootstrap.min.css", "editor.js", "htmx.min.js"}

    assert {str(file) for file in code} <= names
    assert {f"admin/static/vendor/{name}" for name in loaded} <= names


def test_the_wheel_holds_no_tests_and_no_records_of_decisions(names):
    tops = {name.split("/")[0] for name in names if ".dist-info/" not in name}

    assert tops == {"engine", "admin"}
    assert not any(name.startswith("engine/adr") for name in names)
