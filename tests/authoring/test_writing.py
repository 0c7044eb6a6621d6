"""Editing a definition file: what was asked for changes, and nothing else."""

import difflib

import pytest

from engine.authoring import AliasedNode, Document, EditRefused, Position, assign

FLOW = """\
# A process.
process: a/b   # its name
title: "填报"
facts: {unit: data.x, other: 'y'}   # two facts
steps:
  fill:   # where it begins
    title: 填报
    who: initiator
    require: &may
      - {that: x, say: 不行}   # first
      # second
      - that: y
        say: z
    text: |
      多行
      文字

  # the unit
  unit:
    title: 审核
    actions: {pass: {title: 通过}, return: &back {title: 退回, ask: [a, b]}}
    require: *may
  done: {title: 完, end: success, actions: {return: *back}}
empty:
list: []
last: 1
"""


def edited(operation, *args, text=FLOW, **options):
    document = Document.parse(text, "f.yaml")
    if operation == "assign":
        assign(document, *args, **options)
    else:
        getattr(document, operation)(*args, **options)
    return document.text


def difference(operation, *args, text=FLOW, **options):
    new = edited(operation, *args, text=text, **options)
    lines = difflib.unified_diff(text.split("\n"), new.split("\n"), lineterm="", n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


class TestSetting:
    @pytest.mark.parametrize(
        ("path", "value", "line"),
        [
            (["title"], '新 "x"', 'title: "新 \\"x\\""'),
            (["process"], "a: b", 'process: "a: b"   # its name'),
            (["facts", "other"], "it's", "facts: {unit: data.x, other: 'it''s'}   # two facts"),
            (["facts", "unit"], "a, b", "facts: {unit: \"a, b\", other: 'y'}   # two facts"),
            (["facts", "unit"], "!x", "facts: {unit: \"!x\", other: 'y'}   # two facts"),
            (["last"], "2", 'last: "2"'),
            (["last"], 2.5, "last: 2.5"),
            (["last"], True, "last: true"),
            (["last"], None, "last: null"),
            (["last"], "yes, x", "last: yes, x"),
            (["empty"], "x", "empty: x"),
            (["empty"], {"a": [1, "b"]}, "empty: {a: [1, b]}"),
            (["list"], ["x", {"a": "b"}], "list: [x, {a: b}]"),
            (["steps", "fill", "who"], {"permission": "p"}, "    who: {permission: p}"),
            (["steps", "unit", "actions", "pass", "title"], "同意",
             "    actions: {pass: {title: 同意}, return: &back {title: 退回, ask: [a, b]}}"),
        ],
    )  # fmt: skip
    def test_one_value_is_one_line(self, path, value, line):
        removed, added = difference("set", path, value)

        assert added == "+" + line
        assert removed[0] == "-"

    def test_a_text_of_several_lines_stays_a_block(self):
        assert difference("set", ["steps", "fill", "text"], "甲\n乙\n") == [
            "-      多行",
            "-      文字",
            "+      甲",
            "+      乙",
        ]

    @pytest.mark.parametrize(
        ("value", "written"), [("one", "|-\n  one\n"), ("x\n\n", '"x\\n\\n"\n'), (3, "3\n")]
    )
    def test_what_does_not_fit_a_block_is_written_otherwise(self, value, written):
        assert edited("set", ["a"], value, text="a: |\n  x\nb: 1\n") == f"a: {written}b: 1\n"

    def test_an_empty_item_is_filled(self):
        assert edited("set", ["a", 0], "x", text="a:\n  -\n  - y\n") == "a:\n  - x\n  - y\n"

    def test_an_item_is_replaced_by_a_longer_one(self):
        assert edited("set", ["a", 0], {"b": 1}, text="a:\n  - x\n  - y\n") == (
            "a:\n  - {b: 1}\n  - y\n"
        )
        assert edited("set", ["a", 0], [1], text="a: [x, y]\n") == "a: [[1], y]\n"

    def test_a_missing_key_is_added_at_the_end(self):
        assert difference("set", ["steps", "fill", "due"], "days(today, 3)") == [
            "+    due: days(today, 3)"
        ]

    def test_a_long_value_becomes_a_block(self):
        value = {"pass": {"title": "通过", "confirm": "x" * 80}, "fail": {"title": "不通过"}}

        assert difference("set", ["steps", "fill", "who"], value) == [
            "-    who: initiator",
            "+    who:",
            "+      pass:",
            "+        title: 通过",
            "+        confirm: " + "x" * 80,
            "+      fail: {title: 不通过}",
        ]

    def test_nothing_is_set_below_what_does_not_exist(self):
        with pytest.raises(EditRefused, match="missing: nope/x"):
            edited("set", ["nope", "x"], 1)

    @pytest.mark.parametrize("path", [[], ["list", 3], ["title", "x"]])
    def test_a_path_that_is_no_place_is_refused(self, path):
        with pytest.raises(EditRefused, match="missing"):
            edited("set", path, 1)


class TestInserting:
    def test_a_step_is_added_behind_another(self):
        step = {
            "title": "复核",
            "who": "initiator",
            "due": "workdays(case.arrived_at, 10)",
            "status": [{"when": "!a", "then": "b"}, {"then": "c"}],
        }

        assert difference("insert", ["steps"], "review", step, after="fill") == [
            "+  review:",
            "+    title: 复核",
            "+    who: initiator",
            "+    due: workdays(case.arrived_at, 10)",
            '+    status: [{when: "!a", then: b}, {then: c}]',
        ]

    @pytest.mark.parametrize(
        ("path", "key", "options", "added"),
        [
            (["steps"], "x", {"before": "unit"}, ["+  x: 1"]),
            (["steps"], "x", {"before": "fill"}, ["+  x: 1"]),
            (["steps"], "x", {}, ["+  x: 1"]),
            ([], "x", {}, ["+x: 1"]),
            (["steps", "fill"], "x", {"before": "title"}, ["+    x: 1"]),
            (["facts"], "x", {}, ["+facts: {unit: data.x, other: 'y', x: 1}   # two facts"]),
            (["facts"], "x", {"before": "unit"},
             ["+facts: {x: 1, unit: data.x, other: 'y'}   # two facts"]),
            (["facts"], "x", {"before": "other"},
             ["+facts: {unit: data.x, x: 1, other: 'y'}   # two facts"]),
            (["empty"], "x", {}, ["+empty: {x: 1}"]),
            (["list"], 0, {}, ["+list: [1]"]),
            (["empty"], 0, {}, ["+empty: [1]"]),
            (["steps", "fill", "require"], 0, {"alias": "everywhere"}, ["+      - 1"]),
            (["steps", "fill", "require"], 1, {"alias": "everywhere"}, ["+      - 1"]),
            (["steps", "fill", "require"], 9, {"alias": "everywhere"}, ["+      - 1"]),
            (["steps", "unit", "actions", "return", "ask"], 1, {"alias": "everywhere"},
             ["+    actions: {pass: {title: 通过}, return: &back {title: 退回, ask: [a, 1, b]}}"]),
        ],
    )  # fmt: skip
    def test_it_stands_where_it_should(self, path, key, options, added):
        found = difference("insert", path, key, 1, **options)

        assert [line for line in found if line[0] == "+"] == added

    def test_a_name_that_exists_is_refused(self):
        with pytest.raises(EditRefused, match="exists: steps/unit"):
            edited("insert", ["steps"], "unit", {})

    def test_a_neighbour_that_does_not_exist_is_refused(self):
        with pytest.raises(EditRefused, match="missing: steps/nope"):
            edited("insert", ["steps"], "x", {}, before="nope")

    @pytest.mark.parametrize("path", [["title"], ["nope"], ["last"]])
    def test_only_mappings_and_lists_take_entries(self, path):
        with pytest.raises(EditRefused, match="missing"):
            edited("insert", path, "x", 1)

    def test_a_list_takes_no_names_and_a_mapping_no_places(self):
        with pytest.raises(EditRefused, match="missing"):
            edited("insert", ["facts"], 0, 1)
        with pytest.raises(EditRefused, match="missing"):
            edited("insert", ["list"], "x", 1)

    @pytest.mark.parametrize(
        ("value", "written"),
        [
            ("x\n\ny\n", "|\n  x\n\n  y"),
            (" x\ny", "|2-\n   x\n  y"),
            ("x\n\n", '"x\\n\\n"'),
            ("\n", '"\\n"'),
        ],
    )
    def test_a_text_of_several_lines_becomes_a_block_where_it_can(self, value, written):
        assert edited("insert", [], "b", value, text="a: 1\n") == f"a: 1\nb: {written}\n"

    def test_a_short_list_goes_into_a_list(self):
        assert edited("insert", ["a"], 1, ["x"], text="a:\n  - b\n") == "a:\n  - b\n  - [x]\n"

    def test_a_file_without_a_last_line_break_gets_one_first(self):
        assert edited("insert", [], "b", 2, text="a: 1") == "a: 1\nb: 2\n"


class TestRemoving:
    @pytest.mark.parametrize(
        ("path", "lines"),
        [
            (["last"], ["-last: 1"]),
            (["empty"], ["-empty:"]),
            (["steps", "fill", "text"], ["-    text: |", "-      多行", "-      文字"]),
            (["steps", "fill", "who"], ["-    who: initiator"]),
            (["steps", "done"],
             ["-  done: {title: 完, end: success, actions: {return: *back}}"]),
            (["facts", "other"],
             ["-facts: {unit: data.x, other: 'y'}   # two facts",
              "+facts: {unit: data.x}   # two facts"]),
            (["facts", "unit"],
             ["-facts: {unit: data.x, other: 'y'}   # two facts",
              "+facts: {other: 'y'}   # two facts"]),
        ],
    )  # fmt: skip
    def test_only_the_entry_goes(self, path, lines):
        assert difference("remove", path) == lines

    def test_the_last_entry_leaves_an_empty_mapping(self):
        assert difference("remove", ["steps", "done", "actions", "return"]) == [
            "-  done: {title: 完, end: success, actions: {return: *back}}",
            "+  done: {title: 完, end: success, actions: {}}",
        ]

    def test_the_last_item_leaves_an_empty_list(self):
        assert edited("remove", ["a", 0], text="a:\n  - x\nb: 1\n") == "a: []\nb: 1\n"

    def test_an_item_goes_with_its_line(self):
        removed = difference("remove", ["steps", "fill", "require", 0], alias="everywhere")

        assert removed == ["-      - {that: x, say: 不行}   # first"]

    def test_the_first_key_behind_a_dash_goes(self):
        text = "a:\n  - b: 1\n    c: 2\n"

        assert edited("remove", ["a", 0, "b"], text=text) == "a:\n  - c: 2\n"

    def test_shared_text_moves_to_the_next_place_that_uses_it(self):
        assert difference("remove", ["steps", "unit"])[-2:] == [
            "-  done: {title: 完, end: success, actions: {return: *back}}",
            "+  done: {title: 完, end: success, "
            "actions: {return: &back {title: 退回, ask: [a, b]}}}",
        ]

    def test_the_only_entry_of_a_file_stays(self):
        with pytest.raises(EditRefused, match="last: a"):
            edited("remove", ["a"], text="a: 1\n")

    def test_what_is_not_there_cannot_go(self):
        with pytest.raises(EditRefused, match="missing"):
            edited("remove", ["nope"])


class TestMovingAndRenaming:
    def test_an_entry_moves_with_its_lines(self):
        text = "a: 1\nb:   # b\n  c: 2\nd: 3\n"

        assert edited("move", ["d"], before="b", text=text) == "a: 1\nd: 3\nb:   # b\n  c: 2\n"
        assert edited("move", ["a"], after="d", text=text) == "b:   # b\n  c: 2\nd: 3\na: 1\n"
        assert edited("move", ["b"], before="b", text=text) == text

    def test_entries_in_braces_move(self):
        assert edited("move", ["a", "z"], before="x", text="a: {x: 1, y: 2, z: 3}\n") == (
            "a: {z: 3, x: 1, y: 2}\n"
        )
        assert edited("move", ["a", 0], after=2, text="a: [x, y, z]\n") == "a: [y, z, x]\n"

    def test_items_move(self):
        assert edited("move", ["a", 1], before=0, text="a:\n  - x\n  - y: 1\n    z: 2\n") == (
            "a:\n  - y: 1\n    z: 2\n  - x\n"
        )

    def test_keys_behind_a_dash_do_not_move(self):
        with pytest.raises(EditRefused, match="place"):
            edited("move", ["a", 0, "c"], before="b", text="a:\n  - b: 1\n    c: 2\n")

    def test_what_is_not_there_does_not_move(self):
        with pytest.raises(EditRefused, match="missing"):
            edited("move", ["nope"], before="title")

    def test_a_move_that_would_part_an_alias_from_its_anchor_is_refused(self):
        with pytest.raises(EditRefused, match="place") as refused:
            edited("move", ["steps", "done"], before="unit")

        assert [problem.code for problem in refused.value.problems] == ["SRC109"]

    @pytest.mark.parametrize("options", [{}, {"before": "nope"}])
    def test_a_place_that_does_not_exist_is_refused(self, options):
        with pytest.raises(EditRefused, match="missing"):
            edited("move", ["title"], **options)

    def test_a_key_gets_another_name(self):
        assert difference("rename", ["steps", "unit"], "own") == ["-  unit:", "+  own:"]

    def test_two_keys_cannot_have_one_name(self):
        with pytest.raises(EditRefused, match="exists: facts/other"):
            edited("rename", ["facts", "unit"], "other")

    def test_a_name_with_special_characters_is_quoted(self):
        assert edited("rename", ["a"], "b: c", text="a: 1\n") == '"b: c": 1\n'


class TestSharedText:
    PATH = ("steps", "unit", "require", 0, "say")

    def test_the_question_is_asked(self):
        with pytest.raises(AliasedNode) as asked:
            edited("set", self.PATH, "q")

        assert asked.value.anchor == "may"
        assert asked.value.defined == Position("f.yaml", 10, 7)
        assert asked.value.used == (Position("f.yaml", 22, 14),)
        assert asked.value.choices == ("everywhere", "here")

    def test_the_question_is_asked_at_the_owner_too(self):
        with pytest.raises(AliasedNode):
            edited("set", ["steps", "fill", "require", 0, "say"], "q")

    def test_everywhere_changes_the_one_text(self):
        assert difference("set", self.PATH, "q", alias="everywhere") == [
            "-      - {that: x, say: 不行}   # first",
            "+      - {that: x, say: q}   # first",
        ]

    def test_here_writes_the_text_out(self):
        assert difference("set", self.PATH, "q", alias="here") == [
            "-    require: *may",
            "+    require: [{that: x, say: q}, {that: y, say: z}]",
        ]

    def test_here_at_the_owner_hands_the_text_on(self):
        path = ["steps", "fill", "require", 1, "say"]

        assert difference("set", path, "q", alias="here") == [
            "-    require: &may",
            "+    require:",
            "-        say: z",
            "+        say: q",
            "-    require: *may",
            "+    require: &may [{that: x, say: 不行}, {that: y, say: z}]",
        ]

    LONG = (
        "a: &x\n  one: " + "1" * 50 + "\n  two: [" + "2" * 40 + ", 3]\n"
        "b: *x\nc: {d: *x}\ne:\n  - *x\n"
    )  # fmt: skip

    def test_long_shared_text_is_written_out_as_a_block(self):
        assert difference("set", ["b", "one"], 1, text=self.LONG, alias="here") == [
            "-b: *x",
            "+b:",
            "+  one: 1",
            "+  two: [" + "2" * 40 + ", 3]",
        ]

    def test_in_braces_it_is_written_out_on_one_line(self):
        assert difference("set", ["c", "d", "one"], 1, text=self.LONG, alias="here") == [
            "-c: {d: *x}",
            "+c: {d: {one: 1, two: [" + "2" * 40 + ", 3]}}",
        ]

    def test_in_a_list_it_is_written_out_behind_the_dash(self):
        document = Document.parse(self.LONG)

        document.set(["e", 0, "one"], 1, alias="here")

        assert document.value["e"] == [{"one": 1, "two": ["2" * 40, 3]}]
        assert document.value["b"] == document.value["a"]

    def test_a_long_text_is_handed_on_as_a_block(self):
        document = Document.parse(self.LONG)

        document.set(["a", "one"], 1, alias="here")

        assert document.text.split("\n")[:6] == [
            "a:",
            "  one: 1",
            "  two: [" + "2" * 40 + ", 3]",
            "b: &x",
            "  one: " + "1" * 50,
            "  two: [" + "2" * 40 + ", 3]",
        ]

    def test_a_whole_value_is_replaced_everywhere(self):
        path = ["steps", "done", "actions", "return"]

        assert difference("set", path, {"title": "回"}, alias="everywhere") == [
            "-    actions: {pass: {title: 通过}, return: &back {title: 退回, ask: [a, b]}}",
            "+    actions: {pass: {title: 通过}, return: &back {title: 回}}",
        ]

    def test_replacing_what_holds_shared_text_keeps_it_for_the_others(self):
        text = edited("set", ["steps", "unit", "actions"], {"x": 1})

        assert Document.parse(text).value["steps"]["done"]["actions"]["return"] == {
            "title": "退回",
            "ask": ["a", "b"],
        }


def test_a_document_that_is_not_edited_is_the_same_byte_for_byte():
    assert Document.parse(FLOW).text == FLOW


def test_a_broken_text_is_not_edited():
    with pytest.raises(EditRefused, match="broken") as refused:
        Document.parse("a: 1\na: 2\n", "f.yaml")

    assert [str(problem.at) for problem in refused.value.problems] == ["f.yaml:2:1"]


PARTED = """\
steps:
  # where it begins
  fill:
    title: 填报
    # a remark inside

  # the unit
  # decides
  unit: {title: 审核}   # at once

  done: {title: 完}
"""


class TestCommentsAndBlankLines:
    def test_a_new_entry_stands_between_the_comments_of_its_neighbours(self):
        behind = edited("insert", ["steps"], "x", 1, after="fill", text=PARTED)
        before = edited("insert", ["steps"], "x", 1, before="unit", text=PARTED)

        assert "    # a remark inside\n\n  x: 1\n\n  # the unit\n" in behind
        assert before == behind

    def test_a_new_last_entry_is_parted_like_the_others(self):
        assert edited("insert", ["steps"], "x", 1, text=PARTED).endswith(
            "  done: {title: 完}\n\n  x: 1\n"
        )

    def test_a_new_first_entry_leaves_the_comment_with_what_it_is_about(self):
        assert edited("insert", ["steps"], "x", 1, before="fill", text=PARTED).startswith(
            "steps:\n  x: 1\n\n  # where it begins\n  fill:\n"
        )

    def test_what_stands_above_the_first_key_of_a_file_stays_there(self):
        assert edited("insert", [], "a", 1, before="b", text="# A file.\nb: 2\n") == (
            "# A file.\na: 1\nb: 2\n"
        )

    def test_the_comment_above_an_entry_goes_with_it(self):
        assert edited("remove", ["steps", "unit"], text=PARTED) == PARTED.replace(
            "  # the unit\n  # decides\n  unit: {title: 审核}   # at once\n\n", ""
        )

    def test_the_last_entry_goes_with_the_blank_line_above_it(self):
        assert edited("remove", ["steps", "done"], text=PARTED) == PARTED.replace(
            "\n  done: {title: 完}\n", ""
        )

    def test_the_comment_above_an_entry_moves_with_it(self):
        unit = "  # the unit\n  # decides\n  unit: {title: 审核}   # at once\n"
        without = PARTED.replace(unit + "\n", "")

        assert edited("move", ["steps", "unit"], before="fill", text=PARTED) == without.replace(
            "steps:\n", f"steps:\n{unit}\n"
        )
        assert edited("move", ["steps", "unit"], after="done", text=PARTED) == f"{without}\n{unit}"


class TestAssigning:
    def test_what_is_the_same_is_not_touched(self):
        assert difference("assign", ["steps"], Document.parse(FLOW).value["steps"]) == []
        assert difference("assign", [], Document.parse(FLOW).value) == []

    def test_only_what_differs_changes(self):
        value = {
            "title": "填写",
            "due": "today",
            "who": "initiator",
            "require": [{"that": "x", "say": "不行"}, {"that": "w", "say": "v"}],
        }

        assert difference("assign", ["steps", "fill"], value, alias="everywhere") == [
            "-    title: 填报",
            "+    title: 填写",
            "+    due: today",
            "-      - that: y",
            "-        say: z",
            "-    text: |",
            "-      多行",
            "-      文字",
            "+      - that: w",
            "+        say: v",
        ]

    @pytest.mark.parametrize(
        ("old", "new", "written"),
        [
            ("[a, b, c]", ["a", "c"], "[a, c]"),
            ("[a, b, c]", ["a", "x", "c"], "[a, x, c]"),
            ("[a, c]", ["a", "b", "b", "c"], "[a, b, b, c]"),
            ("[a]", [], "[]"),
            ("{a: 1, b: 2}", {"b": 2, "a": 1}, "{b: 2, a: 1}"),
            ("{a: 1, b: 2}", {"c": 0, "a": 1}, "{c: 0, a: 1}"),
            ("{a: 1, b: 2}", {"c": 3}, "{c: 3}"),
            ("{a: 1}", {}, "{}"),
            ("{a: [x, {y: 1}]}", {"a": ["x", {"y": 2}]}, "{a: [x, {y: 2}]}"),
            ("1", [1], "[1]"),
        ],
    )
    def test_the_edits_are_the_smallest(self, old, new, written):
        assert edited("assign", ["k"], new, text=f"k: {old}   # c\n") == f"k: {written}   # c\n"

    def test_a_missing_key_is_added(self):
        assert edited("assign", ["b"], [1], text="a: 1\n") == "a: 1\nb: [1]\n"

    def test_shared_text_is_asked_about(self):
        with pytest.raises(AliasedNode):
            edited("assign", ["steps", "fill", "require"], [1])


class TestRewriting:
    def test_several_scalars_change_at_once_and_keep_their_quotes(self):
        document = Document.parse("a: &x 'one'\nb: [two, *x]   # c\nc: \"three\"\n")
        root = document.root

        document.rewrite(
            [
                (root.at_path(["b", 1]), "1"),
                (root.at_path(["b", 0]), "2"),
                (root.at_path(["c"]), "3"),
            ]
        )

        assert document.text == 'a: &x \'1\'\nb: ["2", *x]   # c\nc: "3"\n'

    def test_nothing_to_change_changes_nothing(self):
        document = Document.parse(FLOW)

        document.rewrite([])

        assert document.text == FLOW
