"""Counting ballots: votes by option, sums by field, all of it exact."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from engine.domain.paths import at_path
from engine.forms.form import Form
from engine.forms.keywords import NUMBERS


@dataclass(slots=True)
class Tally:
    """What papers say together; one can be added without looking at those before."""

    #: papers that are valid
    valid: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    #: for each number of the ballot its sum and how many gave it
    sums: dict[str, tuple[Fraction, int]] = field(default_factory=dict)

    def add(self, paper: Mapping[str, Any], form: Form | None, *, valid: bool) -> None:
        """Count one paper; one that is not valid counts nowhere here."""
        if not valid:
            return
        self.valid += 1
        self.counts[str(paper.get("choice"))] += 1
        for name in _numbers(form):
            value = at_path(paper, name)
            if value is not None:
                known, count = self.sums.get(name, (Fraction(0), 0))
                self.sums[name] = known + Fraction(str(value)), count + 1

    def means(self) -> dict[str, Fraction]:
        """The mean of each number, over the papers that give it."""
        return {name: total / count for name, (total, count) in self.sums.items()}

    def scores(self, form: Form | None) -> dict[str, Any]:
        """The means with their captions, and the total; nothing where no number was given.

        A number with a ``weight`` counts in the total as its share of the maximum times the weight.
        """
        known = self.means()
        means = [
            {"title": element.title, "mean": rounded(known[name])}
            for name, element in _numbers(form).items()
            if name in known
        ]
        return {"means": means, "total": rounded(self.total(form))} if means else {}

    def total(self, form: Form | None) -> Fraction:
        """The sum of the means, weighted."""
        known, total = self.means(), Fraction(0)
        for name, element in _numbers(form).items():
            mean = known.get(name, Fraction(0))
            most = element.schema.get("maximum")
            if element.weight is not None and isinstance(most, int | float) and most:
                mean = mean / Fraction(str(most)) * Fraction(str(element.weight))
            total += mean
        return total

    def of(self, options: Iterable[str]) -> dict[str, int]:
        """How often each option was chosen, those too that nobody chose."""
        return {**dict.fromkeys(options, 0), **self.counts}

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        sums = {name: [str(total), count] for name, (total, count) in self.sums.items()}
        return {"valid": self.valid, "counts": dict(self.counts), "sums": sums}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Tally:
        """Read what :meth:`to_json` wrote."""
        sums = {name: (Fraction(total), count) for name, (total, count) in value["sums"].items()}
        return cls(value["valid"], Counter(value["counts"]), sums)


def _numbers(form: Form | None) -> dict[str, Any]:
    """The numbers a ballot asks for, by where they stand on it; those in rows are not."""
    return {".".join(one.path): one for one in _elements(form) if one.kind in NUMBERS}


def _elements(form: Form | None) -> Iterator[Any]:
    for top in form.elements if form is not None else ():
        yield from (one for one in top.walk() if "*" not in one.path)


def rounded(value: Fraction) -> float:
    """Two decimals, a half upwards, as people do."""
    return math.floor(value * 100 + Fraction(1, 2)) / 100
