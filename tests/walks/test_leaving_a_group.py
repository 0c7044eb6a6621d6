"""A member that goes its own way before its group decides is no member any more."""

from __future__ import annotations

import pytest

from tests.walks.language import FILES, MEETING, WALK, loaded, waiting
from tests.walks.town import DATA, Town, person

CHAIR, REVIEWER, ANN = person("board-0"), person("unit-0"), person("ann")


@pytest.mark.req("ENG-19")
def test_a_member_that_is_returned_before_the_vote_leaves_the_meeting() -> None:
    """The meeting went on to vote on it, and its decision came to nothing."""
    meeting = MEETING % ("waiting", "decide: all")
    home = {
        "title": "Home",
        "verb": "return",
        "who": {"permission": "p", "organisation": "data.unit"},
        "to": "fill",
    }
    release = loaded(
        {
            **FILES,
            WALK: waiting({"home": home}),
            "definitions/processes/demo/meeting.yaml": meeting.replace(", no_quorum: agenda", ""),
        }
    )
    assert release is not None
    town = Town(release)
    cases = town.platform.cases
    uids = []
    for _ in range(2):
        uids.append(cases.start(ANN, "demo/walk", DATA).uid)
        cases.act(ANN, uids[-1], "submit", data=DATA)
    held = cases.start(CHAIR, "demo/meeting", DATA).uid
    cases.add(CHAIR, held, uids)

    cases.act(REVIEWER, uids[0], "home")
    cases.act(CHAIR, held, "open", data=DATA)

    with town.platform.store.read() as unit:
        group = unit.cases.load(held)
        assert group is not None
        states = {one.uid: one.state for one in unit.members.of(group.id)}
        told = [(one.kind, one.person) for one in unit.journal.of(group.id)]
    assert states == {uids[0]: "removed", uids[1]: "in"}
    assert ("remove", "system") in told
    town.check(rebuilt=True)
    # Submitted again, it may be put into another one.
    cases.act(ANN, uids[0], "submit", data=DATA)
    other = cases.start(CHAIR, "demo/meeting", DATA).uid
    cases.add(CHAIR, other, [uids[0]])
    town.check(rebuilt=True)
    town.platform.close()
