"""What holds for every line of the platform: nothing of authors runs, every refusal is said."""

import ast
import re

import pytest

from engine.content import bundled
from engine.definitions import release as releases
from tests.architecture import files

#: what turns data into code, and where Python itself is asked for it
RUNNING = frozenset({"eval", "exec", "__import__"})
UNPACKING = frozenset({"pickle", "cPickle", "marshal", "shelve", "dill", "joblib", "code", "runpy"})
WORTH_READING = re.compile(rf"\b(?:{'|'.join(RUNNING | UNPACKING)})\b|ScriptTask")
#: refusals of tools, whose sentence stands beside them
APART = ("engine/authoring/", "engine/services/replay.py", "engine/services/sample_people.py")
REFUSAL = re.compile(
    r"(?:Refused|NotAllowed|NotFound|Stale|\.refuse|forbid)\(\s*(?:run,\s*)?\"([a-z_]+)\"(?!,\s*say=)"
)


def running(source: str) -> set[str]:
    """What in a module would run or unpack what it is given."""
    found: set[str] = set()
    if not WORTH_READING.search(source):
        return found
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found |= {node.func.id} & RUNNING
        names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
        names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
        found |= {name.partition(".")[0] for name in names} & UNPACKING
        if isinstance(node, ast.ImportFrom | ast.Import):
            found |= {one.name for one in node.names if "ScriptTask" in one.name}
    return found


@pytest.mark.req("ENG-10")
def test_nothing_of_an_author_is_ever_run() -> None:
    found = {
        str(file): what
        for file in files.under("engine", "admin", suffixes=(".py",))
        if (what := running(files.text(file)))
    }

    assert found == {}


@pytest.mark.parametrize(
    "source",
    ["eval(x)", "def f():\n    exec(x)", "import pickle", "from marshal import loads",
     "from SpiffWorkflow.specs import ScriptTask"],
)  # fmt: skip
def test_what_would_run_is_recognised(source: str) -> None:
    assert running(source)


def test_every_refusal_has_its_sentence_in_both_languages() -> None:
    release = releases.load(bundled()).release
    assert release is not None
    refusals = release.content.refusals
    assert refusals is not None

    unsaid = {
        f"{file}: {code}"
        for file in files.under("engine", "admin", suffixes=(".py",))
        if not str(file).startswith(APART)
        for code in REFUSAL.findall(files.text(file))
        if code not in refusals.sentences or not all(vars_of(refusals.sentences[code]))
    }

    assert unsaid == set()


def vars_of(wording: object) -> list[str]:
    """The texts of a sentence: Chinese and English."""
    return [str(getattr(wording, name, "") or "") for name in ("zh", "en")]
