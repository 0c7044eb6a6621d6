"""Votes that cannot be won, orders over nothing, rounds that never come, too few to draw from."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from engine.authoring.node import Node
from engine.authoring.problem import Phrase
from engine.definitions.bind import BoundProcess
from engine.definitions.check.exploring import way
from engine.definitions.check.subject import Subject
from engine.definitions.check.winning import MOST_VOTERS, GivenUp, Winning
from engine.definitions.context import PERSON, VOTE
from engine.definitions.exploration import Explored
from engine.definitions.process import (
    OPTIONS,
    Draw,
    Formula,
    Panel,
    RuleUse,
    Share,
    Step,
)
from engine.domain.types import NUMBER, Record
from engine.expressions import Path, decided, restricted

#: the register whose records are people
PEOPLE = PERSON.register
#: combinations of closed fields of a record tried for one drawing
_MOST_RECORDS = 256


def check_panels(subject: Subject, bound: BoundProcess, explored: Explored | None) -> None:
    """Report what no ballots could ever lead to, with the way to the vote where it is known."""
    for step in subject.process.steps.values():
        if step.panel is not None:
            _Check(subject, bound, explored, step, step.panel).check()


class _Check:
    """One panel being looked at."""

    def __init__(
        self,
        subject: Subject,
        bound: BoundProcess,
        explored: Explored | None,
        step: Step,
        panel: Panel,
    ) -> None:
        self.subject = subject
        self.bound = bound
        self.explored = explored
        self.step = step
        self.panel = panel
        self.node = step.node.at_path(["panel"])

    def check(self) -> None:
        """Report all that is wrong with it."""
        panel, reported = self.panel, len(self.subject.problems)
        share = panel.decide.passing
        if isinstance(share, Share):
            _option(self.subject, panel, share, self.node.at_path(["decide", "pass"]))
        self._shares()
        self._numbers()
        self._ballots()
        _decision(self.subject, panel, self.node.at_path(["decide"]))
        if panel.about == "members" and self.subject.process.members is None:
            self.subject.problems.add("DEF215", self.node.key("about"), key="about: members")
        if panel.about == "case" and "rank" in self.node.at_path(["decide"]).entries:
            self._rank()
        self._only_oneself()
        self._read_by_enough()
        if isinstance(panel.voters, Draw):
            self._people(panel.voters)
            self._pool(panel.voters)
        if len(self.subject.problems) == reported:
            self._ways()

    def _never(self, at: Node, share: Phrase | str) -> None:
        said = share if isinstance(share, Phrase) else Phrase(share, share)
        trail = way(self.explored, self.step)
        self.subject.problems.add("DEF319", at, share=said, trail=trail)

    def _shares(self) -> None:
        passing = self.panel.decide.passing
        shares = [(self.panel.quorum, ["quorum"])]
        shares += [(passing, ["decide", "pass"])] if isinstance(passing, Share) else []
        for share, path in shares:
            if share is not None and share.strict and share.fraction == 1:
                at = self.node.at_path([*path, "more_than"])
                self._never(at, f"more_than {share.fraction}")

    def _numbers(self) -> None:
        """Report places and seats of which there can never be one."""
        draw = self.panel.voters
        counts = [("draw", draw.count)] if isinstance(draw, Draw) else []
        counts += [("places", self.panel.decide.places)] if self.panel.decide.places else []
        for key, formula in counts:
            _, most = self._bounds(formula)
            if most is not None and most <= 0:
                self._never(formula.node, f"{key}: {formula.text}")

    def _ballots(self) -> None:
        """Report ballots none of which counts, or none of which can be in favour."""
        panel, option = self.panel, self.panel.decide.option
        invalid = self.bound.expressions.get(panel.invalid) if panel.invalid is not None else None
        if invalid is not None and decided(invalid.text, {("ballot", "choice"): option}):
            self._never(self.node.at_path(["invalid"]), f"invalid: {invalid.text}")
        known = _counted(self.subject, panel)
        if known is not None and panel.decide.passing in ("all", "any") and option not in known:
            self._never(
                self.node.at_path(["ballot"]),
                Phrase(
                    f'选票上没有选项 "{option}"，而 decide: {panel.decide.passing} 数的是它',
                    f'the ballot has no option "{option}", which decide: '
                    f"{panel.decide.passing} counts",
                ),
            )

    def _rank(self) -> None:
        belongs = Phrase("about: members 的表决", "votes about members")
        where = self.subject.called(self.step)
        node = self.node.at_path(["decide"]).key("rank")
        self.subject.problems.add("DEF309", node, key="rank", where=where, belongs=belongs)

    def _only_oneself(self) -> None:
        """Report a vote of nobody but the initiator, who has none on a case of their own."""
        panel, start = self.panel, self.subject.process.start
        if isinstance(panel.voters, Draw) or panel.own or panel.about == "members":
            return
        personal = start is None or start.who == "person"
        text = panel.voters.text
        named = text.strip("[] ")
        if personal and self.bound.aliases.get(named, named) == "initiator":
            self.subject.problems.add("DEF383", panel.voters.node, text=text)

    def _read_by_enough(self) -> None:
        """Report options and numbers that `enough` reads and no ballot has."""
        enough = self.panel.enough
        expression = self.bound.expressions.get(enough) if enough is not None else None
        known = _counted(self.subject, self.panel)
        if enough is None or expression is None or known is None:
            return
        for path in expression.paths:
            name = ".".join(path[2:])
            if path[:2] in (("vote", "counts"), ("vote", "means")) and name not in (*known, ""):
                self.subject.problems.add(
                    "DEF403", enough.node, of=".".join(path[:2]), name=name, given=name,
                    choices=known,
                )  # fmt: skip

    # ------------------------------------------------------------ drawing

    def _people(self, draw: Draw) -> None:
        """Report a register whose records are not people, and do not name one."""
        record = (self.subject.names.registers or {}).get(draw.register)
        person = record.fields.get("person") if record is not None else None
        if record is None or draw.register == PEOPLE:
            return
        if person is None or person.type != PERSON:
            at, where = self.node.at_path(["voters", "from"]), self.subject.called(self.step)
            self.subject.problems.add(
                "DEF209", at, where=where, name="person", of=draw.register, given="person",
                choices=tuple(record.fields),
            )  # fmt: skip

    def _pool(self, draw: Draw) -> None:
        """Report a drawing from nobody, or of more people than there can be."""
        where = self.bound.wheres.get(draw.where) if draw.where is not None else None
        if where is None or draw.where is None:
            return
        if self._is_empty(where.text, where.indexes, draw.register):
            self.subject.problems.add("DEF383", draw.where.node, text=where.text)
            return
        least, _ = self._bounds(draw.count)
        sizes = [
            size
            for key in self.subject.names.keys.get(draw.register, ())
            for one in restricted(where.text, ("it", key))
            if (size := one if isinstance(one, int) else self._most_at(one)) is not None
        ]
        if least is not None and sizes and least > min(sizes):
            self.subject.problems.add(
                "DEF385", draw.count.node, count=least, most=min(sizes), where=where.text
            )

    def _is_empty(self, text: str, fields: Collection[Path], register: str) -> bool:
        """Whether no record can fulfil a condition, whatever its closed fields hold."""
        record = (self.subject.names.registers or {}).get(register)
        known: list[dict[Path, object]] = [{}]
        for path in fields:
            found = record.fields.get(path[0]) if record is not None and len(path) == 1 else None
            if found is not None and found.choices:
                known = [{**one, ("it", *path): value} for one in known for value in found.choices]
            if len(known) > _MOST_RECORDS:
                return False
        return all(decided(text, one) is False for one in known)

    # ------------------------------------------------------------ ways

    def _ways(self) -> None:
        """Try all ways of voting where the number of voters is bounded."""
        panel = self.panel
        rule = panel.decide.passing.rule if isinstance(panel.decide.passing, RuleUse) else None
        if rule is None and (panel.enough is None or panel.about == "members"):
            # Every voter in favour is enough then.
            return
        if isinstance(panel.decide.passing, RuleUse) and rule is not None:
            lines = [*rule.lines, *([rule.otherwise] if rule.otherwise is not None else [])]
            if not any(_may_be_true(out) for line in lines for out in line.then.values()):
                self._never(
                    panel.decide.passing.node,
                    Phrase(
                        f'规则表 "{rule.id}" 没有一行得出通过',
                        f'no row of the rule table "{rule.id}" lets it pass',
                    ),
                )
                return
        least, most = self._voters()
        options = _counted(self.subject, panel)
        if most is None or most > MOST_VOTERS or options is None or panel.about == "members":
            return
        late = self.step.due is not None and "short" not in self.step.outcomes
        enough = self.bound.expressions.get(panel.enough) if panel.enough is not None else None
        winning = Winning(panel, enough, list(options), any_time=late)
        try:
            if any(winning.is_possible(voters) for voters in range(most, max(least, 1) - 1, -1)):
                return
        except GivenUp:
            return
        count = str(most) if least == most else f"{max(least, 1)}–{most}"
        at = panel.enough.node if panel.enough is not None else self.node.at_path(["decide"])
        self._never(
            at,
            Phrase(
                f"{count} 人投票，不论怎样投，表决结束时都达不到通过的条件",
                f"with {count} voters the vote is over before it can be won, however they vote",
            ),
        )

    def _voters(self) -> tuple[int, int | None]:
        """The fewest and the most voters there can be."""
        voters = self.panel.voters
        if isinstance(voters, Draw):
            least, most = self._bounds(voters.count)
            return least or 1, most
        expression = self.bound.expressions.get(voters)
        if expression is not None and expression.constant:
            count = len(expression.evaluate({}) or ())
            return count, count
        return 1, self._most_at(expression.direct if expression is not None else None)

    def _bounds(self, formula: Formula) -> tuple[int | None, int | None]:
        """Between which numbers a value is: known of constants and of fields with a maximum."""
        expression = self.bound.expressions.get(formula)
        if expression is None:
            return None, None
        if expression.constant:
            value = expression.evaluate({})
            return (int(value), int(value)) if isinstance(value, int | float) else (None, None)
        return None, self._most_at(expression.direct)

    def _most_at(self, path: Path | None) -> int | None:
        """The greatest number, or the most items, a field of the form allows."""
        if path is None or path[0] != "data":
            return None
        origin, inside = self.subject.field(path)
        known = self.subject.names.limits.get(origin, {}).get(inside)
        return known.most if known is not None else None


def _may_be_true(out: object) -> bool:
    if isinstance(out, str) or out is None:
        return False
    constant = getattr(out, "constant", False)
    return not constant or out.evaluate({}) is True  # type: ignore[attr-defined]


def _decision(subject: Subject, panel: Panel, at: Node) -> None:
    """Report an order over nothing, rounds that never come, and tables that read no tally."""
    decision = panel.decide
    known = _counted(subject, panel)
    for number, name in enumerate(decision.rank):
        if known is not None and name not in known:
            node = at.at_path(["rank", number])
            subject.problems.add("DEF341", node, name=name, given=name, choices=known)
    if decision.places is not None and panel.about == "case":
        subject.problems.add("DEF342", at.key("places"))
    elif decision.run_off and decision.places is None and panel.about == "members":
        subject.problems.add("DEF343", at.key("run_off"))
    if (decision.rounds > 1) != bool(decision.run_off):
        key = "rounds" if "rounds" in at.entries else "run_off"
        subject.problems.add("DEF344", at.key(key), rounds=decision.rounds)
    tally = [name for name, one in VOTE.fields.items() if one.type == NUMBER]
    for use in (decision.passing, decision.tie):
        rule = use.rule if isinstance(use, RuleUse) else None
        more = ("places", "tied") if use is decision.tie else ()
        for name in rule.inputs if rule is not None else ():
            choices = (*tally, *more, *(known or ()))
            if isinstance(use, RuleUse) and known is not None and name not in choices:
                subject.problems.add(
                    "DEF345", use.node, rule=use.name, name=name, given=name, choices=choices
                )


def _counted(subject: Subject, panel: Panel) -> Collection[str] | None:
    """Return what the ballots of a panel can be counted by; None if that is not known here."""
    if panel.ballot is None:
        return OPTIONS
    forms, options = subject.names.forms, subject.names.options.get(panel.ballot)
    form = forms.get(panel.ballot) if forms is not None else None
    if form is None or options is None or panel.extend is not None:
        return None
    return (*options, *_numbers(form), "total")


def _numbers(record: Record, before: str = "") -> Iterator[str]:
    for name, one in record.fields.items():
        if one.type == NUMBER:
            yield f"{before}{name}"
        elif isinstance(one.type, Record):
            yield from _numbers(one.type, f"{before}{name}.")


def _option(subject: Subject, panel: Panel, share: Share, node: Node) -> None:
    """Report an option that no paper has."""
    ballot = panel.ballot
    options = subject.names.options.get(ballot) if ballot is not None else OPTIONS
    if options is None or share.option is None or share.option in options:
        return
    subject.problems.add(
        "DEF217", node.at_path(["option"]), name=share.option, given=share.option, choices=options
    )
