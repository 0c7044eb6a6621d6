"""Ballots: one for each voter and paper, sealed with the key of the case they are about."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from engine.domain.case import Place
from engine.store.blobs import known_cipher, subject_cipher
from engine.store.cases import CaseRow
from engine.store.chain import canonical
from engine.store.sealing import Sealer
from engine.store.session import Session
from engine.store.statement import Statement, given, insert
from engine.store.tables.cases import ballots


class Ballot(NamedTuple):
    """A vote. ``paper`` is the uid of what is voted on, empty for the case itself."""

    voter: str
    paper: str
    ballot: Any
    cast_at: datetime


_CAST = Statement(insert(ballots))
_SEEN = Statement(
    sa.select(ballots.c.visit).where(
        ballots.c.case_id == given(ballots.c.case_id),
        ballots.c.step == given(ballots.c.step),
        ballots.c.visit == given(ballots.c.visit),
        ballots.c.voter == given(ballots.c.voter),
        ballots.c.paper == given(ballots.c.paper),
    )
)
_OF = Statement(
    sa.select(*(ballots.c[name] for name in Ballot._fields))
    .where(
        ballots.c.case_id == given(ballots.c.case_id),
        ballots.c.step == given(ballots.c.step),
        ballots.c.visit == given(ballots.c.visit),
    )
    .order_by(ballots.c.paper, ballots.c.cast_at, ballots.c.voter)
)
_PAPERS = Statement(
    sa.select(ballots.c.voter, ballots.c.paper).where(
        ballots.c.case_id == given(ballots.c.case_id),
        ballots.c.step == given(ballots.c.step),
        ballots.c.visit == given(ballots.c.visit),
    )
)


class Ballots:
    """The rows of ``ballots``."""

    def __init__(self, session: Session, sealer: Sealer) -> None:
        self._session = session
        self._sealer = sealer

    def cast(
        self, case: CaseRow, place: Place, *, voter: str, paper: str, ballot: object, at: datetime
    ) -> bool:
        """Put a vote in; False if the voter has voted on this paper in this visit."""
        if self._session.one(
            _SEEN, case_id=case.id, step=place.step, visit=place.visit, voter=voter, paper=paper
        ):
            return False
        cipher = subject_cipher(self._session, self._sealer, _subject(case))
        self._session.run(
            _CAST,
            case_id=case.id,
            step=place.step,
            visit=place.visit,
            voter=voter,
            paper=paper,
            jurisdiction=case.jurisdiction,
            ballot=cipher.seal(canonical(ballot), _subject(case)),
            cast_at=at,
        )
        return True

    def of(self, case: CaseRow, place: Place) -> list[Ballot]:
        """Open the votes of one visit."""
        rows = self._session.all(_OF, case_id=case.id, step=place.step, visit=place.visit)
        if not rows:
            return []
        cipher = known_cipher(self._session, self._sealer, _subject(case))
        return [
            Ballot(voter, paper, orjson.loads(cipher.open(sealed, _subject(case))), at)
            for voter, paper, sealed, at in rows
        ]

    def counts(self, case: CaseRow, place: Place) -> Counter[str]:
        """Return how many papers each voter has handed in, without opening any."""
        rows = self._session.all(_PAPERS, case_id=case.id, step=place.step, visit=place.visit)
        return Counter(voter for voter, _ in rows)


def _subject(case: CaseRow) -> str:
    return f"ballots:{case.uid}"
