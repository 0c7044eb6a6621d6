"""Rights are decided in one place: role, organisation, time."""

from datetime import timedelta
from textwrap import dedent

import pytest

from engine.definitions import release as releases
from engine.domain.errors import NotAllowed, Refused
from engine.services.platform import Platform
from tests.support.office import FILES, NINE, a_request, open_office, person


@pytest.fixture
def office() -> Platform:
    return open_office()


@pytest.mark.parametrize(
    ("who", "permission", "where", "holds"),
    [
        ("王审", "review", "一所", True),
        ("王审", "review", "一分局", False),
        ("王审", "check", "一所", False),
        ("周局", "check", "一分局", True),
        ("周局", "check", "一所", False),
        ("张三", "review", "一所", False),
        ("王审", "review", None, False),
    ],
)
@pytest.mark.req("SEC-01")
def test_a_permission_is_held_at_exactly_the_organisation_of_the_grant(
    office: Platform, who: str, permission: str, where: str | None, holds: bool
):
    assert office.directory.holds(who, permission, where) is holds


@pytest.mark.parametrize(
    ("where", "other", "covers"),
    [
        ("市局", "一所", True),
        ("市局", "市局", True),
        ("一分局", "一所", False),
        ("市局", None, False),
    ],
)
@pytest.mark.req("SEC-01", "BUR-42")
def test_what_is_held_reaches_everything_below(
    office: Platform, where: str, other: str | None, covers: bool
):
    assert office.directory.covers("钱管", "manage_units", where, other) is covers


def test_a_grant_counts_only_in_its_time(office: Platform):
    with office.store.write() as unit:
        office.directory.grant(
            unit, "李四", "checker", "一所", jurisdiction="town",
            valid_from=NINE + timedelta(days=1), valid_until=NINE + timedelta(days=3),
        )  # fmt: skip

    def holds_on(day: int) -> bool:
        office.clock.set(NINE + timedelta(days=day))
        return office.directory.holds("李四", "check", "一所")

    assert [holds_on(day) for day in range(5)] == [False, True, True, False, False]


def test_everybody_who_holds_a_permission_is_found(office: Platform):
    assert office.directory.holders("review", "一所") == ["王审"]
    assert office.directory.holders("review", "市局") == []


def test_nobody_holds_anything_at_a_closed_organisation(office: Platform):
    office.registers.act(
        person("钱管", "市局"), "organisations", "一所", "deregister", {"reason": "合并"}
    )

    assert office.directory.holders("review", "一所") == []
    assert not office.directory.holds("王审", "review", "一所")
    assert office.directory.posts("王审") == []


@pytest.mark.req("ACC-18")
def test_somebody_with_several_posts_acts_for_one_of_them(office: Platform):
    posts = [(post.organisation, post.titles()) for post in office.directory.posts("周局")]

    assert posts == [("一分局", "复核人"), ("二分局", "审核人")]
    assert office.directory.permissions(person("周局", "一分局")) == {"check"}
    with pytest.raises(NotAllowed):
        office.directory.actor_for("周局", "一所")


def test_the_superior_is_the_parent_in_the_tree(office: Platform):
    assert office.directory.superior("一所") == "一分局"
    assert office.directory.superior("市局") is None


class TestGranting:
    def test_an_administrator_gives_and_takes_back_a_role_below(self, office: Platform):
        administrator = person("钱管", "市局")

        office.directory.add_grant(administrator, "李四", "town/reviewer", "一所")
        (held,) = office.directory.grants_of(administrator, "李四")
        assert (held.role, held.organisation) == ("审核人", "一所")
        assert office.directory.holds("李四", "review", "一所")

        office.directory.end_grant(administrator, held.id)
        assert not office.directory.holds("李四", "review", "一所")

    def test_nobody_else_gives_roles(self, office: Platform):
        with pytest.raises(NotAllowed):
            office.directory.add_grant(person("王审", "一所"), "李四", "town/reviewer", "一所")

    def test_a_role_is_given_only_where_it_is_meant_for(self, office: Platform):
        with pytest.raises(Refused, match="role_not_here"):
            office.directory.add_grant(person("钱管", "市局"), "李四", "town/handler", "一所")


ORGANISATIONS = "definitions/registers/organisations.yaml"
APPROVED = "approved: {title: 正常}"
WAITING = f"{APPROVED}, waiting: {{title: 待审核, only: [edit_unit]}}"


def test_in_some_states_an_organisation_keeps_only_some_permissions():
    office = open_office(more={ORGANISATIONS: FILES[ORGANISATIONS].replace(APPROVED, WAITING)})
    a_request(office)
    reviewer, everything = person("王审", "一所"), {"review", "view_keys"}
    with office.store.write() as unit:
        office.directory.grant(unit, "王审", "administrator", "一所", jurisdiction="town")
    assert everything <= office.directory.permissions(reviewer)
    assert not office.directory.is_limited(reviewer)

    put_in(office, "一所", "waiting")

    assert office.directory.permissions(reviewer) == {"edit_unit"}
    assert office.directory.holds("王审", "edit_unit", "一所")
    assert not office.directory.holds("王审", "review", "一所")
    assert office.directory.is_limited(reviewer)
    with pytest.raises(NotAllowed):
        office.lists.page(reviewer, "town/to-review")
    # What arrives meanwhile waits there and is nobody's incident.
    assert office.directory.holders("review", "一所") == ["王审"]


def put_in(office: Platform, organisation: str, state: str) -> None:
    """Put an organisation in a state."""
    with office.store.write() as unit:
        row = office.records.load(unit, "organisations", organisation)
        register, at = office.release.registers["organisations"], office.records.now()
        office.records.change(unit, register, row, row.data, at=at, state=state)


@pytest.mark.parametrize(
    ("path", "before", "after", "code"),
    [
        (ORGANISATIONS, APPROVED, WAITING.replace("edit_unit", "edit_units"), "REG102"),
        ("definitions/registers/keys.yaml", "free: {title: 在库}",
         "free: {title: 在库, only: [review]}", "DEF309"),
    ],
)  # fmt: skip
def test_what_a_state_leaves_is_checked(path: str, before: str, after: str, code: str):
    files = {**FILES, path: FILES[path].replace(before, after)}

    loaded = releases.load({name: dedent(text).lstrip() for name, text in files.items()})

    assert [problem.code for problem in loaded.problems] == [code]
