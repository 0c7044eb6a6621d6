"""Reading for the tests of this folder: what was found, and everything printed about it."""

from engine.authoring import Node, Problems, read_yaml, render
from engine.authoring.problem import Language

FILE = "f.yaml"


def read(text: str | bytes) -> tuple[Node | None, Problems]:
    problems = Problems()
    return read_yaml(text, FILE, problems), problems


def value_of(text: str) -> object:
    node, problems = read(text)
    assert node is not None, printed(text)
    assert not problems
    return node.value


def printed(text: str, language: Language = "en") -> str:
    _, problems = read(text)
    return render(problems, {FILE: text}, language)


def codes(text: str | bytes) -> list[str]:
    return [problem.code for problem in read(text)[1]]
