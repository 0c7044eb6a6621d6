"""Which requirements no test names yet: ``make coverage-req`` (``GROUP=ENG,REV`` for some groups).

A test names the requirements it proves with ``@pytest.mark.req("ENG-03")``. The marks are read
from the source text, so nothing is imported and a mark counts wherever it stands: on a test, on a
class, on a parameter, or on a whole module.
"""

import argparse
import ast
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

TESTS = Path(__file__).parents[1]


class Mark(NamedTuple):
    """One requirement named at one place of a test file."""

    requirement: str
    file: Path
    line: int


def requirements(file: Path = TESTS / "requirements.txt") -> dict[str, str]:
    """Return the sentence of every requirement by its id, in the order of the file."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t", 1) for line in lines)


def marks(folder: Path = TESTS) -> list[Mark]:
    """Return every requirement that a test file under the folder names."""
    return [mark for file in sorted(folder.rglob("test_*.py")) for mark in _marks_of(file)]


def _marks_of(file: Path) -> Iterator[Mark]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Attribute(attr="mark"), attr="req")):
                for argument in node.args:
                    # A name that is not literal is no id, so the test of the marks refuses it.
                    yield Mark(_literal(argument), file, node.lineno)


def _literal(argument: ast.expr) -> str:
    literal = isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    return str(argument.value) if literal else ast.unparse(argument)


def report(known: Mapping[str, str], named: Sequence[str], groups: Sequence[str] = ()) -> str:
    """Return what is missing as text: a count for each group, then the ids with their sentence."""
    met = set(named)
    counts, missing = [], []
    for group in dict.fromkeys(_group(requirement) for requirement in known):
        if groups and group not in groups:
            continue
        ids = [requirement for requirement in known if _group(requirement) == group]
        waiting = [requirement for requirement in ids if requirement not in met]
        counts.append((group, len(ids) - len(waiting), len(ids)))
        missing += [f"{requirement}  {known[requirement]}" for requirement in waiting]
    counts.append(("all", sum(row[1] for row in counts), sum(row[2] for row in counts)))
    lines = [f"{group:<5} {done:>3} of {total:>3}" for group, done, total in counts]
    return "\n".join(["Named by a test:", *lines, "", f"Waiting: {len(missing)}", *missing])


def _group(requirement: str) -> str:
    return requirement.split("-")[0]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the report; an unknown group is a usage error."""
    known = requirements()
    parser = argparse.ArgumentParser(prog="make coverage-req", description=__doc__)
    parser.add_argument("--group", default="", help="groups to show, with commas: ENG,REV")
    wanted = [group for group in parser.parse_args(arguments).group.split(",") if group]
    available = {_group(requirement) for requirement in known}
    if unknown := sorted(set(wanted) - available):
        parser.error(
            f"no such group: {', '.join(unknown)}; there are {', '.join(sorted(available))}"
        )
    print(report(known, [mark.requirement for mark in marks()], wanted))


if __name__ == "__main__":
    main()
