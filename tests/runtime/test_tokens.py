"""A token goes where the guards say, whether the course is run or remembered."""

from __future__ import annotations

from itertools import product

import pytest

from engine.runtime import tokens
from engine.runtime.tokens import Flow, Moved, Net, NoWay, TokenNode

NODES = (
    TokenNode("fill", (Flow("choose"),), halts=True),
    TokenNode("choose", (Flow("small", "is small"), Flow("look", "is known"), Flow("large"))),
    TokenNode("look", (Flow("small", "is old"),)),
    TokenNode("small", (), halts=True),
    TokenNode("large", (), halts=True),
)


def _course(net: Net, answers: dict[str, bool]) -> tuple[Moved | None, list[str]]:
    asked: list[str] = []

    def holds(guard: str) -> bool:
        asked.append(guard)
        return answers[guard]

    try:
        return net.move("fill", holds), asked
    except NoWay:
        return None, asked


@pytest.mark.parametrize("most", [10_000, 1])
def test_a_remembered_course_is_the_one_that_was_run(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "_MOST", most)
    net = Net("request", NODES)
    guards = ("is small", "is known", "is old")
    cases = [dict(zip(guards, given, strict=True)) for given in product((True, False), repeat=3)]
    for answers in (*cases, *cases):
        assert _course(net, answers) == _course(Net("request", NODES), answers)


def test_a_guard_that_raises_is_asked_again() -> None:
    net = Net("request", NODES)

    def breaks(_guard: str) -> bool:
        raise LookupError("the world is away")

    for _ in range(2):
        with pytest.raises(LookupError):
            net.move("fill", breaks)
    assert net.move("fill", lambda guard: guard == "is small").at == "small"
