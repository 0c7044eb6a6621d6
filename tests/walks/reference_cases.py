"""What the language says of cases that create each other, and wait for each other's ends.

The papers of :mod:`tests.walks.reference_people`, one for each case, in one folder. Like those it
knows nothing of the engine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.walks.reference import Line, No, Paper, verb_of
from tests.walks.reference_people import Desk, Doing

#: who does what nobody presses
_SYSTEM = "system"
_OF_SEVERAL = re.compile(r"created\.(\w+)\.(all|exists)\(c, c\.(outcome == '(\w+)'|open)\)")
_OF_ONE = re.compile(r"linked\.(\w+)\.outcome == '(\w+)'")


@dataclass(frozen=True)
class Link:
    """A case that was created under a name; ``visit`` is the visit to the call that did so."""

    name: str
    made: Related
    visit: int | None = None
    #: which command of its owner went on with its end, or left it
    taken: int | None = None


class Related(Desk):
    """A case on paper, and those it has created."""

    def __init__(self, processes: Mapping[str, Any], name: str, *about: Any) -> None:
        self.processes = processes
        self.links: list[Link] = []
        #: how many commands have dealt with the ends of others
        self.events = 0
        #: how many cases there were when the command began
        self.had = 0
        #: which others are told to do something by themselves, and what
        self.to_tell: list[tuple[list[Related], str]] = []
        #: whether it was created by one that has dealt with its end
        self.owner: Related | None = None
        super().__init__(processes[name], *about)

    def snapshot(self) -> tuple[Any, ...]:
        """With the cases it has created."""
        return (*super().snapshot(), tuple(self.links))

    def restore(self, kept: tuple[Any, ...]) -> None:
        """Without those that were not created after all."""
        super().restore(kept[:-1])
        self.links, self.to_tell = list(kept[-1]), []

    # ---------------------------------------------------------------- creating

    def _begin(self, person: str, office: str | None, *, pressed: bool) -> None:
        super()._begin(person, office, pressed=pressed)
        self.had = len(self.links)

    def _stand(self, name: str, office: str | None = None, *, stuck: bool = False) -> None:
        super()._stand(name, office, stuck=stuck)
        step = self.steps[name]
        if "call" in step:
            self._make(step["call"], self.here.spot.visit)
        wait = step.get("wait", {})
        if "case" in wait and "join" not in wait and not self._under(wait["case"]):
            self.here.stuck = True

    def create(self, words: Mapping[str, Any]) -> None:
        """The cases that a step or an action creates."""
        for effect in words.get("do", ()):
            if "when" in effect and not self.holds(effect["when"]):
                continue
            if "create" in effect:
                self._make(effect["create"], None)
            elif "send" in effect:
                made = [one.made for one in self._under(effect["send"]["to"])]
                self.to_tell.append((made, effect["send"]["action"]))

    def _make(self, words: Mapping[str, Any], visit: int | None) -> None:
        if words.get("once") and self._under(words["link"]):
            return
        for _ in self._items(words["each"]) if "each" in words else [None]:
            # All that random processes enter first is the unit.
            about = ({"unit": self.data["unit"]}, self.now, self.initiator)
            made = Related(self.processes, words["process"], *about)
            made.owner = self
            self.links.append(Link(words["link"], made, visit))

    def _items(self, words: str) -> list[Any]:
        """The list that something is created for."""
        if words.startswith("["):
            return words.split(",")
        several = list(self.data["voters"])
        return several if "filter" not in words or self.holds("has(data.note)") else []

    def _under(self, name: str) -> list[Link]:
        return [one for one in self.links if one.name == name]

    # ---------------------------------------------------------------- reading the others

    def holds(self, condition: str) -> bool:
        """Whether a condition of a file holds, of other cases too."""
        several, one = _OF_SEVERAL.fullmatch(condition), _OF_ONE.fullmatch(condition)
        if several:
            name, how, _, outcome = several.groups()
            found = [
                link.made.ended == outcome if outcome else not link.made.closed
                for link in self._round(name)
            ]
            return all(found) if how == "all" else any(found)
        if one:
            latest = self._under(one[1])[-1:]
            return bool(latest) and latest[0].made.ended == one[2]
        return super().holds(condition)

    def _round(self, name: str) -> list[Link]:
        """The cases of a name that are waited for; else those that were waited for last."""
        known = self._under(name)
        last = max((one.taken for one in known if one.taken is not None), default=None)
        waited = [one for one in known if one.taken is None]
        return waited or [one for one in known if one.taken == last]

    @property
    def ended(self) -> str | None:
        """The end it has come to."""
        return self.paper.spot.step if self.closed else None

    # ---------------------------------------------------------------- taking back

    def stays_done(self) -> bool:
        """Whether a case was created, or one that was called is left."""
        spot, branches, _ = self._left_behind()
        left = [Paper(spot, branches=dict(branches))]
        calls = any("call" in self.steps[one.step] for one in _open(left))
        return calls or self._has_done_more()

    def _has_done_more(self) -> bool:
        """Whether other cases were created, or told something."""
        return len(self.links) > self.had or bool(self.to_tell)

    def _carry_out(self, action: Mapping[str, Any], verb: str, entered: Mapping[str, Any]) -> None:
        super()._carry_out(action, verb, entered)
        if verb == "record" and self._has_done_more():
            # Whoever has brought the case here does not take that back either.
            for depth in range(len(self.inside), -1, -1):
                here = self._at(self.inside[:depth])
                if here.lines:
                    index = 0 if here.straightened else -1
                    line: Line = here.lines[index]
                    mine = line.mine and line.person != self.person
                    here.lines[index] = replace(line, mine=mine)
                    return

    def _act(self, doing: Doing) -> None:
        action = self.actions().get(doing.name)
        if action is not None and verb_of(doing.name, action) not in ("save", "record"):
            mine = [one for one in self.owner.links if one.made is self] if self.owner else []
            # Whoever waited for it has gone on.
            self._demand(not self.closed or all(one.taken is None for one in mine))
        super()._act(doing)

    # ---------------------------------------------------------------- telling the others

    def tells(self) -> bool:
        """Let others do what they are told to, as far as each can."""
        told, self.to_tell = self.to_tell, []
        for others, action in told:
            for one in others:
                one.is_told(action)
        return bool(told)

    def is_told(self, name: str) -> None:
        """Do something by itself; who cannot does nothing."""
        kept = self.snapshot()
        self.inside = ()
        try:
            self._demand(name in self.actions() and not self.suspended)
            self.leaving(lambda: self.act(name, _SYSTEM, None, {}))
        except No:
            self.restore(kept)

    # ---------------------------------------------------------------- ends

    def calls(self) -> set[int]:
        """The visits to calls that it waits at."""
        return {one.spot.visit for _, one in self.places() if "call" in self.steps[one.spot.step]}

    def leaving(self, do: Callable[[], object]) -> None:
        """Something is done; the cases of calls that are left by it are broken off."""
        before = self.calls()
        self.events += 1
        do()
        left = before - self.calls()
        for link in [one for one in self.links if one.visit in left]:
            self._let_go(link)
            if not link.made.closed:
                link.made.leaving(lambda made=link.made: made.break_off(_SYSTEM))  # type: ignore[misc]

    def _let_go(self, link: Link) -> None:
        self.links[self.links.index(link)] = replace(link, taken=self.events)

    def goes_on(self) -> bool:
        """Go on at one place where what is waited for has ended."""
        for inside, one in () if self.suspended or self.closed else list(self.places()):
            self.inside = inside
            found = self._end_at(one)
            if found is not None:
                outcome, links = found
                self.leaving(lambda: self._goes_on(outcome, links))  # noqa: B023
                return True
        return False

    def _goes_on(self, outcome: str, links: list[Link]) -> None:
        for link in links:
            self._let_go(link)
        self.outcome(outcome)

    def _end_at(self, place: Paper) -> tuple[str, list[Link]] | None:
        """How what a place waits for has ended, and which cases it waited for."""
        step = self.steps[place.spot.step]
        words = step.get("call") or step.get("wait", {})
        if "call" in step:
            links = [one for one in self.links if one.visit == place.spot.visit]
        elif "case" in words:
            links = self._under(words["case"])
        else:
            return None
        if "join" not in words and "each" not in words:
            latest = links[-1:]
            ended = latest[0].made.ended if latest else None
            return (ended, latest) if ended is not None else None
        if "call" not in step:
            links = [one for one in links if one.taken is None]
        over = sum(one.made.closed for one in links)
        wanted = {"all": len(links), "any": 1}.get(words.get("join", "all"), words.get("join"))
        return ("ended", links) if over >= min(int(wanted), len(links)) else None


class Folder:
    """All cases on paper."""

    def __init__(self, first: Related) -> None:
        self.first = first

    def every(self) -> list[Related]:
        """Each case, those that were created behind the one that did."""
        found = [self.first]
        for one in found:
            found += [link.made for link in one.links]
        return found

    def settle(self) -> None:
        """Whoever waits for an end that has come goes on."""
        for _ in range(50):
            if not any(one.tells() or one.goes_on() for one in self.every()):
                return
        raise AssertionError("on paper they never come to rest")

    def try_out(self, one: Related, do: Callable[[], object]) -> bool:
        """Do something to a case; whether the language allows it. Else nothing has changed."""
        kept = one.snapshot()
        try:
            one.leaving(do)
        except No:
            one.restore(kept)
            return False
        self.settle()
        return True


def _open(papers: list[Paper]) -> Iterator[Any]:
    """The places of papers and of their branches where somebody still is."""
    for paper in papers:
        if not paper.joined:
            yield paper.spot
            yield from _open(list(paper.branches.values()))
