"""Lists show what the relation says, count what they show, and reveal nothing else."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from engine.domain.errors import NotAllowed, NotFound
from engine.services.list_questions import ListQuestions
from engine.services.platform import Platform
from tests.support.office import FILES, NINE, a_request, open_office, person

REVIEWER, CHECKER = person("王审", "一所"), person("赵复", "一所")


@pytest.fixture
def office() -> Platform:
    return open_office()


def cells(office: Platform, actor, name: str, **asked) -> list[tuple[str, ...]]:
    return [tuple(row.cells) for row in office.lists.page(actor, name, **asked).rows]


class TestRelations:
    @pytest.mark.req("UNIT-05", "REV-22")
    def test_waiting_is_what_waits_at_my_organisation(self, office: Platform):
        here = a_request(office, subject="会议室")
        a_request(office, subject="车库", unit="二分局")
        a_request(office, subject="草稿", submit=False)

        assert office.lists.keys(REVIEWER, "town/to-review") == [here]
        assert cells(office, REVIEWER, "town/to-review") == [
            ("2026-000001", "张三", "", "会议室", "", "待审核", "2026-09-01 09:00")
        ]

    @pytest.mark.req("REV-04")
    def test_each_stage_waits_for_those_who_may_do_it(self, office: Platform):
        uid = a_request(office)
        assert office.lists.keys(CHECKER, "town/to-review") == []

        office.cases.act(REVIEWER, uid, "pass")

        assert office.lists.keys(CHECKER, "town/to-review") == [uid]
        assert office.lists.keys(REVIEWER, "town/to-review") == []

    @pytest.mark.req("REV-29")
    def test_nobody_is_offered_their_own_request(self, office: Platform):
        a_request(office, by="王审")

        assert office.lists.keys(REVIEWER, "town/to-review") == []

    @pytest.mark.req("REV-18", "QRY-05")
    def test_acted_shows_what_we_did_and_where_it_is_now(self, office: Platform):
        uid = a_request(office, subject="会议室")
        for actor in (REVIEWER, CHECKER):
            office.clock.set(office.clock.now() + timedelta(hours=1))
            office.cases.act(actor, uid, "pass")

        assert cells(office, REVIEWER, "town/handled") == [
            ("2026-000001", "会议室", "通过", "2026-09-01 11:00", "待复核", "一分局")
        ]
        assert office.lists.keys(person("周局", "二分局"), "town/handled") == []

    @pytest.mark.req("UNIT-18")
    def test_acted_can_be_narrowed_to_the_last_verb(self, office: Platform):
        returned, passed = a_request(office), a_request(office)
        office.cases.act(REVIEWER, returned, "return", input={"reason": "缺材料"})
        office.cases.act(REVIEWER, passed, "pass")

        assert office.lists.keys(REVIEWER, "town/returned") == [returned]

    @pytest.mark.req("QRY-01", "REV-22")
    def test_here_is_what_waits_with_us_and_what_we_did(self):
        path = "definitions/lists/town/handled.yaml"
        office = open_office(more={path: FILES[path].replace("relation: acted", "relation: here")})
        done, waits, elsewhere = (
            a_request(office),
            a_request(office),
            a_request(office, unit="二分局"),
        )
        for actor in (REVIEWER, CHECKER):
            office.cases.act(actor, done, "pass")
        a_request(office, submit=False)

        assert sorted(office.lists.keys(REVIEWER, "town/handled")) == sorted([done, waits])
        assert office.lists.keys(person("周局", "二分局"), "town/handled") == [elsewhere]

    @pytest.mark.req("BUR-42")
    def test_all_is_all_at_the_head_and_further_down_what_was_there_or_below(
        self, office: Platform
    ):
        """Whoever held the permission at any bureau saw the cases of the whole jurisdiction."""
        own, other = a_request(office, amount=20), a_request(office, amount=20, unit="二分局")
        with office.store.write() as unit:
            office.directory.grant(unit, "李四", "administrator", "一分局", jurisdiction="town")
        below = person("李四", "一分局")

        assert office.lists.keys(below, "town/everything") == [own]
        assert len(office.lists.keys(person("钱管", "市局"), "town/everything")) == 2
        assert office.views.view(below, own).uid == own
        with pytest.raises(NotFound):
            office.views.view(below, other)

    @pytest.mark.req("QRY-05")
    def test_mine_is_what_i_started_with_its_public_status(self, office: Platform):
        uid = a_request(office, subject="会议室")
        a_request(office, by="李四")
        office.cases.act(REVIEWER, uid, "pass")
        office.cases.act(CHECKER, uid, "pass")

        assert cells(office, person("张三"), "town/my-requests") == [
            ("2026-000001", "会议室", "审核中", "一分局", "")
        ]

    def test_all_is_narrowed_by_its_condition(self, office: Platform):
        a_request(office, amount=5)
        a_request(office, amount=20)

        assert cells(office, person("钱管", "市局"), "town/everything") == [
            ("2026-000002", "20", "审核", "初审", "一所", "0")
        ]


class TestCounts:
    @pytest.mark.req("QRY-06", "UNIT-04", "REV-04")
    def test_a_figure_equals_the_rows_it_leads_to(self, office: Platform):
        for _ in range(3):
            a_request(office)
        both = person("赵复", "一所")
        with office.store.write() as unit:
            office.directory.grant(unit, "赵复", "reviewer", "一所", jurisdiction="town")
        uid = office.lists.keys(both, "town/to-review")[0]
        office.cases.act(REVIEWER, uid, "pass")

        tiles = [tile for tile in office.lists.home(both) if tile.list == "town/to-review"]
        pages = [office.lists.page(both, tile.list, filters=tile.query) for tile in tiles]

        assert [(tile.title, tile.count) for tile in tiles] == [("待初审", 2), ("待复审", 1)]
        assert [page.total for page in pages] == [tile.count for tile in tiles]
        assert [len(page.rows) for page in pages] == [tile.count for tile in tiles]

    def test_the_menu_counts_what_waits(self, office: Platform):
        a_request(office)

        assert office.lists.counts(REVIEWER) == {"town/to-review": 1}


class TestPages:
    def test_pages_by_key_neither_skip_nor_repeat(self, office: Platform):
        uids = []
        for number in range(7):
            office.clock.set(NINE + timedelta(minutes=number // 2))
            uids.append(a_request(office, subject=f"事由{number % 3}"))

        for sort in ("arrived_at", "-arrived_at", "data.subject", "-data.subject", "status"):
            found, cursor = [], ""
            while True:
                page = office.lists.page(
                    REVIEWER, "town/to-review", sort=sort, cursor=cursor, limit=2
                )
                found += [row.key for row in page.rows]
                cursor = page.next_cursor
                if not cursor:
                    break
            assert sorted(found) == sorted(uids), sort
            assert len(found) == len(uids), sort

    @pytest.mark.parametrize(
        ("search", "found"),
        [("会议", 1), ("张三", 2), ("000002", 1), ("会议 张三", 1), ("会议 李四", 0), ("%", 0)],
    )
    def test_search_looks_in_number_name_and_data(self, office: Platform, search: str, found: int):
        a_request(office, subject="会议室")
        a_request(office, subject="车库")

        page = office.lists.page(REVIEWER, "town/to-review", search=search)

        assert page.total == found

    def test_filters_offer_what_there_is_and_narrow(self, office: Platform):
        a_request(office, kind="hall")
        a_request(office, kind="office")

        page = office.lists.page(REVIEWER, "town/to-review", filters={"data.kind": "hall"})

        options = {each.title: each.options for each in page.filters}
        assert options["类别"] == [("office", "处室"), ("hall", "大厅")]
        assert options["受理单位"] == [("一所", "一所")]
        assert page.total == 1

    def test_bulk_actions_carry_the_authors_captions(self, office: Platform):
        page = office.lists.page(REVIEWER, "town/to-review")

        assert [(each.name, each.title) for each in page.bulk] == [
            ("pass", "通过"),
            ("return", "退回"),
        ]

    def test_a_forged_cursor_leads_nowhere(self, office: Platform):
        with pytest.raises(NotFound):
            office.lists.page(REVIEWER, "town/to-review", cursor="!!")


class TestRights:
    @pytest.mark.req("ACC-17", "SEC-01")
    def test_a_list_without_its_permission_is_refused_by_name(self, office: Platform):
        with pytest.raises(NotAllowed):
            office.lists.page(REVIEWER, "town/everything")
        with pytest.raises(NotAllowed):
            office.lists.page(person("张三"), "town/to-review")

    def test_an_export_holds_the_rows_and_no_formula(self, office: Platform):
        a_request(office, subject="=1+1")

        name, content = office.lists.export(REVIEWER, "town/to-review")

        sheet = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0)
        rows = sheet.to_python()
        assert name == "待审核.xlsx"
        assert rows[0][:4] == ["编号", "发起人", "类别", "事由"]
        assert rows[1][3] == "=1+1"

    def test_a_list_that_is_not_to_be_exported_is_not(self, office: Platform):
        with pytest.raises(NotAllowed):
            office.lists.export(REVIEWER, "town/handled")


class TestListsOfRecords:
    """A list may be about a register instead of cases."""

    @pytest.mark.req("ORG-16")
    def test_it_shows_what_it_says_of_the_records_below(self, office: Platform):
        page = office.lists.page(person("钱管", "市局"), "town/staffed")

        assert page.title == "下级单位"
        assert [column.title for column in page.columns] == ["单位名称", "在编人数"]
        assert [tuple(row.cells) for row in page.rows] == [("一所", "120"), ("二分局", "30")]
        assert office.lists.keys(person("赵复", "一所"), "town/staffed") == []

    def test_it_is_searched_sorted_and_exported(self, office: Platform):
        viewer = person("周局", "一分局")

        assert cells(office, viewer, "town/staffed", search="一") == [("一所", "120")]
        assert cells(office, viewer, "town/staffed", search="二") == []
        assert office.lists.count(viewer, "town/staffed") == 1
        assert office.lists.export(viewer, "town/staffed")[0] == "下级单位.xlsx"

    def test_its_own_permission_opens_it(self, office: Platform):
        with pytest.raises(NotAllowed):
            office.lists.page(REVIEWER, "town/staffed")


@pytest.mark.req("FORM-06")
def test_what_a_process_hides_or_masks_is_so_on_its_lists_too() -> None:
    request = "definitions/processes/town/request.yaml"
    masks = "review: {hide: [subject], mask: [kind, amount]}, initiator: {mask: [subject]}"
    text = FILES[request].replace("steps:", f"views: {{{masks}}}\n        steps:", 1)
    platform = open_office(more={request: text})
    uid = a_request(platform, subject="会议室", kind="hall", amount=12)

    assert cells(platform, REVIEWER, "town/to-review")[0][2:5] == ("大*", "", "***")
    content = BytesIO(platform.lists.export(REVIEWER, "town/to-review")[1])
    rows = CalamineWorkbook.from_filelike(content).get_sheet_by_index(0).to_python()
    assert rows[1][2:5] == ["大*", "", "***"]
    assert cells(platform, person("张三"), "town/my-requests")[0][1] == "会**"
    # In the second stage it waits for somebody from whom nothing is kept.
    platform.cases.act(REVIEWER, uid, "pass")
    assert cells(platform, CHECKER, "town/to-review")[0][2:5] == ("大厅", "会议室", "12")


class TestWhatIsKeptFromTheReader:
    """By a field that the reader does not see nothing is found, ordered or counted."""

    @pytest.fixture
    def office(self) -> Platform:
        request, listing = "definitions/processes/town/request.yaml", "town/to-review"
        views = "views: {review: {hide: [subject], mask: [kind]}, initiator: {mask: [kind]}}"
        counts = "counts: [data.kind, data.unit]\n        whole: true\n        export: true"
        path = f"definitions/lists/{listing}.yaml"
        mine = "definitions/lists/town/my-requests.yaml"
        more = "columns: [number, {field: data.kind, title: 类型},"
        office = open_office(
            more={
                request: FILES[request].replace("steps:", f"{views}\n        steps:", 1),
                path: FILES[path].replace("export: true", counts),
                mine: FILES[mine].replace("columns: [number,", more),
            }
        )
        a_request(office, subject="会议室", kind="hall")
        a_request(office, subject="车库", kind="office")
        return office

    @pytest.mark.req("FORM-06", "SEC-02")
    @pytest.mark.parametrize("asked", [{"filters": {"data.kind": "hall"}}, {"sort": "data.kind"}])
    def test_it_is_refused_to_ask_by_it(self, office: Platform, asked: dict[str, Any]):
        with pytest.raises(NotAllowed, match="field_not_shown") as refused:
            office.lists.page(REVIEWER, "town/to-review", **asked)

        assert refused.value.params == {"field": "类别"}
        if "filters" in asked:
            for ask in (office.lists.keys, office.lists.export, office.list_figures.of):
                with pytest.raises(NotAllowed, match="field_not_shown"):
                    ask(REVIEWER, "town/to-review", **asked)

    @pytest.mark.req("FORM-06", "SEC-02")
    def test_it_is_neither_offered_nor_searched_nor_counted(self, office: Platform):
        page = office.lists.page(REVIEWER, "town/to-review")
        figures = office.list_figures.of(REVIEWER, "town/to-review")

        assert [one.field for one in page.filters] == ["data.unit", "status"]
        sortable = {one.field for one in page.columns if one.sortable}
        assert sortable == {"number", "initiator", "data.amount", "status", "arrived_at"}
        assert office.lists.keys(REVIEWER, "town/to-review", search="会议室") == []
        assert [one.path for one in figures.counted] == ["data.unit"]

    @pytest.mark.req("FORM-06")
    def test_others_ask_as_before(self, office: Platform):
        for uid in office.lists.keys(REVIEWER, "town/to-review"):
            office.cases.act(REVIEWER, uid, "pass")

        assert cells(office, CHECKER, "town/to-review", search="会议室")[0][2:4] == (
            "大厅",
            "会议室",
        )
        assert len(cells(office, CHECKER, "town/to-review", filters={"data.kind": "hall"})) == 1
        figures = office.list_figures.of(CHECKER, "town/to-review")
        assert [one.number for one in figures.counted[0].figures] == [1, 1]

    @pytest.mark.req("FORM-06")
    def test_what_is_kept_from_who_started_a_case_leaves_out_their_own(self, office: Platform):
        with office.store.write() as unit:
            office.directory.grant(unit, "张三", "checker", "一所", jurisdiction="town")
        mine = person("张三", "一所")
        for uid in office.lists.keys(REVIEWER, "town/to-review"):
            office.cases.act(REVIEWER, uid, "pass")
        a_request(office, by="李四", kind="hall")

        assert "data.kind" not in {
            one.field for one in office.lists.page(mine, "town/my-requests").columns if one.sortable
        }
        listing, sight = office.release.lists["town/to-review"], office.lists.sight(mine)
        with office.store.read() as unit:
            asked = office.lists.worklist(unit, mine, listing, {"data.kind": "hall"}, "", sight)
            found = unit.worklists.count(replace(asked, relation="all", stages=(), steps=()))
            tally = unit.worklists.tally(replace(asked, relation="all", equal={}), "kind")
        assert (found, tally) == (1, [("hall", 1)])


SEES_ALL = person("钱管", "市局")


class TestWhatAListOpens:
    """Through a list one may open what it shows (REV-22), and nothing beside it."""

    @pytest.mark.req("REV-22", "SEC-02")
    def test_a_case_that_its_condition_leaves_out_is_not_opened_by_its_id(self, office: Platform):
        """Whoever could open a list read every case of its processes, drafts too, by the id."""
        shown, left_out = a_request(office, amount=20.0), a_request(office, amount=5.0)

        assert office.lists.keys(SEES_ALL, "town/everything") == [shown]
        assert office.views.view(SEES_ALL, shown).uid == shown
        for look in (office.views.view, office.views.course, office.views.choices):
            with pytest.raises(NotFound):
                look(SEES_ALL, left_out)

    @pytest.mark.req("REV-22")
    def test_it_opens_no_longer_when_the_condition_holds_no_longer(self, office: Platform):
        uid = a_request(office, amount=20.0)
        office.cases.withdraw(person("张三"), uid)
        office.cases.save(person("张三"), uid, {"amount": 5.0})

        with pytest.raises(NotFound):
            office.views.view(SEES_ALL, uid)

    @pytest.mark.parametrize(
        "narrowed", ["steps: [check]", "statuses: [checked]", "closed: yes", "handled: [return]"]
    )
    def test_nor_what_lies_outside_its_scope(self, narrowed: str):
        """Beside `where` a list is narrowed by steps, statuses and what was done."""
        relation = "acted" if narrowed.startswith("handled") else "below"
        listing = f"""
            list: town/below
            title: 下级
            relation: {relation}
            permission: see_all
            {narrowed}
            columns: [number]
            """
        office = open_office(more={"definitions/lists/town/below.yaml": listing})
        uid = a_request(office)

        assert office.lists.keys(SEES_ALL, "town/below") == []
        with pytest.raises(NotFound):
            office.views.view(SEES_ALL, uid)

    def test_it_is_asked_of_that_case_alone(self, office: Platform):
        """What it costs does not grow with the cases there are."""
        uid = a_request(office, amount=5.0)
        asked: list[tuple[str, object]] = []
        with office.store.read() as unit:
            row = unit.cases.load(uid)
            sa.event.listen(
                unit.connection, "before_cursor_execute",
                lambda c, cursor, sql, given, *rest: asked.append((sql, given)),
            )  # fmt: skip
            assert not ListQuestions(office.records, office.directory).shown(unit, SEES_ALL, row)
            sql, given = next(one for one in asked if "case_fields" in one[0])
            plan = unit.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given).all()
        steps = [str(row[3]) for row in plan]
        assert any("case_fields" in step for step in steps)
        for step in steps:
            if "case_fields" in step or "work_items" in step:
                assert "(case_id=?" in step, steps
