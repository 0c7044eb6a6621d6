"""What an author reads about each thing that can be wrong with a process, word for word.

``wrong/CODE.yaml`` is a process with that mistake, ``wrong/CODE.txt`` what is said of it, in both
languages. ``python -m tests.definitions.test_problems`` writes the texts anew, to be read again.
"""

from pathlib import Path

import pytest

from engine.authoring.catalogue import CATALOGUE, process
from engine.authoring.render import render
from engine.content import read_files
from engine.definitions.release import load

HERE = Path(__file__).parent
WRONG = sorted((HERE / "wrong").glob("*.yaml"))


def said(file: Path) -> str:
    """Return all that is reported about a wrong process, in both languages."""
    files: dict[str, str | bytes] = dict(read_files(HERE / "content"))
    for document in file.read_text("utf-8").split("---\n"):
        if document.startswith("rule: "):
            files[f"definitions/{document.split()[1]}.yaml"] = document
            continue
        name = document.split("process: ", 1)[1].split("\n", 1)[0]
        if document.startswith("# file: "):
            name = document.split("# file: ", 1)[1].split("\n", 1)[0]
        files[f"definitions/processes/{name}.yaml"] = document
    loaded = load(files)
    assert loaded.release is None or not loaded.problems.errors
    return "\n".join(render(loaded.problems, loaded.sources, language) for language in ("zh", "en"))


@pytest.mark.req("TST-08")
@pytest.mark.parametrize("file", WRONG, ids=lambda file: file.stem)
def test_each_mistake_is_said_with_its_place_and_a_way_out(file):
    assert said(file) == file.with_suffix(".txt").read_text("utf-8")


@pytest.mark.parametrize("file", WRONG, ids=lambda file: file.stem)
def test_each_file_shows_the_code_it_is_named_after(file):
    code = file.stem[:6].removesuffix("xx")

    assert f" {code}" in file.with_suffix(".txt").read_text("utf-8")


def test_every_code_about_processes_has_a_wrong_file():
    about = [entry.code for entry in process.TABLE]
    about += [code for code in CATALOGUE if code.startswith(("DEF2", "DEF3"))]
    # Whether samples cover a policy is said by the command, see tests/cli.
    about.remove("DEF320")

    assert not set(about) - {file.stem for file in WRONG}


if __name__ == "__main__":
    for wrong in WRONG:
        wrong.with_suffix(".txt").write_text(said(wrong), "utf-8")
