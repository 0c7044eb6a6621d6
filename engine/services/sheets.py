"""The forms of case pages for the data at hand: effective, with the reader's rights."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from engine.definitions.process import Ask
from engine.domain.actor import Actor
from engine.domain.actor import Rights as Permissions
from engine.domain.case import Command, Place, State
from engine.domain.errors import NotFound
from engine.forms.effective import EffectiveForm, spelled_out
from engine.forms.form import Form
from engine.forms.surroundings import Rights
from engine.runtime import moments
from engine.runtime.run import Run
from engine.services.audiences import hidden
from engine.services.casework import Casework
from engine.services.entries import REVIEW_ACTION, Entries
from engine.services.loaded import Loaded
from engine.store.unit import UnitOfWork

Open = Callable[[UnitOfWork, Actor, str, str | None], tuple[Loaded, Run]]


#: operations with which a word may be written
_WITH_OPINION = (
    "transfer", "delegate", "add_signer", "remove_signer", "sign", "cc", "urge",
)  # fmt: skip


class Ballots(Protocol):
    """Gives the paper about somebody, with what was entered on it; None without a form."""

    def __call__(
        self, paper: str, entered: Mapping[str, Any] | None = None
    ) -> EffectiveForm | None:
        """Return the paper."""
        ...


class Sheets:
    """Gives effective forms; what is typed but not stored yet may be handed in."""

    def __init__(
        self,
        work: Casework,
        entries: Entries,
        rights: Permissions,
        open_case: Open,
    ) -> None:
        self._work = work
        self._entries = entries
        self._rights = rights
        self._open = open_case

    def open(self) -> AbstractContextManager[UnitOfWork]:
        """One reading of everything; a form is looked at, posted to and drawn inside one."""
        return self._work.store.read()

    def asked(self, unit: UnitOfWork, loaded: Loaded, ask: Ask) -> Form:
        """The form an action asks with."""
        return self._entries.asked(unit, loaded, ask)

    def content(
        self,
        actor: Actor,
        uid: str,
        data: Mapping[str, Any] | None = None,
        *,
        edit: Any = (),
        at: str | None = None,
    ) -> EffectiveForm | None:
        """The form of a case; ``data`` are typed values laid over the stored ones."""
        with self._work.store.read() as unit:
            loaded, run = self._open(unit, actor, uid, at)
            stored = dict(loaded.data)
            form = self._entries.form_of(unit, loaded.compiled, loaded.row.pin, stored)
            if form is None:
                return None
            hide, mask = hidden(run, self._rights)
            rights = Rights(edit=edit, hide=hide, mask=mask)
            shown = {**stored, **(data or {})}
            return form.effective(shown, self._entries.surroundings(unit, run), rights)

    def shows_file(self, actor: Actor, uid: str, file: str, field: str = "") -> bool:
        """Whether the actor sees a field of a case that holds a file.

        ``field`` is where it was attached, for a file that no field holds, or none any more: it
        came with an action, or another one was put in its place.
        """
        with self._work.store.read() as unit:
            try:
                loaded, run = self._open(unit, actor, uid, None)
            except NotFound:
                return False
            hide, mask = hidden(run, self._rights)
            if not hide and not mask:
                return True
            stored = dict(loaded.data)
            form = self._entries.form_of(unit, loaded.compiled, loaded.row.pin, stored)
            rights = Rights(hide=hide, mask=mask)
            rights = spelled_out(rights, form) if form is not None else rights
            paths = [*_paths_of(file, stored)] or [_without_rows(field.split("."))]
            return any(_shows(form, rights, path) for path in paths)

    def ask(
        self,
        actor: Actor,
        uid: str,
        action: str,
        entered: Mapping[str, Any] | None = None,
        *,
        at: str | None = None,
    ) -> EffectiveForm | None:
        """What an action asks for here; None when it asks for nothing.

        After a withdrawal what was entered the first time is there again (REV-14).

        Raises:
            NotFound: there is no such action at the step.
        """
        with self._work.store.read() as unit:
            loaded, run = self._open(unit, actor, uid, at)
            known = loaded.compiled.actions[run.step.name].get(action)
            if known is None:
                raise NotFound("no_such_action", action=action, step=run.step.title)
            ask = known.ask
            stage = run.state.place.stage
            if ask is None or (ask.stage is not None and ask.stage != stage):
                form = self._opinion(unit, loaded)
                if form is None:
                    return None
                rights = Rights(mode="optional")
            else:
                form = self.asked(unit, loaded, ask)
                rights = Rights(mode=self._entries.mode(run, ask))
            values = entered
            if values is None:
                before = loaded.data.get(known.into) if known.into else None
                values = before if isinstance(before, Mapping) else form.initial()
            surroundings = self._entries.surroundings(unit, run, loaded.data)
            return form.effective(values, surroundings, rights)

    def operation(
        self,
        actor: Actor,
        uid: str,
        name: str,
        entered: Mapping[str, Any] | None = None,
        *,
        at: str | None = None,
    ) -> EffectiveForm | None:
        """What an operation of the engine asks for: a new deadline, why, or nothing."""
        if name.partition(":")[0] not in ("extend", *_WITH_OPINION):
            return None
        with self._work.store.read() as unit:
            loaded, run = self._open(unit, actor, uid, at)
            release = self._work.definitions.release_of(loaded.row.process, loaded.row.pin, unit)
            surroundings = self._entries.surroundings(unit, run, loaded.data)
            if name in _WITH_OPINION:
                opinion = self._opinion(unit, loaded)
                rights = Rights(mode="optional")
                return opinion.effective(entered or {}, surroundings, rights) if opinion else None
            form = release.forms[REVIEW_ACTION].fields(("until",))
            return form.effective(entered or {}, surroundings, Rights())

    def _opinion(self, unit: UnitOfWork, loaded: Loaded) -> Form | None:
        """The opinion that may always be given (REV-05)."""
        release = self._work.definitions.release_of(loaded.row.process, loaded.row.pin, unit)
        form = release.forms.get(REVIEW_ACTION)
        if form is None or "opinion" not in form.sections:
            return None
        return form.fields(("opinion",))

    def start(
        self, actor: Actor, process: str, data: Mapping[str, Any] | None = None
    ) -> EffectiveForm | None:
        """What is asked before a case exists; None when nothing is.

        Raises:
            NotFound: there is no such process.
        """
        with self._work.store.read() as unit:
            pin = self._work.definitions.pin(process)
            compiled = self._work.definitions.compiled(process, pin, unit)
            start = compiled.process.start
            if start is None or start.ask is None:
                return None
            form = self._work.definitions.current.forms[start.ask.form]
            if start.ask.fields is not None:
                form = form.fields(start.ask.fields)
            now = self._work.now(compiled.process.jurisdiction)
            shown = data if data is not None else form.initial()
            recording = self._work.facts(unit, compiled, None, shown, now)
            moment = moments.local(now)
            first = compiled.process.first.name
            run = Run(
                compiled,
                recording,
                Command("look", actor.person, actor.organisation),
                now,
                {"id": "", "number": None, "year": now.year},
                state=State(Place(first, None, None, 0), actor.person, moment, moment),
                data=shown,
                seq=1,
            )
            return form.effective(shown, self._entries.surroundings(unit, run), Rights())

    def ballot(
        self,
        actor: Actor,
        uid: str,
        paper: str,
        entered: Mapping[str, Any] | None = None,
        *,
        at: str | None = None,
    ) -> EffectiveForm | None:
        """One paper of a panel; None where the panel has no form of its own."""
        with self.open():
            return self.ballots(actor, uid, at=at)(paper, entered)

    def ballots(self, actor: Actor, uid: str, *, at: str | None = None) -> Ballots:
        """The papers of a panel, to be asked for inside this reading.

        The case and the list of its members are read once for all of them.
        """
        with self._work.store.read() as unit:
            loaded, run = self._open(unit, actor, uid, at)
            surroundings = self._entries.surroundings(unit, run)

        def ballot(paper: str, entered: Mapping[str, Any] | None = None) -> EffectiveForm | None:
            form = self._entries.ballot(unit, loaded, run, paper)
            if form is None:
                return None
            values = entered if entered is not None else form.initial()
            return form.effective(values, surroundings, Rights())

        return ballot


def _paths_of(value: Any, data: Any, above: Sequence[str] = ()) -> Iterator[str]:
    """Every path of some data at which a value stands, without row numbers."""
    if isinstance(data, Mapping):
        for name, inner in data.items():
            yield from _paths_of(value, inner, (*above, name))
    elif isinstance(data, list):
        for inner in data:
            yield from _paths_of(value, inner, above)
    elif data == value:
        yield ".".join(above)


def _without_rows(names: Sequence[str]) -> str:
    return ".".join(name for name in names if not name.isdigit())


def _shows(form: Form | None, rights: Rights, path: str) -> bool:
    if any(f"{path}.".startswith(f"{name}.") for name in rights.hide):
        return False
    element = form.element(path) if form is not None else None
    return element is None or not rights.masks(element)
