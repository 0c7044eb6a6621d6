"""Facts of a form: names for what registers answer, read by its conditions."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.authoring import Problems
from engine.forms import Form, Query
from tests.forms.world import PROFILE, World, form_of, forms_of, surroundings

OPEN = "facts:\n  works: {exists: activities, where: it.kind == data.sort}\n"
ASKING = """
sort: {title: 类别, codes: kinds}
reason: {title: 理由, type: string, required_when: works}
other: {title: 其他, type: string}
"""


@dataclass
class Asked(World):
    """A world that keeps what it was asked."""

    asked: list[tuple[str, int | None]] = field(default_factory=list)

    def found(self, query: Query, limit: int | None) -> Sequence[str]:
        self.asked.append((query.register, limit))
        return super().found(query, limit)


def required(form: Form, data: dict[str, object], name: str, world: World | None = None) -> bool:
    found = form.effective(data, surroundings(world)).find(name)
    assert found is not None
    return found.required


def said(top: str, properties: str = "a: {title: 甲, type: string}") -> list[tuple[str, str]]:
    problems = Problems()
    forms_of(f"form: test\ntitle: 测试\n{top}properties:\n  {properties}\n", problems=problems)
    return [(each.code, each.sentence("en")) for each in problems]


def test_a_condition_reads_whether_a_register_has_such_a_record() -> None:
    form = form_of(ASKING, OPEN)

    assert required(form, {"sort": "special"}, "reason")
    assert not required(form, {"sort": "none"}, "reason")
    assert not required(form, {}, "reason")


def test_a_question_is_asked_once_and_only_when_something_reads_it() -> None:
    top = OPEN + "  unread: {count: units}\n"
    rows = "rows: {title: 行, items: {properties: {a: {title: 甲, type: string, "
    rows += "required_when: works}}}}"
    world = Asked()

    form_of(f"{ASKING}\n{rows}", top).effective(
        {"sort": "plain", "rows": [{}, {}, {}]}, surroundings(world)
    )

    assert world.asked == [("activities", 1)]


def test_a_fact_counts_or_is_the_first_record_and_reads_those_before_it() -> None:
    top = (
        "facts:\n"
        "  open_units: {count: units, where: it.open}\n"
        "  offered: {first: activities, where: it.kind == data.sort}\n"
        "  same: {exists: activities, where: it.scope == offered.scope && open_units == 2}\n"
    )
    form = form_of(
        """
        sort: {title: 类别, codes: kinds}
        a: {title: 甲, type: string, required_when: "offered.name == '秋季活动'"}
        b: {title: 乙, type: string, required_when: same}
        c: {title: 丙, type: string, required_when: open_units > 2}
        """,
        top,
    )

    assert required(form, {"sort": "special"}, "a")
    assert not required(form, {"sort": "plain"}, "a")
    assert required(form, {"sort": "plain"}, "b")
    assert not required(form, {"sort": "plain"}, "c")


def test_a_page_looks_again_when_what_a_fact_reads_changes() -> None:
    form = form_of(ASKING, OPEN)

    assert {one.name: form.is_live(one) for one in form.walk()} == {
        "sort": True,
        "reason": False,
        "other": False,
    }


def test_a_pinned_or_partial_form_keeps_its_facts() -> None:
    form = form_of(ASKING, OPEN)

    assert required(form.fields(("sort", "reason")), {"sort": "plain"}, "reason")
    assert '"works"' in form.dumped()


def test_what_is_wrong_with_a_fact_is_said() -> None:
    assert said("facts: {x: {exists: unit}}\n") == [
        ("FRM205", '"exists" of fact "x" names the register "unit", which does not exist')
    ]
    assert said("facts: {x: {where: it.open}}\n")[0][0] == "DEF124"
    assert said("facts: {x: {exists: units, count: units}}\n")[0][0] == "DEF124"
    assert said("facts: {x: {exists: units, wher: it.open}}\n")[0][0] == "DEF101"
    assert said("facts: {today: {exists: units}}\n")[0] == (
        "FRM211",
        'a fact cannot be called "today": the name has a meaning already',
    )
    assert said("facts: {x: {exists: units, where: it.opn}}\n")[0][0] == "DEF403"
    assert said("facts: {x: {exists: units, where: it.name == 'x'}}\n")[0][0] == "DEF422"
    assert said("facts: {x: {exists: units, where: y}, y: {exists: units}}\n")[0][0] == "DEF402"
    assert said("", "a: {title: 甲, type: string, required_when: nothing}")[0][0] == "DEF402"


def test_what_is_borrowed_can_be_changed_field_by_field() -> None:
    other = """
        form: other
        title: 其他
        properties:
          full: {title: 详细, type: boolean}
          education:
            snapshot_of: profile
            items:
              properties:
                major: {required_when: data.full, help: 请写全称。}
        """
    form = forms_of(PROFILE, other)["other"]
    profile = forms_of(PROFILE)["profile"]
    major, plain = form.element("education.major"), profile.element("education.major")

    assert major is not None
    assert plain is not None
    assert (major.title, major.help) == (plain.title, "请写全称。")
    assert {one.name for one in form.element("education").walk()} == {  # type: ignore[union-attr]
        one.name
        for one in profile.element("education").walk()  # type: ignore[union-attr]
    }
    assert required(form, {"full": True, "education": [{}]}, "education.0.major")
    problems = Problems()
    forms_of(PROFILE, other.replace("major:", "majr:"), problems=problems)
    assert [each.code for each in problems] == ["FRM205"]
    assert "majr" in next(iter(problems)).sentence("en")
