"""What people enter, checked against the forms: data of the case and input of actions.

A form sees only its own sections; what actions have kept beside them (``into``) is carried along
untouched. Drafts may be incomplete, not ill-typed (FORM-09); submitting checks everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol

import orjson

from engine.authoring.problems import Problems
from engine.definitions.process import OPTIONS, Action, Ask, Panel
from engine.domain.actor import Actor
from engine.domain.errors import InvalidSubmission, Refused
from engine.forms.binding import bind
from engine.forms.effective import EffectiveForm
from engine.forms.form import Form, loaded
from engine.forms.merging import merged
from engine.forms.posting import laid_over
from engine.forms.surroundings import Lookup, Rights, Surroundings
from engine.forms.validation import FieldError, check
from engine.runtime.compiled import Compiled
from engine.runtime.context import plain
from engine.runtime.moments import now_and_today
from engine.runtime.run import Run
from engine.services.casework import Casework
from engine.services.loaded import Loaded
from engine.services.sentences import Sentences
from engine.store.unit import UnitOfWork

#: form whose fields an action may ask for by bare name
REVIEW_ACTION = "review-action"
#: where the pinned form of a case with items of its own is kept in its data (a blob's hash)
FORM = "_form"

Sections = tuple[str, ...] | str


class Profiles(Protocol):
    """Where the data come from that are copied into a new case."""

    def snapshot(self, unit: UnitOfWork, actor: Actor) -> Mapping[str, Mapping[str, Any]]:
        """The data of a person by the id of their form."""
        ...


class Entries:
    """Checks what is entered."""

    def __init__(
        self,
        work: Casework,
        profiles: Profiles,
        lookup: Callable[[UnitOfWork, str | None], Lookup],
        sentences: Sentences,
    ) -> None:
        self._work = work
        self._profiles = profiles
        self._lookup = lookup
        self._sentences = sentences

    # ------------------------------------------------------------ forms

    def form_of(
        self, unit: UnitOfWork, compiled: Compiled, pin: str, data: Mapping[str, Any]
    ) -> Form | None:
        """The form of a case: as pinned, with its own items merged in (FORM-11, FORM-12)."""
        release = self._work.definitions.release_of(compiled.process.id, pin, unit)
        if compiled.process.form is None:
            return None
        base = release.forms[compiled.process.form]
        pinned = data.get(FORM)
        if pinned is None:
            return base
        dumped = unit.blobs.get_bytes(str(pinned)).decode()
        return self._work.definitions.form(
            (base, dumped),
            # It was checked when its base was published; its items add no conditions.
            lambda: bind(loaded(dumped), base.names, Problems(), None),
        )

    def asked(self, unit: UnitOfWork, loaded_case: Loaded, ask: Ask) -> Form:
        """The form an action asks with."""
        release = self._work.definitions.release_of(
            loaded_case.row.process, loaded_case.row.pin, unit
        )
        form, fields = release.forms[ask.form], ask.fields
        if fields is None:
            return form
        return self._work.definitions.form((form, fields), lambda: form.fields(fields))

    def ballot(self, unit: UnitOfWork, loaded_case: Loaded, run: Run, paper: str) -> Form | None:
        """The form of one paper of a panel, with the criteria for whom it is about.

        None where the panel has no form of its own.
        """
        panel = run.step.panel
        if panel is None or panel.ballot is None:
            return None
        release = self._work.definitions.release_of(
            loaded_case.row.process, loaded_case.row.pin, unit
        )
        base = release.forms[panel.ballot]
        if panel.extend is None:
            return base
        member = next((one for one in run.context.facts.members() if one["id"] == paper), None)
        items = plain(run.context.value(panel.extend, member=member)) or []
        key = (base, orjson.dumps(items))
        return self._work.definitions.form(key, lambda: bind(merged(base, items), base.names))

    def options(self, unit: UnitOfWork, loaded_case: Loaded, panel: Panel) -> Sequence[str]:
        """What the ballots of a panel let one choose, so that nobody's choice counts as none."""
        if panel.ballot is None:
            return OPTIONS
        release = self._work.definitions.release_of(
            loaded_case.row.process, loaded_case.row.pin, unit
        )
        choice = release.forms[panel.ballot].element("choice")
        codes = release.codes.get(choice.codes or "") if choice is not None else None
        return tuple(codes.values) if codes is not None else ()

    def check_paper(self, unit: UnitOfWork, run: Run, form: Form, paper: Any) -> list[FieldError]:
        """What is wrong with one filled-in paper."""
        return form.validate(paper, self.surroundings(unit, run))

    def surroundings(
        self,
        unit: UnitOfWork,
        run: Run,
        data: Mapping[str, Any] | None = None,
    ) -> Surroundings:
        """What a form needs from outside while it is filled in."""
        lookup = self._lookup(unit, run.process.jurisdiction)
        state = run.state
        names: dict[str, Any] = {
            "initiator": _late(lookup, "people", state.initiator),
            "actor": _late(lookup, "people", run.command.person),
            "here": _late(lookup, "organisations", run.command.organisation),
            **now_and_today(run.now),
            "jurisdiction": {"id": run.process.jurisdiction},
            "policy": _Policies(run),
            "case": {
                "returned": state.returned,
                "step": state.place.step,
                "stage": state.place.stage,
                "status": state.status,
                "year": run.now.year,
                "sent_to": _late(lookup, "organisations", state.sent_to),
            },
        }
        return Surroundings(
            names=names,
            lookup=lookup,
            data=data,
            calendar=self._work.calendar(run.process.jurisdiction),
            caption=self._sentences.captions(),
            language=self._sentences.language(),
        )

    # ------------------------------------------------------------ starting

    def first_data(
        self,
        unit: UnitOfWork,
        compiled: Compiled,
        actor: Actor,
        given: Mapping[str, Any],
        now: datetime,
    ) -> dict[str, Any]:
        """The data of a new case: defaults, a snapshot of the profile, and what was entered first.

        Later edits flow in neither direction (APP-16).
        """
        release = self._work.definitions.current
        if compiled.process.form is None:
            return dict(given)
        form = release.forms[compiled.process.form]
        profile = self._profiles.snapshot(unit, actor)
        data: dict[str, Any] = {**form.initial(), **form.snapshot(profile)}
        for name, value in given.items():
            known = data.get(name)
            both = isinstance(known, Mapping) and isinstance(value, Mapping)
            data[name] = {**known, **value} if both else value  # type: ignore[dict-item]
        return data

    def check_start(
        self, unit: UnitOfWork, run: Run, data: Mapping[str, Any], *, complete: bool
    ) -> None:
        """Check what a case begins with: its types, and with ``complete`` all that is asked first.

        Raises:
            InvalidSubmission: with every error and its place.
        """
        process = run.process
        if process.form is None:
            return
        form = self._work.definitions.current.forms[process.form]
        ask = process.start.ask if process.start is not None else None
        asked = ask.fields if ask is not None and ask.fields is not None else form.sections
        # Where nothing is asked first, everything is filled in later.
        complete = complete and ask is not None
        if not complete:
            # Rules across sections are for the whole; types are checked in what is asked.
            whole = form
            form = self._work.definitions.form((whole, asked), lambda: whole.fields(asked))
        own = {name: value for name, value in data.items() if name in form.sections}
        errors = form.validate(
            own, self.surroundings(unit, run), Rights(edit=asked), complete=complete
        )
        errors = [error for error in errors if error.place and error.place[0] in asked]
        if errors:
            raise InvalidSubmission(errors, count=len(errors))

    def protect(
        self, unit: UnitOfWork, run: Run, data: dict[str, Any], untouched: Mapping[str, Any]
    ) -> None:
        """Put back into the first data what whoever starts the case may not change in them."""
        if run.process.form is None or data == untouched:
            return
        form = self._work.definitions.current.forms[run.process.form]
        given = {name: data[name] for name in form.sections if name in data}
        laid = laid_over(form, untouched, given, self.surroundings(unit, run), Rights())
        for name in given:
            data.pop(name)
        data.update(laid.data)

    def pin_form(self, unit: UnitOfWork, run: Run, data: dict[str, Any], subject: str) -> None:
        """Merge the items held in a record into the form, and pin the result (COM-17)."""
        process = run.process
        if process.extend is None or process.form is None:
            return
        items = plain(run.context.value(process.extend))
        if not items:
            return
        base = self._work.definitions.current.forms[process.form]
        made = self._work.definitions.form((base, orjson.dumps(items)), lambda: merged(base, items))
        data[FORM] = unit.blobs.put_bytes(subject, made.dumped().encode())

    # ------------------------------------------------------------ data of the case

    def check_data(
        self,
        unit: UnitOfWork,
        loaded_case: Loaded,
        run: Run,
        action: Action,
        data: Mapping[str, Any] | None,
    ) -> dict[str, Any] | None:
        """The data after an action, checked; None when the action leaves them alone.

        Raises:
            InvalidSubmission: with every error and its place.
        """
        editable = action.edit or run.step.edit
        whole = action.verb == "submit"
        if not editable or (data is None and not whole):
            return None
        complete = action.verb in ("submit", "pass")
        return self._checked(unit, loaded_case, run, data, editable, complete=complete)

    def check_draft(
        self, unit: UnitOfWork, loaded_case: Loaded, run: Run, data: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The data of a draft, types checked.

        Raises:
            InvalidSubmission: with every error and its place.
        """
        saving = next(
            (a for a in run.compiled.actions[run.step.name].values() if a.verb == "save"), None
        )
        editable = (saving.edit if saving is not None else None) or run.step.edit or ()
        return self._checked(unit, loaded_case, run, data, editable, complete=False)

    def _checked(
        self,
        unit: UnitOfWork,
        loaded_case: Loaded,
        run: Run,
        data: Mapping[str, Any] | None,
        editable: Sections,
        *,
        complete: bool,
    ) -> dict[str, Any]:
        known = dict(loaded_case.data)
        after = {**known, **self._own(data, editable)}
        form = self.form_of(unit, loaded_case.compiled, loaded_case.row.pin, known)
        if form is None:
            return after
        rights = Rights(edit="all" if editable == "all" else tuple(editable))
        stored = {name: value for name, value in known.items() if name in form.sections}
        typed = {name: after[name] for name in self._own(data, editable) if name in form.sections}
        effective = laid_over(form, stored, typed, self.surroundings(unit, run), rights)
        _refuse_errors(effective, complete=complete)
        for name in form.sections:
            after.pop(name, None)
        # What the conditions hide is not part of what was submitted.
        after.update(effective.submitted if complete else effective.data)
        return after

    @staticmethod
    def _own(data: Mapping[str, Any] | None, editable: Sections) -> dict[str, Any]:
        typed = data or {}
        if editable == "all":
            kept = {name for name in typed if not name.startswith("_")}
        else:
            kept = {name for name in typed if name in editable}
        return {name: typed[name] for name in kept}

    # ------------------------------------------------------------ input of actions

    def check_input(
        self,
        unit: UnitOfWork,
        loaded_case: Loaded,
        run: Run,
        action: Action,
        entered: Mapping[str, Any],
    ) -> dict[str, Any]:
        """What an action asks for, checked; an opinion is always welcome (REV-05).

        Raises:
            InvalidSubmission: with every error and its place.
            Refused: members of the group are asked for and none is chosen.
        """
        ask = action.ask
        opinion = entered.get("opinion")
        always = {"opinion": opinion} if opinion else {}
        if ask is None or (ask.stage is not None and not self._last_stage(run, ask.stage)):
            return always
        form = self.asked(unit, loaded_case, ask)
        rights = Rights(mode=self.mode(run, ask))
        own = {name: value for name, value in entered.items() if name in form.sections}
        around = self.surroundings(unit, run, loaded_case.data)
        effective = form.effective(own, around, rights)
        if rights.mode == "hidden":
            # What is not asked counts for nothing, not for conditions of other fields either.
            effective = form.effective(effective.submitted, around, rights)
        _refuse_errors(effective, complete=True)
        chosen = list(entered.get("members") or ()) if ask.members else []
        if ask.members and not chosen:
            raise Refused("no_members_chosen")
        members = {"members": chosen} if ask.members else {}
        return {**always, **effective.submitted, **members}

    @staticmethod
    def _last_stage(run: Run, stage: str) -> bool:
        return run.state.place.stage == stage

    @staticmethod
    def mode(run: Run, ask: Ask) -> Any:
        """Whether what is asked must be entered: required, optional or hidden."""
        word = run.context.word(ask.mode) if ask.mode is not None else None
        return word or "required"


def _refuse_errors(form: EffectiveForm, *, complete: bool) -> None:
    """Refuse what is wrong with the form's data, all of it at once; warnings refuse nothing."""
    errors = [error for error in check(form, complete=complete) if not error.warning]
    if errors:
        raise InvalidSubmission(errors, count=len(errors))


class _Policies(Mapping[str, Any]):
    """The switches of a process, looked up when a form reads one."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def __getitem__(self, name: str) -> Any:
        if name not in self._run.process.policy:
            raise KeyError(name)
        return self._run.context.facts.policy(name, self._run.context)

    def __iter__(self) -> Iterator[str]:
        return iter(self._run.process.policy)

    def __len__(self) -> int:
        return len(self._run.process.policy)


def _late(lookup: Lookup, register: str, key: str | None) -> Mapping[str, Any] | None:
    return None if key is None else _Late(lookup, register, key)


class _Late(Mapping[str, Any]):
    """A record that is only read when a condition looks at more than its id."""

    def __init__(self, lookup: Lookup, register: str, key: str) -> None:
        self._lookup, self._register, self._key = lookup, register, key

    @cached_property
    def _record(self) -> Mapping[str, Any]:
        return self._lookup.record(self._register, self._key) or {"id": self._key}

    def __getitem__(self, name: str) -> Any:
        return self._key if name == "id" else self._record[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._record)

    def __len__(self) -> int:
        return len(self._record)
