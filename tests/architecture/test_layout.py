"""Where files belong, so that a newcomer finds them and the wheel holds them."""

import ast
import re
import tomllib

from tests.architecture import files
from tests.support.coverage_req import marks, requirements

FOLDERS = {"engine", "definitions", "forms", "admin", "tests", "examples"}


def test_the_top_folders_are_the_agreed_ones():
    found = {file.parts[0] for file in files.committed() if len(file.parts) > 1}

    assert {name for name in found if not name.startswith(".")} <= FOLDERS


def test_the_data_folders_hold_no_code():
    found = list(files.under("definitions", "forms", "examples", suffixes=(".py", ".pyc", ".js")))

    assert found == []


def test_every_module_says_what_it_is():
    modules = files.under("engine", "admin", suffixes=(".py",))

    silent = [str(file) for file in modules if not ast.get_docstring(ast.parse(files.text(file)))]

    assert silent == []


def test_lock_files_name_no_host():
    locks = [file for file in files.committed() if file.suffix == ".lock"]
    hosts = {str(file): re.findall(r"https?://\S+", files.text(file)) for file in locks}
    hosts["package-lock.json"] = re.findall(
        r'"resolved": .*', files.text(next(iter(files.under("package-lock.json"))))
    )

    assert len(locks) == 4
    assert {name: found for name, found in hosts.items() if found} == {}


def test_every_package_that_is_locked_has_a_hash():
    for lock in (file for file in files.committed() if file.suffix == ".lock"):
        entries = re.split(r"\n(?=\S)", files.text(lock).strip())

        assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_text_files_are_utf_8_with_unix_line_ends():
    kinds = {".py", ".yaml", ".md", ".html", ".css", ".toml", ".txt", ".typ", ".json", ".po", ""}
    for file in files.committed():
        if file.suffix in kinds:
            content = (files.ROOT / file).read_bytes()

            assert b"\r\n" not in content, file
            assert content.decode("utf-8") is not None


def test_tests_name_only_requirements_that_exist():
    known = requirements()

    unknown = [f"{m.file}:{m.line}: {m.requirement}" for m in marks() if m.requirement not in known]

    assert unknown == []


def test_every_declared_package_is_locked_in_its_version():
    project = tomllib.loads(files.text(files.Path("pyproject.toml")))
    groups = {"requirements": project["project"]["dependencies"]}
    groups |= {
        f"requirements-{name}": needs for name, needs in project["dependency-groups"].items()
    }

    missing = [
        f"{name}.lock: {need}"
        for name, needs in groups.items()
        for need in needs
        if not _is_locked(need, files.text(files.Path(f"{name}.lock")))
    ]

    assert missing == []


def _is_locked(need: str, lock: str) -> bool:
    name, _, version = need.partition("==")
    name = re.sub(r"\[.*\]", "", name).replace(".", "-").lower()
    pattern = rf"^{re.escape(name)}=={re.escape(version) or '.+'} "
    return re.search(pattern, lock, re.MULTILINE) is not None
