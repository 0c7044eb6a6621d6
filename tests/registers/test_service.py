"""What people do with records: rights and scope, states, unique values, the tree, history."""

from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from engine.domain.errors import InvalidSubmission, NotAllowed, NotFound, Refused, Stale
from engine.services.changed import Change
from engine.services.platform import Platform
from tests.support.office import FILES, a_request, open_office, person

ADMINISTRATOR, REVIEWER = person("钱管", "市局"), person("王审", "一所")


@pytest.fixture
def office() -> Platform:
    return open_office()


def computing(field: str) -> Platform:
    """The office, whose organisations have one more computed field."""
    path, form = "definitions/registers/organisations.yaml", "forms/organisation.yaml"
    twin = "twin: {title: 另一单位, reference: organisations}\n          superior:"
    return open_office(
        more={
            path: FILES[path].replace("computed: {is_large", f"computed: {{{field}, is_large"),
            form: FILES[form].replace("superior:", twin),
        }
    )


def keys(office: Platform, actor, register: str, **asked) -> list[str]:
    return [row.key for row in office.registers.page(actor, register, **asked).rows]


class TestPages:
    @pytest.mark.req("ORG-16", "BUR-42")
    def test_a_page_shows_ones_own_organisation_and_those_below(self, office: Platform):
        assert keys(office, ADMINISTRATOR, "organisations") == ["一分局", "一所", "二分局", "市局"]
        with office.store.write() as unit:
            office.directory.grant(unit, "周局", "handler", "一分局", jurisdiction="town")
        assert keys(office, person("周局", "一分局"), "organisations") == ["一分局", "一所"]

    @pytest.mark.req("ACC-17")
    def test_what_all_may_look_up_is_listed_for_those_who_work_with_it(self, office: Platform):
        for actor in (REVIEWER, person("张三")):
            assert office.registers.options(actor, "organisations", "一所")
            with pytest.raises(NotAllowed):
                office.registers.page(actor, "organisations")

    @pytest.mark.req("BUR-41")
    def test_records_are_found_by_part_of_a_name_or_number(self, office: Platform):
        assert keys(office, ADMINISTRATOR, "organisations", search="分局") == ["一分局", "二分局"]
        assert keys(office, ADMINISTRATOR, "organisations", search="11") == ["一分局", "一所"]

    @pytest.mark.req("BUR-41")
    def test_filters_and_sorting_use_typed_indexes(self, office: Platform):
        page = office.registers.page(
            ADMINISTRATOR, "organisations", filters={"kind": "office"}, sort="-staff"
        )

        assert [row.key for row in page.rows] == ["二分局", "一分局", "市局"]
        options = {each.title: each.options for each in page.filters}
        assert options["类型"] == [("office", "处室"), ("hall", "大厅")]
        assert options["上级单位"] == [("一分局", "一分局"), ("市局", "市局")]

    def test_cells_are_in_words(self, office: Platform):
        page = office.registers.page(ADMINISTRATOR, "organisations", search="一所")

        assert [column.title for column in page.columns] == [
            "单位名称", "统一社会信用代码", "类型", "上级单位", "人数", "状态",
        ]  # fmt: skip
        assert page.rows[0].cells == ["一所", "111", "大厅", "一分局", "120", "正常"]

    def test_pages_go_on_behind_the_last_row(self, office: Platform):
        first = office.registers.page(ADMINISTRATOR, "organisations", limit=3)
        second = office.registers.page(
            ADMINISTRATOR, "organisations", limit=3, cursor=first.next_cursor
        )

        assert [row.key for row in (*first.rows, *second.rows)] == [
            "一分局", "一所", "二分局", "市局",
        ]  # fmt: skip
        assert first.total == 4
        assert second.next_cursor == ""

    @pytest.mark.req("SEC-02")
    def test_a_private_number_is_found_whole_and_never_in_part(self, office: Platform):
        assert keys(office, ADMINISTRATOR, "people", search="120101199001010002") == ["王审"]
        assert keys(office, ADMINISTRATOR, "people", search="12010119900101") == []

    @pytest.mark.req("ACC-17", "SEC-01")
    def test_a_register_without_its_permission_is_refused(self, office: Platform):
        with pytest.raises(NotAllowed):
            office.registers.page(REVIEWER, "people")
        with pytest.raises(NotFound):
            office.registers.page(ADMINISTRATOR, "nothing")

    def test_an_export_holds_the_rows(self, office: Platform):
        office.registers.create(REVIEWER, "keys", {"room": "101", "unit": "一所"})

        name, content = office.registers.export(REVIEWER, "keys")

        rows = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
        assert name == "钥匙.xlsx"
        assert rows == [
            ["房间", "保管单位", "领用人", "领用日期", "状态"],
            ["101", "一所", "", "", "在库"],
        ]

    @pytest.mark.req("IMP-08")
    def test_an_export_holds_exactly_the_rows_of_the_query_on_all_its_pages(self, office: Platform):
        for number in range(60):
            office.registers.create(REVIEWER, "keys", {"room": f"{number:03}", "unit": "一所"})
        office.registers.act(REVIEWER, "keys", "007", "give", {"reason": "值班"})
        asked = {"filters": {"state": "free"}}

        first = office.registers.page(REVIEWER, "keys", **asked)
        second = office.registers.page(REVIEWER, "keys", **asked, cursor=first.next_cursor)
        _, content = office.registers.export(REVIEWER, "keys", **asked)

        lines = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
        assert len(first.rows) == 50
        assert lines[1:] == [list(row.cells) for row in (*first.rows, *second.rows)]
        assert len(lines) == 60
        assert "007" not in [line[0] for line in lines]

    @pytest.mark.req("IMP-09")
    @pytest.mark.parametrize(
        ("unmask", "shown"),
        [("", "120***********0002"), ("unmask: view_keys, ", "120101199001010002")],
    )
    def test_private_values_are_masked_unless_the_role_may_see_them(self, unmask: str, shown: str):
        people, register = "definitions/registers/people.yaml", "definitions/registers/keys.yaml"
        number = "[room, {field: holder.basics.id_number, title: 证件},"
        office = open_office(
            more={
                people: FILES[people].replace("permissions: {", f"permissions: {{{unmask}"),
                register: FILES[register].replace("[room, unit", f"{number} unit"),
            }
        )
        office.registers.create(REVIEWER, "keys", {"room": "101", "unit": "一所"})
        office.registers.act(REVIEWER, "keys", "101", "give", {"reason": "值班"})
        with office.store.write() as unit:
            office.directory.grant(unit, "周局", "reviewer", "一分局", jurisdiction="town")
        above = person("周局", "一分局")

        (row,) = office.registers.page(above, "keys").rows
        _, content = office.registers.export(above, "keys")

        lines = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
        assert row.cells[1] == lines[1][1] == shown
        with office.store.read() as unit:
            noted = [(look.person, look.what) for look in unit.access_log.of("王审")]
        assert noted == [("周局", "export keys")]
        office.close()


class TestChanging:
    @pytest.mark.req("ORG-17")
    def test_a_new_unit_becomes_the_child_of_the_chosen_one(self, office: Platform):
        key = office.registers.create(
            ADMINISTRATOR, "organisations", {"name": "三分局", "superior": "市局"}
        )

        assert office.directory.superior(key) == "市局"
        assert office.registers.get(ADMINISTRATOR, "organisations", key).name == "三分局"

    def test_nobody_adds_a_unit_beside_their_own(self, office: Platform):
        with office.store.write() as unit:
            office.directory.grant(unit, "周局", "administrator", "一分局", jurisdiction="town")
        values = {"name": "三所", "superior": "二分局"}

        with pytest.raises(NotAllowed, match="outside_your_scope"):
            office.registers.create(person("周局", "一分局"), "organisations", values)
        assert office.registers.options(ADMINISTRATOR, "organisations", "三所") == []

    @pytest.mark.req("ORG-18", "ORG-19")
    def test_locked_fields_change_only_by_who_may(self, office: Platform):
        with office.store.write() as unit:
            office.directory.grant(unit, "周局", "handler", "一分局", jurisdiction="town")
        own = person("周局", "一分局")

        office.registers.change(own, "organisations", "一分局", {"name": "改名", "staff": 7})
        assert office.registers.get(own, "organisations", "一分局").data["name"] == "一分局"
        assert office.registers.get(own, "organisations", "一分局").data["staff"] == 7

        office.registers.change(ADMINISTRATOR, "organisations", "一分局", {"name": "改名"})
        assert office.registers.get(own, "organisations", "一分局").name == "改名"

    @pytest.mark.req("ORG-19")
    def test_nobody_changes_the_locked_fields_of_their_own_unit(self, office: Platform):
        with office.store.write() as unit:
            office.directory.grant(unit, "周局", "administrator", "一分局", jurisdiction="town")
        own = person("周局", "一分局")

        office.registers.change(own, "organisations", "一分局", {"name": "改名"})
        office.registers.change(own, "organisations", "一所", {"name": "改名"})

        assert office.registers.get(own, "organisations", "一分局").name == "一分局"
        assert office.registers.get(own, "organisations", "一所").name == "改名"
        form = office.registers.form(own, "organisations", "一分局")
        assert {one.name for one in form.walk() if not one.editable} == {"name", "superior"}

    @pytest.mark.req("ORG-30")
    def test_a_name_is_unique_among_units_in_use(self, office: Platform):
        values = {"name": "一所", "superior": "市局"}
        with pytest.raises(Refused, match="duplicate_record"):
            office.registers.create(ADMINISTRATOR, "organisations", values)

        office.registers.act(
            ADMINISTRATOR, "organisations", "一所", "deregister", {"reason": "合并"}
        )

        assert office.registers.create(ADMINISTRATOR, "organisations", values)

    @pytest.mark.req("ORG-29")
    @pytest.mark.parametrize("superior", ["一所", "一分局"])
    def test_the_tree_takes_no_circle(self, office: Platform, superior: str):
        with pytest.raises(Refused, match="tree_circle"):
            office.registers.change(
                ADMINISTRATOR, "organisations", "一分局", {"superior": superior}
            )
        assert office.directory.superior("一分局") == "市局"

    def test_what_a_form_refuses_is_not_kept(self, office: Platform):
        with pytest.raises(InvalidSubmission) as refused:
            office.registers.create(ADMINISTRATOR, "organisations", {"staff": "many"})

        assert sorted(error.name for error in refused.value.errors) == ["name", "staff"]

    def test_a_reference_to_nothing_is_refused(self, office: Platform):
        with pytest.raises(InvalidSubmission):
            office.registers.create(
                ADMINISTRATOR, "organisations", {"name": "三分局", "superior": "没有"}
            )

    def test_somebody_faster_makes_a_change_stale(self, office: Platform):
        seen = office.registers.get(ADMINISTRATOR, "organisations", "一所").version
        office.registers.change(ADMINISTRATOR, "organisations", "一所", {"staff": 1}, version=seen)

        with pytest.raises(Stale):
            office.registers.change(
                ADMINISTRATOR, "organisations", "一所", {"staff": 2}, version=seen
            )

    @pytest.mark.req("BUR-07")
    def test_a_record_that_is_referred_to_stays(self, office: Platform):
        with pytest.raises(Refused, match="record_in_use") as refused:
            office.registers.delete(ADMINISTRATOR, "organisations", "一分局")
        assert refused.value.params == {"register": "单位", "name": "一所"}

        a_request(office, unit="二分局")
        with pytest.raises(Refused, match="record_in_use") as refused:
            office.registers.delete(ADMINISTRATOR, "organisations", "二分局")
        assert refused.value.params["name"] == "2026-000001"

    def test_a_record_that_nothing_refers_to_is_deleted(self, office: Platform):
        office.registers.delete(ADMINISTRATOR, "organisations", "二分局")

        with pytest.raises(NotFound):
            office.registers.get(ADMINISTRATOR, "organisations", "二分局")

    @pytest.mark.req("DEPT-13", "SEC-01")
    def test_what_belongs_elsewhere_is_as_if_it_were_not_there(self, office: Platform):
        """Whoever guessed a key was told whether there is such a record elsewhere, and whose."""
        office.registers.create(person("周局", "二分局"), "keys", {"room": "201", "unit": "二分局"})

        act = {"reason": "x"}
        for key in ("201", "there is none"):
            for look in (
                lambda key: office.registers.get(REVIEWER, "keys", key),
                lambda key: office.registers.summary(REVIEWER, "keys", key),
                lambda key: office.registers.form(REVIEWER, "keys", key),
                lambda key: office.registers.change(REVIEWER, "keys", key, act),
                lambda key: office.registers.act(REVIEWER, "keys", key, "give", act),
                lambda key: office.registers.delete(REVIEWER, "keys", key),
                lambda key: office.trails.of_record(REVIEWER, "keys", key),
            ):
                with pytest.raises(NotFound, match="no_such_record"):
                    look(key)
        assert keys(office, REVIEWER, "keys") == []


class TestActions:
    def test_an_action_changes_state_and_fields_at_once(self, office: Platform):
        office.registers.create(REVIEWER, "keys", {"room": "101", "unit": "一所"})

        state = office.registers.act(REVIEWER, "keys", "101", "give", {"reason": "开会"})

        record = office.registers.get(REVIEWER, "keys", "101")
        assert state == "given"
        assert record.state_title == "已领用"
        assert record.data == {
            "room": "101", "unit": "一所", "holder": "王审", "given_on": "2026-09-01",
            "reason": "开会",
        }  # fmt: skip

    def test_an_action_says_why_it_cannot_be_taken(self, office: Platform):
        office.registers.create(REVIEWER, "keys", {"room": "101", "unit": "一所"})
        office.registers.act(REVIEWER, "keys", "101", "give", {"reason": "开会"})

        (offer,) = office.registers.get(REVIEWER, "keys", "101").actions

        assert (offer.name, offer.allowed) == ("give", False)
        with pytest.raises(Refused, match="wrong_state"):
            office.registers.act(REVIEWER, "keys", "101", "give", {"reason": "再来"})

    @pytest.mark.req("ORG-12")
    def test_nobody_decides_about_their_own_unit(self, office: Platform):
        with office.store.write() as unit:
            office.directory.grant(unit, "周局", "administrator", "一分局", jurisdiction="town")
        own = person("周局", "一分局")

        (offer,) = office.registers.get(own, "organisations", "一分局").actions
        assert not offer.allowed
        with pytest.raises(NotAllowed, match="outside_your_scope"):
            office.registers.act(own, "organisations", "一分局", "deregister", {"reason": "x"})
        with pytest.raises(NotAllowed, match="outside_your_scope"):
            office.registers.delete(own, "organisations", "一分局")

        assert (
            office.registers.act(own, "organisations", "一所", "deregister", {"reason": "合并"})
            == "deregistered"
        )

    def test_what_is_asked_must_be_entered(self, office: Platform):
        with pytest.raises(InvalidSubmission):
            office.registers.act(ADMINISTRATOR, "organisations", "一所", "deregister", {})

    @pytest.mark.req("SEC-10")
    def test_an_action_carries_its_confirmation(self, office: Platform):
        (offer,) = office.registers.get(ADMINISTRATOR, "organisations", "一所").actions

        assert (offer.title, offer.confirm, offer.allowed) == ("注销", "确定吗", True)


class TestHistory:
    @pytest.mark.req("SEC-03")
    def test_every_change_names_who_what_before_and_after(self, office: Platform):
        office.registers.change(ADMINISTRATOR, "organisations", "一所", {"staff": 99})
        office.registers.act(
            ADMINISTRATOR, "organisations", "一所", "deregister", {"reason": "并入二分局"}
        )

        last, before = office.trails.of_record(ADMINISTRATOR, "organisations", "一所").steps[:2]

        assert (before.person, before.organisation, before.action) == ("钱管", "市局", "edit")
        assert before.changes == [Change("人数", "120", "99")]
        assert (last.person, last.title) == ("钱管", "注销")
        assert Change("状态", "正常", "已注销") in last.changes
        assert "并入二分局" in [one.after for one in last.changes]

    @pytest.mark.req("SEC-01", "SEC-03")
    def test_it_is_for_those_who_work_with_the_record(self, office: Platform):
        with office.store.write() as unit:
            office.directory.grant(unit, "周局", "handler", "一分局", jurisdiction="town")

        assert office.trails.of_record(person("周局", "一分局"), "organisations", "一所").steps
        for actor, key in ((person("周局", "一分局"), "二分局"), (REVIEWER, "一所")):
            with pytest.raises(NotAllowed):
                office.trails.of_record(actor, "organisations", key)

    @pytest.mark.req("SEC-02", "SEC-03")
    def test_the_history_of_personal_data_is_sealed_and_shown_masked(self, office: Platform):
        office.registers.change(
            ADMINISTRATOR, "people", "张三", {"basics": {"name": "张三", "phone": "13800000000"}}
        )

        with office.store.read() as unit:
            row = unit.records.load("people", "张三")
            assert row is not None
            kept = unit.records.changes(row)[-1].body
        assert kept["fields"] == ["basics"]
        assert "13800000000" not in str(kept)
        assert office.trails.of_record(ADMINISTRATOR, "people", "张三").steps[0].changes == [
            Change("证件号码", "120***********0000", ""),
            Change("电话", "", "13800000000"),
        ]

        with office.store.write() as unit:
            unit.blobs.erase("张三")
        assert office.trails.of_record(ADMINISTRATOR, "people", "张三").steps[0].changes == []

    @pytest.mark.req("SEC-02")
    def test_looking_at_somebody_elses_record_is_noted(self, office: Platform):
        office.registers.get(ADMINISTRATOR, "people", "张三")
        office.registers.get(person("张三"), "people", "张三")

        with office.store.read() as unit:
            assert [look.person for look in unit.access_log.of("张三")] == ["钱管"]


class TestForms:
    @pytest.mark.req("ORG-19", "ACC-12")
    def test_locked_fields_are_shown_but_cannot_be_filled_in(self, office: Platform):
        with office.store.write() as unit:
            office.directory.grant(unit, "王审", "handler", "一所", jurisdiction="town")

        form = office.registers.form(REVIEWER, "organisations", "一所")

        assert {one.name: one.editable for one in form.walk()} == {
            "name": False, "credit_code": True, "kind": True, "superior": False, "staff": True,
            "address": True,
        }  # fmt: skip

    def test_a_record_that_may_not_be_edited_is_to_read(self, office: Platform):
        form = office.registers.form(REVIEWER, "organisations", "市局")

        assert not any(one.editable for one in form.walk())

    def test_computed_fields_follow_the_record(self, office: Platform):
        with office.store.read() as unit:
            records = office.records
            assert records.field(unit, "organisations", "一所", "is_large") is True
            assert records.field(unit, "organisations", "二分局", "is_large") is False
            assert records.field(unit, "people", "张三", "has_job") is False
        assert keys(office, ADMINISTRATOR, "organisations", filters={"is_large": "1"}) == ["一所"]

    def test_a_computed_record_is_found_up_the_tree(self):
        up = "{value: \"it.kind == 'office' ? it.id : it.superior.office.id\", "
        office = computing(f"office: {up}reference: organisations}}")

        with office.store.read() as unit:
            views = office.records.views(unit)
            assert views.view("organisations", "一所")["office"]["name"] == "一分局"
            assert views.view("organisations", "二分局")["office"]["id"] == "二分局"

    def test_a_computed_record_that_leads_back_to_itself_has_no_value(self):
        office = computing("again: {value: it.twin.again.id, reference: organisations}")
        with office.store.write() as unit:
            register, at = office.release.registers["organisations"], office.records.now()
            for key, twin in (("一所", "二分局"), ("二分局", "一所")):
                row = office.records.load(unit, "organisations", key)
                office.records.change(unit, register, row, {**row.data, "twin": twin}, at=at)

        with office.store.read() as unit:
            assert office.records.views(unit).view("organisations", "一所")["again"] is None
