"""Rows of a route table: proposed, tried out, published with a reason, and kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from engine.connectors.spreadsheets import read_table, write_xlsx
from engine.content import bundled
from engine.domain.errors import NotAllowed, NotFound, Refused, Stale
from engine.services.platform import Platform
from engine.services.route_rows import Change, Kept, Row, hop_of
from engine.services.sheet_lines import MOST_LINES
from tests.support.office import FILES, a_request, open_office, person

ROUTE = "approval"
REFUSALS = "definitions/messages/refusals.yaml"
MORE = {
    REFUSALS: (bundled() / REFUSALS).read_text("utf-8"),
    "definitions/routes/approval.yaml": """
        route: approval
        title: 审批路径
        keys: {kind: {title: 类别, codes: kinds}}
        permissions: {view: see_all, edit: manage_units}
        """,
    "definitions/processes/town/request.yaml": FILES["definitions/processes/town/request.yaml"]
    .replace("to: check, bulk: true", "to: along, bulk: true")
    .rstrip(" ")
    + """\
          along:
            title: 逐级审批
            status: checked
            who: {permission: check}
            chain: {route: approval, key: {kind: data.kind}, from: data.unit}
            actions: {pass: {title: 通过, to: next}}
            to: check
        """,
}
KEEPER = person("钱管", "市局")
A, B, C, D = "一所", "一分局", "市局", "二分局"
NAMES = {key: key for key in (A, B, C, D)}


@pytest.fixture(params=["memory", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Platform]:
    url = "sqlite://"
    if request.param == "postgresql":
        url = str(request.getfixturevalue("postgres_url"))
    platform = open_office(url, more=MORE)
    tables = platform.routes
    first = [tables.add(KEEPER, ROUTE, Row(A, B)), tables.add(KEEPER, ROUTE, Row(B, C))]
    tables.publish(KEEPER, ROUTE, [*first, tables.add(KEEPER, ROUTE, Row(C, final=True))], "建立")
    yield platform
    platform.close()


def rows(office: Platform) -> list[Row]:
    return [kept.row for kept in office.routes.rows(KEEPER, ROUTE)]


def the(office: Platform, start: str) -> Kept:
    return next(kept for kept in office.routes.rows(KEEPER, ROUTE) if kept.row.start == start)


def stops(office: Platform, changes: list[Change]) -> list[str]:
    data = {"unit": A, "kind": "hall"}
    found = office.routes.try_out(KEEPER, ROUTE, changes, "town/request", data)
    return [stop.name for stop in found if stop.step == "along"]


@pytest.mark.req("CON-01")
class TestPublishing:
    def test_what_is_proposed_counts_when_it_is_published(self, office):
        added = office.routes.add(KEEPER, ROUTE, Row(A, D, {"kind": "hall"}))

        assert Row(A, D, {"kind": "hall"}) not in rows(office)
        office.routes.publish(KEEPER, ROUTE, [added, Change(Row(D, C))], "新设分局")
        assert Row(A, D, {"kind": "hall"}) in rows(office)

    def test_a_row_ends_on_a_day_and_stays_for_the_record(self, office):
        ended = office.routes.end(KEEPER, ROUTE, the(office, A).id, "2026-12-31")
        after = Row(A, D, valid_from="2027-01-01")

        office.routes.publish(KEEPER, ROUTE, [ended, Change(after), Change(Row(D, C))], "机构调整")

        assert ended.ends
        assert [row for row in rows(office) if row.start == A] == [
            Row(A, B, valid_until="2026-12-31"),
            after,
        ]
        with office.store.read() as unit:
            days = ("2026-12-31", "2027-01-01")
            assert [unit.routes.following(ROUTE, A, {}, day).to_organisation for day in days] == [
                B,
                D,
            ]

    def test_a_row_is_edited_and_what_it_was_is_kept_with_the_reason(self, office):
        kept = the(office, A)

        edited = office.routes.edit(KEEPER, ROUTE, kept.id, replace(kept.row, to=D))
        office.routes.publish(KEEPER, ROUTE, [edited, Change(Row(D, C))], " 改由二分局审批 ")

        latest = office.routes.history(KEEPER, ROUTE)[0]
        assert (latest.person, latest.organisation, latest.reason) == (
            "钱管", "市局", "改由二分局审批",
        )  # fmt: skip
        (before, now), (none, _) = latest.body
        assert none is None
        assert (before["to"], now["to"]) == (B, D)
        assert len(office.routes.history(KEEPER, ROUTE)) == 2

    def test_the_difference_to_what_is_published_is_shown_row_by_row(self, office):
        kept = the(office, A)
        changes = [
            office.routes.edit(KEEPER, ROUTE, kept.id, replace(kept.row, to=D)),
            office.routes.add(KEEPER, ROUTE, Row(D, C)),
        ]

        shown = office.routes.after(KEEPER, ROUTE, changes)

        assert [isinstance(one, Change) for one in shown].count(True) == 2
        assert [one.row.to for one in shown if isinstance(one, Change)] == [D, C]
        assert [one.row.start for one in shown if isinstance(one, Kept)] == [B, C]

    def test_all_is_published_or_nothing(self, office):
        before = rows(office)
        good = office.routes.add(KEEPER, ROUTE, Row(D, C))

        with pytest.raises(Refused, match="route_row_exists"):
            office.routes.publish(KEEPER, ROUTE, [good, Change(Row(B, D))], "试")
        assert rows(office) == before

    def test_who_comes_second_sees_that_the_row_is_another_one(self, office):
        kept = the(office, A)
        mine = office.routes.edit(KEEPER, ROUTE, kept.id, replace(kept.row, to=D))
        theirs = office.routes.end(KEEPER, ROUTE, kept.id, "2026-12-31")

        office.routes.publish(KEEPER, ROUTE, [theirs], "先")

        with pytest.raises(Stale):
            office.routes.publish(KEEPER, ROUTE, [mine], "后")

    @pytest.mark.parametrize(
        ("changes", "reason", "code"), [([], "x", "nothing_to_publish"), (1, " ", "reason_needed")]
    )
    def test_a_reason_and_a_change_are_needed(self, office, changes, reason, code):
        some = changes or []
        if changes == 1:
            some = [office.routes.add(KEEPER, ROUTE, Row(D, C))]

        with pytest.raises(Refused, match=code):
            office.routes.publish(KEEPER, ROUTE, some, reason)


@pytest.mark.req("ENG-22")
class TestTryingOut:
    def test_the_places_are_those_with_the_changes_and_nothing_is_kept(self, office):
        before = rows(office)
        kept = the(office, A)
        other = office.routes.edit(KEEPER, ROUTE, kept.id, replace(kept.row, to=D))

        assert stops(office, []) == [B, C]
        assert stops(office, [other, office.routes.add(KEEPER, ROUTE, Row(D, C))]) == [D, C]
        assert rows(office) == before
        assert len(office.routes.history(KEEPER, ROUTE)) == 1

    def test_what_cannot_be_published_cannot_be_tried_out(self, office):
        with pytest.raises(Refused, match="route_row_exists"):
            stops(office, [Change(Row(A, D))])


@pytest.mark.req("CON-01")
class TestRules:
    @pytest.mark.parametrize(
        ("row", "code"),
        [
            (Row("三所", C), "route_unknown_organisation"),
            (Row(D, "三所"), "route_unknown_organisation"),
            (Row(D), "route_leads_nowhere"),
            (Row(D, D), "route_leads_to_itself"),
            (Row(D, C, {"level": "1"}), "route_unknown_key"),
            (Row(D, C, {"kind": "tower"}), "route_unknown_value"),
            (Row(D, C, valid_from="2026-02-30"), "route_no_date"),
            (Row(D, C, valid_from="2026-02-02", valid_until="2026-02-01"),
             "route_ends_before_it_begins"),
            (Row(A, D), "route_row_exists"),
            (Row(A, D, valid_from="2030-01-01"), "route_row_exists"),
        ],
    )  # fmt: skip
    def test_a_row_that_could_not_be_followed_is_refused(self, office, row, code):
        with pytest.raises(Refused, match=code) as refused:
            office.routes.add(KEEPER, ROUTE, row)

        assert refused.value.say

    def test_only_who_has_the_permission_for_the_whole_jurisdiction_may(self, office):
        for stranger in (person("张三"), person("王审", A), person("牛监", B)):
            with pytest.raises(NotAllowed):
                office.routes.rows(stranger, ROUTE)
            with pytest.raises(NotAllowed):
                office.routes.publish(stranger, ROUTE, [Change(Row(D, C))], "x")
        assert office.routes.why_not(KEEPER, ROUTE) is None

    def test_what_does_not_exist_is_not_found(self, office):
        with pytest.raises(NotFound):
            office.routes.rows(KEEPER, "nope")
        with pytest.raises(NotFound):
            office.routes.end(KEEPER, ROUTE, 999, "2026-12-31")


HEADS = ["机构", "类别", "下一机构", "起始日期", "截止日期", "终点"]


def sheet(*lines: dict[str, str]) -> bytes:
    return table([HEADS, *([line.get(head, "") for head in HEADS] for line in lines)])


def table(lines: list[list[str]]) -> bytes:
    written = BytesIO()
    write_xlsx(written, "x", lines[0], lines[1:])
    return written.getvalue()


class TestImport:
    def test_lines_of_a_sheet_become_proposals(self, office):
        content = sheet(
            {"机构": D, "类别": "大厅", "下一机构": C, "起始日期": "2026-10-01"},
            {"机构": D, "下一机构": C, "终点": ""},
        )

        proposed, failed = office.routes.read(KEEPER, ROUTE, content)

        assert failed == []
        assert [change.row for change in proposed] == [
            Row(D, C, {"kind": "hall"}, "2026-10-01"),
            Row(D, C),
        ]

    def test_each_line_that_cannot_be_read_is_named_with_the_reason(self, office):
        content = sheet(
            {"机构": "三所", "下一机构": C},
            {"机构": D, "类别": "塔楼", "下一机构": C},
            {"机构": D, "下一机构": C},
            {},
            {"机构": D, "下一机构": B},
            {"下一机构": C},
            {"机构": A},
        )

        proposed, failed = office.routes.read(KEEPER, ROUTE, content)

        assert [(one.number, one.reason) for one in failed] == [
            (2, "没有机构“三所”"),
            (3, "“类别”没有“塔楼”这个值"),
            (6, f"“{NAMES[D]}”在这段时间已有条件相同的一行"),
            (7, "请填写机构"),
            (8, "请填写下一机构，或标明这里是终点"),
        ]
        assert failed[0].cells == ["三所", "", C, "", "", ""]
        assert [change.row for change in proposed] == [Row(D, C)]

    def test_a_value_given_for_all_lines_counts_where_a_line_says_nothing(self, office):
        content = sheet({"机构": D, "下一机构": C}, {"机构": D, "类别": "处室", "下一机构": B})

        proposed, failed = office.routes.read(KEEPER, ROUTE, content, {"kind": "hall"})

        assert [change.row for change in proposed] == [Row(D, C, {"kind": "hall"})]
        assert [one.reason for one in failed] == ["“类别”与导入时统一填写的不同"]
        with pytest.raises(Refused, match="route_unknown_value"):
            office.routes.read(KEEPER, ROUTE, content, {"kind": "tower"})

    def test_the_sheet_of_failed_lines_can_be_mended_and_read_again(self, office):
        _, failed = office.routes.read(KEEPER, ROUTE, sheet({"机构": "三所", "下一机构": C}))

        _, content = office.routes.failed_sheet(KEEPER, ROUTE, failed)

        assert read_table(content, 9) == [
            [*HEADS, "行号", "原因"],
            ["三所", "", C, "", "", "", "2", "没有机构“三所”"],
        ]
        assert office.routes.read(KEEPER, ROUTE, content) == ([], failed)


class TestSheets:
    def test_what_is_exported_is_there_already(self, office):
        rows_ = rows(office)

        name, content = office.routes.sheet(KEEPER, ROUTE, rows_)
        proposed, failed = office.routes.read(KEEPER, ROUTE, content)

        assert name == "审批路径.xlsx"
        assert (proposed, len(failed)) == ([], len(rows_))

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"no sheet", "sheet_unreadable"),
            (table([["机构", "下一机构"], [D, C]]), "sheet_other_columns"),
            (sheet(), "sheet_without_lines"),
            (table([HEADS, *[[D, "", C, "", "", ""]] * (MOST_LINES + 1)]), "sheet_too_long"),
        ],
    )  # fmt: skip
    def test_a_file_that_is_not_the_template_is_refused_as_a_whole(self, office, content, code):
        with pytest.raises(Refused, match=code) as refused:
            office.routes.read(KEEPER, ROUTE, content)

        assert refused.value.say


@pytest.mark.req("BUR-18")
class TestWholeTables:
    def test_a_circle_is_refused_and_named(self, office):
        last = the(office, C)
        round_ = office.routes.edit(KEEPER, ROUTE, last.id, Row(C, A))
        before = rows(office)

        assert "又会回到" in office.routes.problems(KEEPER, ROUTE, [round_])[0]
        with pytest.raises(Refused, match="route_goes_round"):
            office.routes.publish(KEEPER, ROUTE, [round_], "试")
        assert rows(office) == before

    def test_a_circle_of_some_keys_and_a_later_day_is_found(self, office):
        later = Row(C, A, {"kind": "hall"}, valid_from="2027-03-01")

        (problem,) = office.routes.problems(KEEPER, ROUTE, [Change(later)])

        assert "从 2027-03-01 起" in problem
        assert "（大厅）" in problem

    def test_an_organisation_behind_which_nothing_comes_is_refused(self, office):
        with pytest.raises(Refused, match="route_has_a_hole") as refused:
            office.routes.publish(KEEPER, ROUTE, [Change(Row(A, D, {"kind": "hall"}))], "试")

        assert "到“二分局”后没有下一机构（大厅）" in refused.value.sentence

    def test_a_row_that_others_need_cannot_end_alone(self, office):
        ended = office.routes.end(KEEPER, ROUTE, the(office, B).id, "2026-12-31")

        (problem,) = office.routes.problems(KEEPER, ROUTE, [ended])
        instead = Change(Row(B, C, valid_from="2027-01-01"))

        assert problem.startswith("从 2027-01-01 起，到“一分局”后没有下一机构")
        assert office.routes.problems(KEEPER, ROUTE, [ended, instead]) == []

    def test_what_was_wrong_before_hinders_nobody(self, office):
        with office.store.write() as unit:
            unit.routes.add(hop_of(ROUTE, "town", Row(D, "四所")))

        kept = the(office, A)
        added = office.routes.edit(KEEPER, ROUTE, kept.id, replace(kept.row, to=C))
        office.routes.publish(KEEPER, ROUTE, [added], "补充")

        assert len(office.routes.problems(KEEPER, ROUTE)) == 1

    def test_an_organisation_out_of_use_is_on_no_new_row_but_its_row_can_end(self, office):
        office.registers.act(KEEPER, "organisations", B, "deregister", {"reason": "撤并"})

        with pytest.raises(Refused, match="route_closed_organisation"):
            office.routes.add(KEEPER, ROUTE, Row(D, B))
        kept = the(office, B)
        assert office.routes.end(KEEPER, ROUTE, kept.id, "2026-12-31").ends


@pytest.mark.req("ENG-16")
class TestWays:
    def test_the_way_depends_on_organisation_key_and_day(self, office):
        changes = [Change(Row(A, D, {"kind": "hall"}, "2027-01-01")), Change(Row(D, C))]

        def way(kind: str, day: str) -> tuple[list[str], bool]:
            return office.routes.way(KEEPER, ROUTE, changes, A, {"kind": kind}, day)

        assert way("hall", "2026-12-31") == ([NAMES[B], NAMES[C]], True)
        assert way("hall", "2027-01-01") == ([NAMES[D], NAMES[C]], True)
        assert way("office", "2027-01-01") == ([NAMES[B], NAMES[C]], True)

    def test_the_tree_begins_where_routes_end(self, office):
        (root,) = office.routes.tree(KEEPER, ROUTE, {}, "2026-09-01")

        assert (root.organisation, root.final) == (C, True)
        assert [node.organisation for node in root.before] == [B]
        assert [node.organisation for node in root.before[0].before] == [A]


@pytest.mark.req("ENG-16", "BUR-19")
class TestResolution:
    """Whether a case under way follows a change is a policy of its process."""

    @pytest.mark.parametrize(("resolution", "then"), [("at_each_step", D), ("pinned_at_start", C)])
    def test_a_case_under_way_follows_the_table_or_the_plan_it_began_with(self, resolution, then):
        process = MORE["definitions/processes/town/request.yaml"].replace(
            "from: data.unit}", "from: data.unit, resolve: policy.route_resolution}"
        )
        policy = f"""policy:
          route_resolution:
            values: [at_each_step, pinned_at_start]
            default: {resolution}
            set_by: [jurisdiction]
        start: {{who: person}}"""
        process = process.replace("start: {who: person}", policy, 1)
        office = open_office(more={**MORE, "definitions/processes/town/request.yaml": process})
        with office.store.write() as unit:
            for organisation in (C, D):
                office.directory.grant(unit, "周局", "checker", organisation, jurisdiction="town")
        tables = office.routes
        tables.publish(
            KEEPER,
            ROUTE,
            [Change(Row(A, B)), Change(Row(B, C)), Change(Row(C, final=True))],
            "建立",
        )
        uid = a_request(office, kind="hall")
        office.cases.act(person("王审", A), uid, "pass")
        office.cases.act(person("赵复", A), uid, "pass")
        assert organisation_of(office, uid) == B

        moved = tables.edit(KEEPER, ROUTE, the(office, B).id, Row(B, D))
        tables.publish(KEEPER, ROUTE, [moved, Change(Row(D, C))], "改道")
        office.cases.act(person("周局", B), uid, "pass")

        assert organisation_of(office, uid) == then
        later = a_request(office, by="李四", kind="hall")
        office.cases.act(person("王审", A), later, "pass")
        office.cases.act(person("赵复", A), later, "pass")
        office.cases.act(person("周局", B), later, "pass")
        assert organisation_of(office, later) == D
        office.close()


def organisation_of(office: Platform, uid: str) -> str | None:
    """The organisation a case on the route waits at."""
    with office.store.read() as unit:
        row = unit.cases.load(uid)
    assert row is not None
    assert row.step == "along"
    return row.organisation
