"""The documents for people say only what is true."""

import re
import shutil
import subprocess
import sys

from tests.architecture import files

README = files.text(files.Path("README.md"))


def test_the_readme_stays_short():
    assert len(README.splitlines()) <= 130


def test_links_between_documents_lead_somewhere():
    broken = [
        f"{document}: {target}"
        for document in files.committed()
        if document.suffix == ".md"
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", files.text(document))
        if not (files.ROOT / document.parent / target).exists()
    ]

    assert broken == []


def test_the_places_named_in_the_readme_of_the_engine_exist():
    """Whoever opens the code for the first time follows them."""
    named = re.findall(r"`([a-z_./]+/[a-z_./]*)`", files.text(files.Path("engine/README.md")))

    gone = [
        name
        for name in named
        if not (files.ROOT / "engine" / name).exists() and not (files.ROOT / name).exists()
    ]

    assert len(named) > 15
    assert gone == []


def test_every_make_target_that_the_documents_name_exists():
    targets = set(re.findall(r"^([a-z-]+):", files.text(files.Path("Makefile")), re.MULTILINE))
    named = re.findall(
        r"(?:`|^)make ([a-z-]+)", README + files.text(files.Path("CONTRIBUTING.md")), re.MULTILINE
    )

    assert set(named) <= targets


def test_the_procedure_of_the_readme_is_valid(tmp_path):
    for folder in ("definitions", "forms", "examples"):
        shutil.copytree(files.ROOT / folder, tmp_path / folder)
    written = re.findall(r"```yaml\n# (\S+)\n(.*?)```", README, re.DOTALL)
    for name, text in written:
        (tmp_path / name).write_text(text, encoding="utf-8")

    command = [sys.executable, "-m", "engine", "check", "--content", str(tmp_path)]
    checked = subprocess.run(command, capture_output=True, text=True, cwd=files.ROOT, check=False)

    assert len(written) == 3
    assert checked.returncode == 0, checked.stdout + checked.stderr
