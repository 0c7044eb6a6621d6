"""Checking after an edit gives what loading everything gives."""

import random
import re

from engine.authoring.memory import Memory
from engine.authoring.problem import Position
from engine.authoring.problems import Problems
from engine.definitions.exploration import Explored
from engine.definitions.release import load
from engine.definitions.workbench import Workbench
from tests.editing.support import shipped, small


class OnlyFiles(Memory):
    """Remembers the files as they were read and makes all else anew: a full load, sooner."""

    def once(self, key, given, make, problems, *, at=None):
        if key[0] == "file":
            return super().once(key, given, make, problems)
        return make(*given, problems)


def without_a_line(text, chance):
    lines = text.splitlines(keepends=True) or [""]
    del lines[chance.randrange(len(lines))]
    return "".join(lines)


def with_a_line_twice(text, chance):
    lines = text.splitlines(keepends=True) or [""]
    place = chance.randrange(len(lines))
    return "".join([*lines[:place], lines[place], *lines[place:]])


def with_another_word(text, chance):
    words = list(re.finditer(r"[a-z_]{3,}", text))
    if not words:
        return text + "extra: 1\n"
    word = chance.choice(words)
    return text[: word.start()] + chance.choice(["x", word[0] + "x", "null"]) + text[word.end() :]


def with_a_value_changed(text, chance):
    values = list(re.finditer(r": (\S[^,}\n]*)", text))
    if not values:
        return text + "extra: 1\n"
    value = chance.choice(values)
    new = chance.choice(["1", "true", "[]", "{}", '"改"', "today", "1.0", "fill"])
    return text[: value.start(1)] + new + text[value.end(1) :]


def with_a_caption_changed(text, chance):
    places = [place for place, char in enumerate(text) if "一" <= char <= "龥"]
    place = chance.choice(places) if places else len(text)
    return text[:place] + "改" + text[place + 1 :]


def cut_off(text, chance):
    return text[: chance.randrange(len(text) + 1)]


def taken_away(_text, _chance):
    return None


MUTATIONS = (
    without_a_line, with_a_line_twice, with_another_word, with_a_value_changed,
    with_a_caption_changed, cut_off, taken_away,
)  # fmt: skip


def told(loaded):
    """Return everything a load says about its content."""
    problems = [
        (str(p.at), p.code, p.sentence("zh"), p.sentence("en"), p.hint("zh"), p.length, p.related)
        for p in loaded.problems
    ]
    bound = {
        name: sorted(
            (str(formula.node.at), str(one.type)) for formula, one in p.expressions.items()
        )
        for name, p in loaded.processes.items()
    }
    return problems, bound, loaded.release.hash if loaded.release is not None else None


def mutated(files, paths, mutations, seed):
    """Yield each file with what every kind of edit makes of it."""
    chance = random.Random(seed)
    for path in paths:
        for mutation in mutations:
            yield path, mutation.__name__, mutation(files[path].decode(), chance)


def differing(files, edits):
    """Return the mutated files for which a workbench says something else than a full load."""
    bench, anew = Workbench(files), OnlyFiles()
    found = []
    for path, kind, text in edits:
        rest = {name: content for name, content in files.items() if name != path}
        changed = {**rest, path: text} if text is not None else rest
        if told(bench.with_file(path, text)) != told(load(changed, anew)):
            found.append((path, kind))
    return found


def released(files):
    return {path: text for path, text in files.items() if not path.startswith("examples/")}


def test_for_every_file_of_the_small_content_and_every_kind_of_edit():
    files = small()

    assert differing(files, mutated(files, sorted(files), MUTATIONS, seed=1)) == []


def test_for_files_of_every_kind_that_ship():
    files = released(shipped())
    folders: dict[str, list[str]] = {}
    for path in sorted(files):
        if path.endswith(".yaml"):
            folders.setdefault(path.rsplit("/", 1)[0], []).append(path)
    paths = [path for inside in folders.values() for path in inside[:: 1 + len(inside) // 2]]
    part = len(paths) // len(MUTATIONS) + 1

    edits = [
        edit
        for place, mutation in enumerate(MUTATIONS)
        for edit in mutated(files, paths[place * part :][:part], [mutation], seed=place)
    ]
    assert differing(files, edits) == []


def test_edits_that_follow_one_another():
    chance = random.Random(7)
    files = dict(small())
    bench, anew = Workbench(files), OnlyFiles()

    for _ in range(60):
        path = chance.choice(sorted(files))
        text = chance.choice(MUTATIONS[:5])(files[path].decode(), chance)
        bench.put({path: text})
        files[path] = text.encode()
        assert told(bench.check()) == told(load(files, anew))


def test_other_files_may_come_and_go():
    bench = Workbench(small())
    path = "definitions/processes/south/permit.yaml"
    text = small()[path].decode()

    assert bench.check().release is not None
    assert "south/permit" not in bench.with_file(path, None).processes
    assert set(bench.with_files({path: None, "definitions/processes/south/other.yaml": text.replace(
        "process: south/permit", "process: south/other")}).processes) == {
        "north/permit", "north/session", "north/works", "south/other",
    }  # fmt: skip
    assert bench.check().release.hash == load(small()).release.hash


def test_only_what_reads_a_change_is_made_anew(monkeypatch):
    explored, path = [], "definitions/processes/north/permit.yaml"
    explore, text = Explored._explore, small()[path].decode()
    monkeypatch.setattr(
        Explored, "_explore", lambda self: (explored.append(self.process.id), explore(self))
    )

    def typed(old, new):
        """Return the processes that are explored, and bound, after an edit of one of them."""
        bench = Workbench(small())
        before = bench.check().processes
        explored.clear()
        assert old in text
        after = bench.with_file(path, text.replace(old, new)).processes
        return set(explored), {name for name in after if after[name] is not before[name]}

    family = {"north/permit", "south/permit"}
    assert typed("title: 本单位审核", "title: 单位审核") == (set(), family)
    assert typed("\nsteps:\n", "\n\nsteps:\n") == (set(), family)
    assert typed("to: reception", "to: issue") == (family, family)
    _, bound = typed("outcomes: {passed: notice,", "outcomes: {agreed: notice,")
    assert bound == family | {"north/session"}


class TestMemory:
    def test_what_was_looked_up_counts_and_nothing_else(self):
        memory, made = Memory(), []

        def make(names, problems):
            made.append(names.get("a"))
            problems.add("SRC115", Position("f"))
            return "b" in names

        def ask(names):
            problems = Problems()
            return memory.once("key", (names,), make, problems), len(problems)

        assert ask({"a": 1}) == (False, 1)
        assert ask({"a": 1, "c": 2}) == (False, 1)
        assert made == [1]
        assert ask({"a": 1, "b": 2}) == (True, 1)
        assert ask({"a": 2, "b": 2}) == (True, 1)
        assert made == [1, 1, 2]

    def test_all_of_it_counts_once_it_is_gone_through(self):
        memory, made = Memory(), []

        def make(names, _problems):
            made.append(len(names))
            return list(names)

        for names in ({"a": 1}, {"a": 1}, {"a": 1, "b": 2}, {"a": 1, "b": 3}):
            assert memory.once("key", (names,), make, Problems()) == list(names)
        assert made == [1, 2, 2]

    def test_numbers_and_truth_values_are_not_the_same(self):
        memory, made = Memory(), []

        for value in (1, True, 1.0, 1):
            memory.once("key", (value,), lambda given, _: made.append(given), Problems())

        assert [str(value) for value in made] == ["1", "True", "1.0", "1"]

    def test_what_has_a_problem_is_made_again_where_it_stands_now(self):
        memory, made = Memory(), []

        def ask(text, at):
            problems = Problems()

            def make(text, found):
                made.append(text)
                if text == "wrong":
                    found.add("SRC115", at)

            memory.once("key", (text,), make, problems, at=at)
            return [problem.at for problem in problems]

        first, moved = Position("f", 1), Position("f", 2)

        assert [ask("right", at) for at in (first, moved)] == [[], []]
        assert [ask("wrong", at) for at in (first, first, moved)] == [[first], [first], [moved]]
        assert made == ["right", "wrong", "wrong"]

    def test_what_was_made_looks_things_up_where_they_are_now(self):
        memory = Memory()

        def make(names, _problems):
            return names["a"], names

        memory.once("key", ({"a": 1, "b": 2},), make, Problems())
        _, names = memory.once("key", ({"a": 1, "b": 3},), make, Problems())

        assert names["b"] == 3
