"""Problems as text for people, as JSON and SARIF for tools."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping

from engine.authoring.catalogue import CATALOGUE
from engine.authoring.problem import Language, Problem

# What a terminal shows of a very long line.
_WIDEST = 160


def render(
    problems: Iterable[Problem], sources: Mapping[str, str], language: Language = "zh"
) -> str:
    """Write each problem with its source line, a caret under the place, and a hint.

    Args:
        problems: any problems; they are printed in order of place.
        sources: the text of each file by the name the positions use; a missing one only
            leaves out the source line.
        language: of the sentences.
    """
    lines = {name: text.splitlines() for name, text in sources.items()}
    blocks = [_block(problem, lines, language) for problem in sorted(problems)]
    return "\n".join(blocks) + ("\n" if blocks else "")


def render_json(problems: Iterable[Problem]) -> str:
    """Write problems as a JSON list, both languages in each."""
    return json.dumps(
        [
            {
                "file": problem.at.file,
                "line": problem.at.line,
                "column": problem.at.column,
                "length": problem.length,
                "code": problem.code,
                "level": CATALOGUE[problem.code].level,
                "sentence": {"zh": problem.sentence("zh"), "en": problem.sentence("en")},
                "hint": {"zh": problem.hint("zh"), "en": problem.hint("en")},
            }
            for problem in sorted(problems)
        ],
        ensure_ascii=False,
        indent=2,
    )


def render_sarif(problems: Iterable[Problem], language: Language = "zh") -> str:
    """Write problems as SARIF 2.1.0, which code hosts and editors show beside the line."""
    found = sorted(problems)
    rules = [
        {"id": code, "shortDescription": {"text": CATALOGUE[code].en}}
        for code in sorted({problem.code for problem in found})
    ]
    results = [
        {
            "ruleId": problem.code,
            "level": CATALOGUE[problem.code].level,
            "message": {"text": _with_hint(problem, language)},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": problem.at.file},
                        "region": {
                            "startLine": problem.at.line,
                            "startColumn": problem.at.column,
                            "endColumn": problem.at.column + problem.length,
                        },
                    }
                }
            ],
        }
        for problem in found
    ]
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": {"name": "zhicheng", "rules": rules}}, "results": results}],
    }
    return json.dumps(log, ensure_ascii=False, indent=2)


def _with_hint(problem: Problem, language: Language) -> str:
    hint = problem.hint(language)
    return problem.sentence(language) + (f"\n{hint}" if hint else "")


def _block(problem: Problem, sources: Mapping[str, list[str]], language: Language) -> str:
    stop = "。" if language == "zh" else "."
    sentence = problem.sentence(language)
    if not sentence.endswith((stop, "?", "？")):
        sentence += stop
    block = [f"{problem.at}: {problem.code} {sentence}"]
    lines = sources.get(problem.at.file, [])
    if 0 < problem.at.line <= len(lines):
        block += _excerpt(problem, lines[problem.at.line - 1])
    hint = problem.hint(language)
    if hint:
        block.append(f"  {hint}")
    return "\n".join(block)


def _excerpt(problem: Problem, line: str) -> list[str]:
    column = problem.at.column - 1
    first = max(0, column - _WIDEST // 2) if len(line) > _WIDEST else 0
    shown = line[first : first + _WIDEST].replace("\t", " ")
    before = shown[: column - first]
    under = shown[column - first : column - first + problem.length]
    number = str(problem.at.line)
    carets = "^" * max(1, _width(under))
    return [
        f"  {number} | {shown}",
        f"  {' ' * len(number)} | {' ' * _width(before)}{carets}",
    ]


def _width(text: str) -> int:
    """Count terminal columns: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
