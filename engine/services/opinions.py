"""Common opinions: sentences a reviewer uses often (REV-02)."""

from __future__ import annotations

from collections.abc import Sequence

from engine.domain.actor import Actor
from engine.domain.errors import Refused
from engine.services.definitions import Definitions
from engine.services.sentences import Sentences
from engine.store.database import Store

MOST = 50
LONGEST = 500


class Opinions:
    """A person's own sentences, and those colleagues share (REV-28)."""

    def __init__(self, store: Store, definitions: Definitions, sentences: Sentences) -> None:
        self._store = store
        self._definitions = definitions
        self._sentences = sentences
        #: what a replay says instead of the jurisdictions
        self._overrides: dict[str, bool] = {}

    def share(self, jurisdiction: str, shared: bool) -> None:
        """Share opinions or not, as a jurisdiction would (``given: {shared_opinions: …}``)."""
        self._overrides[jurisdiction] = shared

    def of(self, actor: Actor) -> list[str]:
        """The sentences offered to an actor: their own, in their order, then those shared."""
        own, shared = self.kept(actor)
        return list(dict.fromkeys([*own, *shared]))

    def kept(self, actor: Actor) -> tuple[list[str], list[str]]:
        """The sentences an actor keeps, and those that colleagues share where they act."""
        with self._store.read() as unit:
            found = unit.opinions.of(actor.person, actor.organisation)
        own = [one.text for one in found if one.person == actor.person]
        shared = [one.text for one in found if one.person != actor.person]
        return own, shared if self._is_shared(actor) else []

    def _is_shared(self, actor: Actor) -> bool:
        name = actor.jurisdiction or ""
        known = self._definitions.current.jurisdictions.get(name)
        shared = known is not None and known.shared_opinions
        return self._overrides.get(name, shared) and actor.organisation is not None

    def save(self, actor: Actor, texts: Sequence[str]) -> None:
        """Keep these sentences, and no others, in this order.

        Raises:
            Refused: too many, or one is too long.
        """
        with self._sentences.saying():
            if len(texts) > MOST:
                raise Refused("too_many_opinions", limit=MOST)
            if any(len(text) > LONGEST for text in texts):
                raise Refused("opinion_too_long", limit=LONGEST)
        with self._store.write() as unit:
            for known in unit.opinions.of(actor.person, actor.organisation):
                if known.person == actor.person:
                    unit.opinions.remove(known.id, actor.person)
            for position, text in enumerate(dict.fromkeys(texts)):
                unit.opinions.add(
                    actor.person,
                    text,
                    organisation=actor.organisation,
                    shared=self._is_shared(actor),
                    position=position,
                )
