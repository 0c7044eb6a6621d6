"""What may be written at a place, whatever state the text is in."""

import pytest

from engine.authoring.cursor import cursor_at
from engine.definitions.editing import Candidate, complete
from engine.definitions.workbench import Workbench
from tests.editing.support import shipped, small
from tests.rules.support import DEGREES, YEARS

NORTH = "definitions/processes/north/permit.yaml"
SOUTH = "definitions/processes/south/permit.yaml"
SMALL = Workbench(small())
SHIPPED = Workbench({p: t for p, t in shipped().items() if not p.startswith("examples/")})


def place(text):
    before = text[: text.index("¦")]
    return text.replace("¦", "", 1), before.count("\n") + 1, len(before) - before.rfind("\n")


def offered(path, old, new, bench=SMALL):
    """Complete a file in which something was replaced by what somebody types."""
    content = bench.files[path].decode()
    assert old in content
    found = complete(bench, path, *place(content.replace(old, new, 1)))
    return [one.label for one in found.candidates]


class TestCursor:
    @pytest.mark.parametrize(
        ("text", "path", "kind", "before", "word"),
        [
            ("a: 1\n¦", (), "key", "", ""),
            ("a: 1\nst¦\nb: 2\n", (), "key", "", "st"),
            ("a: 1\ns¦t\nb: 2\n", (), "key", "", "s"),
            ("a: ¦\n", ("a",), "value", "", ""),
            ("a: {x: 1, ¦}", ("a",), "key", "", ""),
            ("a: {x: 1, ¦", ("a",), "key", "", ""),
            ("a: [x, ¦", ("a", 1), "value", "", ""),
            ("a:\n  - ¦\nb: 1\n", ("a", 0), "value", "", ""),
            ('a:\n  b: "case.ret¦\n', ("a", "b"), "value", "", "case.ret"),
            ("a: {when: case.¦, b: 1}\n", ("a", "when"), "value", "", "case."),
            ("a: [{when: x, then: ¦}, {th]\n", ("a", 0, "then"), "value", "", ""),
            ("a: {b: \"x == '¦'\"}\n", ("a", "b"), "part", "x == '", ""),
            ("a: !x && y.¦\nb: 1\n", None, "", "", ""),
            ("a: 1\n¦\nb: [unfinished\n", (), "key", "", ""),
        ],
    )
    def test_it_tells_what_is_being_written(self, text, path, kind, before, word):
        found = cursor_at(*place(text))

        if path is None:
            assert found is None
        else:
            assert (found.path, found.kind, found.before, found.word) == (path, kind, before, word)

    @pytest.mark.parametrize("text", ["[\n¦", "a: 1\n\t¦"])
    def test_nothing_is_said_where_the_lines_above_cannot_be_read(self, text):
        assert cursor_at(*place(text)) is None or cursor_at(*place(text)).path == (0,)

    def test_a_line_that_does_not_exist_is_no_place(self):
        assert cursor_at("a: 1\n", 9, 1) is None


@pytest.mark.req("CON-03")
class TestProcesses:
    @pytest.mark.parametrize(
        ("old", "new", "names"),
        [
            ("to: issue\n", "to: ¦\n", {"fill", "unit", "notice", "issued"}),
            ("pass: {to: next}", "pass: {to: ¦}", {"fill", "next", "previous", "resume"}),
            ("permission: receive", "permission: ¦", {"review", "receive", "meet"}),
            ("waits", "waits", None),
            ("route: superior", "route: ¦", {"superior"}),
            ("message: returned", "message: ¦", {"returned", "issued"}),
            ("template: permit", "template: ¦", {"permit"}),
            ("pool: permits", "pool: ¦", {"permits"}),
            ("register: bars", "register: ¦", {"bars", "organisations"}),
            ("group: north/session", "group: ¦", {"north/session", "north/permit"}),
            ("stage: second", "stage: ¦", {"first", "second"}),
            ("ask: [reason, until]", "ask: [reason, ¦]", {"reason", "until", "opinion"}),
            ("otherwise: discard", "otherwise: ¦", {"submit", "discard"}),
            ("edit: all", "edit: [¦", {"settings", "material"}),
            ("form: request", "form: ¦", {"request", "ballot"}),
            ("withdraw: never", "withdraw: ¦", {"until_next_acts", "until_next_opens", "never"}),
            ("mode: policy.form_mode", "mode: ¦", {"required", "optional", "hidden"}),
        ],
    )  # fmt: skip
    def test_names_and_words_are_those_of_the_place(self, old, new, names):
        if names is not None:
            assert names <= set(offered(NORTH, old, new))

    def test_keys_are_those_that_are_not_written_yet(self):
        found = offered(NORTH, "    title: 公示\n", "    title: 公示\n    ¦\n")

        assert {"who", "due", "when", "actions"} <= set(found)
        assert not {"title", "status", "wait", "to"} & set(found)
        assert offered(NORTH, "withdraw: never", "with¦") == ["withdraw"]
        assert "route" in offered(NORTH, "chain: {route: superior, from: unit", "chain: {¦")

    def test_expressions_have_the_names_of_their_scope(self):
        assert "scheme_required" in offered(
            "definitions/processes/tianjin/socialised-review.yaml",
            "when: policy.scheme_required",
            "when: policy.¦",
            SHIPPED,
        )
        assert {"steps", "meeting"} <= set(offered(NORTH, "when: policy.meeting", "when: policy.¦"))
        assert "returned" in offered(NORTH, "when: policy.meeting", 'when: "!case.ret¦')
        assert {"case", "data", "unit", "size("} <= set(
            offered(NORTH, "when: policy.meeting", "when: ¦")
        )
        assert "amount" in offered(NORTH, "data.settings.amount > 1", "data.settings.¦ > 1")
        assert "opinion" in offered(
            NORTH, "data.material.note: input.opinion", "data.material.note: input.¦"
        )
        assert "input" not in offered(NORTH, "when: policy.meeting", "when: ¦")
        assert {"exists("} <= set(
            offered("definitions/processes/north/session.yaml", "size(members) > 0", "members.¦")
        )

    def test_texts_that_a_value_can_have_are_offered(self):
        assert offered(NORTH, "policy.steps == 'two'", "policy.steps == '¦'") == ["one", "two"]
        assert "fill" in offered(NORTH, "case.visits('fill')", "case.visits('¦')")
        assert offered(NORTH, "policy.steps == 'two'", "policy.steps + 'a¦'") == []

    def test_a_file_on_top_is_offered_what_it_may_say_otherwise(self):
        found = offered(SOUTH, "steps:\n", "steps:\n  ¦\n")

        assert {"fill", "superiors", "notice"} <= set(found)
        assert not {"unit", "evaluation"} & set(found)

    def test_a_candidate_says_what_it_is_and_what_it_takes_the_place_of(self):
        text, line, column = place(
            small()[NORTH].decode().replace("permission: receive", "permission: rec¦")
        )

        found = complete(SMALL, NORTH, text, line, column)

        assert found.candidates == (Candidate("receive", "name", "receive", "接收"),)
        assert text.split("\n")[line - 1][found.first - 1 : found.last - 1] == "rec"

    def test_a_text_that_cannot_be_read_above_offers_nothing(self):
        assert complete(SMALL, NORTH, "steps: [\n\nto: ", 3, 5).candidates == ()


@pytest.mark.req("CON-03")
class TestOtherFiles:
    @pytest.mark.parametrize(
        ("path", "old", "new", "names"),
        [
            ("forms/application.yaml", "codes: levels", "codes: le¦", {"levels"}),
            ("forms/application.yaml", "codes: levels", "cod¦: levels", {"codes"}),
            ("forms/application.yaml", "widget: radio", "widget: ¦", {"radio", "textarea"}),
            ("forms/application.yaml", "reference: organisations", "reference: ¦", {"people"}),
            ("forms/application.yaml", "files: {max: 5,", "files: {¦", {"max", "types", "size"}),
            ("forms/application.yaml", "required: [settings,", "required: [¦,", {"education"}),
            (
                "forms/application.yaml",
                "required_when: data.settings.category == 'lateral_transfer'",
                "required_when: data.settings.¦",
                {"category", "level"},
            ),
            (
                "forms/application.yaml",
                "where: \"it.state == 'approved'\"",
                'where: "it.¦"',
                {"state", "kind"},
            ),
            ("definitions/lists/tianjin/reception.yaml", "relation: waiting", "relation: ¦",
             {"waiting", "acted"}),
            ("definitions/lists/tianjin/reception.yaml", "steps: [reception]", "steps: [¦]",
             {"reception", "unit"}),
            ("definitions/lists/tianjin/reception.yaml", "search: [number, initiator]",
             "search: [¦", {"number", "data.settings.level"}),
            ("definitions/lists/tianjin/reception.yaml", "search: [number, initiator]",
             "where: it.data.settings.¦", {"level", "work_unit"}),
            ("definitions/codes/series.yaml", '"02": {title', '"02": {¦title', {"help", "retired"}),
            ("definitions/roles/tianjin.yaml", "permissions: [", "permissions: [¦, ", {"receive"}),
        ],
    )  # fmt: skip
    def test_names_and_words_are_those_of_the_place(self, path, old, new, names):
        assert names <= set(offered(path, old, new, SHIPPED))

    def test_sample_cases_have_their_keys(self):
        found = complete(SMALL, "examples/cases/x.yaml", *place("sample: x\n¦"))
        inside = complete(SMALL, "examples/cases/x.yaml", *place("steps:\n  - {by: x, ¦"))

        assert [one.label for one in found.candidates] == [
            "covers", "world", "clock", "given", "recorded", "steps",
        ]  # fmt: skip
        assert "expect" in [one.label for one in inside.candidates]

    def test_a_file_of_no_kind_offers_nothing(self):
        assert complete(SMALL, "README.yaml", "a: ", 1, 4).candidates == ()


def test_at_every_place_of_a_file_there_is_an_answer():
    """Typing anywhere must not fail, whatever the text is there."""
    text = small()[NORTH].decode()

    for offset in range(0, len(text), 97):
        before = text[:offset]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        complete(SMALL, NORTH, before, line, column)
        complete(SMALL, NORTH, text, line, column)


RULES = Workbench(
    {
        **small(),
        "definitions/rules/years.yaml": YEARS.encode(),
        "definitions/codes/degrees.yaml": DEGREES.encode(),
    }
)


class TestRuleTables:
    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            ("{degree: doctor}", "{degree: ¦}", ["doctor", "master", "bachelor"]),
            ("{degree: doctor}", "{degree: [doctor, ma¦]}", ["master"]),
            ("{degree: doctor}", "{degree: doctor, ¦}", ["years"]),
            ("years: 0..4", "y¦", ["years"]),
            ("codes: degrees", "codes: deg¦", ["degrees"]),
            (
                "title: 年限\n",
                "title: 年限\nhit: ¦\n",
                ["first", "unique", "any", "collect", "sum", "min", "max", "count"],
            ),
        ],
    )
    def test_inputs_and_their_words_are_offered_in_cells(self, old, new, expected):
        assert offered("definitions/rules/years.yaml", old, new, RULES) == expected

    def test_what_comes_out_may_read_the_inputs(self):
        found = offered("definitions/rules/years.yaml", "years > 6", "ye¦", RULES)

        assert "years" in found

    @pytest.mark.parametrize(
        ("new", "expected"),
        [
            ("to: {rule: ¦}", ["rules/years"]),
            ("to: {rule: rules/years, with: {¦}}", ["degree", "years"]),
            ("to: {rule: rules/years, ¦}", ["with"]),
        ],
    )
    def test_a_process_is_offered_tables_and_their_inputs(self, new, expected):
        assert offered(NORTH, "to: unit", new, RULES) == expected
