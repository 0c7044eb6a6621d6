"""Random processes, random operations by random people at random times, cut off anywhere.

No case is lost, nobody waits at a place that is gone, no join waits for a branch that is gone; what
is refused changes nothing, what was cut off changes nothing or is done; the journal rebuilds it.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, assume, given, note, settings
from hypothesis import strategies as st

from tests.walks.language import WALK, Author, content, loaded
from tests.walks.town import DATA, STARTERS, Town, person
from tests.walks.walk import Walk

EXAMPLES = int(os.environ.get("ZHICHENG_OPERATIONS", "0"))
#: one example of so many is walked on a database that is not in memory
_FEW = 20


def lives(url: str, most: int) -> st.SearchStrategy[Town]:
    """What becomes of two cases; drawn on the way, so that a report tells only what was done."""

    @st.composite
    def drawn(draw: st.DrawFn) -> Town:
        author = Author(draw)
        files = content(author, author.process())
        release = loaded(files)
        assume(release is not None)
        assert release is not None
        note(files[WALK])
        town = Town(release, url)
        try:
            for starter in STARTERS:
                uid = town.platform.cases.start(person(starter), "demo/walk", DATA).uid
                town.platform.cases.act(person(starter), uid, "submit", data=DATA)
            town.check()
            walk = Walk(town, draw)
            for _ in range(draw(st.integers(most // 4, most))):
                walk.step()
        except BaseException:
            # Hypothesis ends what grows too long here too.
            town.platform.close()
            raise
        return town

    return drawn()


def walked(examples: int) -> Callable[..., Callable[..., None]]:
    """The same walks with every change; others are looked for at length."""
    return settings(
        max_examples=examples,
        derandomize=not EXAMPLES,
        deadline=None,
        # An example opens a platform: to shrink one would take longer than to read it.
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def ended(town: Town) -> None:
    """Whatever has happened, every case can be gone on with to its end."""
    town.check(rebuilt=True)
    town.finish()
    town.check(rebuilt=True)
    town.platform.close()


@pytest.mark.req("ENG-12")
@walked(EXAMPLES or 10)
@given(lives("sqlite://", 40))
def test_whatever_is_done_or_cut_off_no_case_is_lost(town: Town) -> None:
    ended(town)


@pytest.mark.req("ENG-12")
def test_nor_on_databases_that_are_not_in_memory(shared: str) -> None:
    examples = max(1, EXAMPLES // _FEW)
    most = 40 if EXAMPLES else 12
    walked(examples)(given(lives(shared, most))(ended))()
