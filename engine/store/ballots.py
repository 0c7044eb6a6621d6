"""Ballots: one for each voter and paper, sealed with the key of the case they are about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from engine.store.blobs import known_cipher, subject_cipher
from engine.store.cases import CaseRow
from engine.store.chain import canonical
from engine.store.sealing import Sealer
from engine.store.session import Session
from engine.store.statement import Statement, given, insert
from engine.store.tables.cases import ballots, tallies


class Round(NamedTuple):
    """Which ballots are meant: those of one round, at one visit of a case to a panel."""

    step: str
    visit: int = 1
    round: int = 1


class Ballot(NamedTuple):
    """A vote. ``paper`` is the uid of what is voted on, empty for the case itself."""

    voter: str
    paper: str
    ballot: Any
    cast_at: datetime


_CAST = Statement(insert(ballots))
_VISIT = (
    ballots.c.case_id == given(ballots.c.case_id),
    ballots.c.step == given(ballots.c.step),
    ballots.c.visit == given(ballots.c.visit),
    ballots.c.round == given(ballots.c.round),
)
_OF = Statement(
    sa.select(*(ballots.c[name] for name in Ballot._fields))
    .where(*_VISIT)
    .order_by(ballots.c.paper, ballots.c.cast_at, ballots.c.voter)
)
_COUNT = Statement(
    sa.select(tallies.c.tally).where(
        tallies.c.case_id == given(tallies.c.case_id),
        tallies.c.step == given(tallies.c.step),
        tallies.c.visit == given(tallies.c.visit),
        tallies.c.round == given(tallies.c.round),
    )
)
_BEGIN = Statement(insert(tallies))
_COUNT_ON = Statement(
    sa.update(tallies)
    .where(
        tallies.c.case_id == given(tallies.c.case_id, "key"),
        tallies.c.step == given(tallies.c.step, "at_step"),
        tallies.c.visit == given(tallies.c.visit, "at_visit"),
        tallies.c.round == given(tallies.c.round, "at_round"),
    )
    .values({tallies.c.tally: given(tallies.c.tally, "new_tally")})
)


class Ballots:
    """The rows of ``ballots`` and ``tallies``."""

    def __init__(self, session: Session, sealer: Sealer) -> None:
        self._session = session
        self._sealer = sealer

    def cast(
        self,
        case: CaseRow,
        here: Round,
        *,
        voter: str,
        papers: Mapping[str, object],
        at: datetime,
    ) -> None:
        """Put the papers of a voter in, each once. Raises Duplicate."""
        cipher = subject_cipher(self._session, self._sealer, _subject(case))
        rows = [
            {
                "case_id": case.id,
                **here._asdict(),
                "voter": voter,
                "paper": paper,
                "jurisdiction": case.jurisdiction,
                "ballot": cipher.seal(canonical(ballot), _subject(case)),
                "cast_at": at,
            }
            for paper, ballot in papers.items()
        ]
        self._session.run_all(_CAST, rows)

    def of(self, case: CaseRow, here: Round) -> list[Ballot]:
        """Open the votes of one round."""
        rows = self._session.all(_OF, case_id=case.id, **here._asdict())
        if not rows:
            return []
        cipher = known_cipher(self._session, self._sealer, _subject(case))
        return [
            Ballot(voter, paper, orjson.loads(cipher.open(sealed, _subject(case))), at)
            for voter, paper, sealed, at in rows
        ]

    def counted(self, case: CaseRow, here: Round) -> Any:
        """Return the running tally of a round; None before the first ballot."""
        row = self._session.one(_COUNT, case_id=case.id, **here._asdict())
        if row is None:
            return None
        cipher = known_cipher(self._session, self._sealer, _subject(case))
        return orjson.loads(cipher.open(row[0], _subject(case)))

    def count(self, case: CaseRow, here: Round, tally: object, *, first: bool) -> None:
        """Keep the running tally of a round, sealed like the ballots; ``first`` begins it."""
        cipher = known_cipher(self._session, self._sealer, _subject(case))
        sealed = cipher.seal(canonical(tally), _subject(case))
        step, visit, number = here
        if first:
            self._session.run(
                _BEGIN, case_id=case.id, step=step, visit=visit, round=number,
                jurisdiction=case.jurisdiction, tally=sealed,
            )  # fmt: skip
            return
        self._session.run(
            _COUNT_ON, key=case.id, at_step=step, at_visit=visit, at_round=number,
            new_tally=sealed,
        )  # fmt: skip


def _subject(case: CaseRow) -> str:
    return f"ballots:{case.uid}"
