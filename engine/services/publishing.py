"""Publishing: what a draft has to pass before it is in force, and the versions that were.

Check, then replay of all sample cases, then, where it is asked for, a second person; then one
commit. All of it is one transaction: what fails leaves the content and the draft as they were.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from engine.content import Files
from engine.definitions.register import PEOPLE
from engine.definitions.release import Release
from engine.domain.actor import Actor
from engine.domain.clock import Clock
from engine.domain.errors import NotFound, Refused, Stale
from engine.services.content_rights import EDIT, PUBLISH, ContentRights
from engine.services.definitions import Definitions, pin_all
from engine.services.directory import Directory
from engine.services.drafts import Checked, Drafts, FileDifference, differences
from engine.services.replay import Replayed
from engine.services.samples import Samples
from engine.services.sentences import Sentences
from engine.services.three_way import merged_files
from engine.services.versions import (
    Version,
    current_version,
    message,
    next_number,
    signature,
    version_of,
)
from engine.store.database import Store
from engine.store.drafts import DraftRow
from engine.store.releases import tree_of
from engine.store.replays import ReplayRow
from engine.store.unit import UnitOfWork

#: how long a replay may be silent before another process takes it over
LEASE = timedelta(minutes=1)
#: how many versions a page of the history shows
PAGE = 50

#: Gives the sample cases of some content, ready to run.
SamplesOf = Callable[[Files, Release], Samples]
#: Told how far a replay is.
Seen = Callable[["ReplayState"], None]


class ContentHasProblems(Refused):
    """The content cannot be published as it is; ``checked`` holds the problems."""

    def __init__(self, checked: Checked) -> None:
        super().__init__("content_has_problems", count=len(checked.errors))
        self.checked = checked


class SamplesDiffer(Refused):
    """Sample cases come out otherwise; ``state`` holds their first differences."""

    def __init__(self, state: ReplayState) -> None:
        super().__init__("samples_differ", count=len(state.failed), total=state.total)
        self.state = state


class MovedOn(Stale):
    """Somebody else has published meanwhile: ``version`` says who and what."""

    def __init__(self, version: Version) -> None:
        super().__init__(
            "content_moved_on", name=version.name, number=version.number, reason=version.reason
        )
        self.version = version


@dataclass(frozen=True, slots=True)
class SampleDifference:
    """A sample case that came out otherwise: at which step, and how."""

    sample: str
    file: str
    line: int
    step: int
    what: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class ReplayState:
    """How far the replay of a draft's sample cases is."""

    tree: str
    total: int
    done: int
    failed: Sequence[SampleDifference]
    is_running: bool
    is_finished: bool

    @property
    def ok(self) -> bool:
        """Whether every sample came out as written."""
        return self.is_finished and not self.failed


@dataclass(frozen=True, slots=True)
class Rebased:
    """What came of bringing a draft to the version in force."""

    version: Version
    #: files that both sides changed in the same place; both sides stand in them
    conflicts: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Change:
    """A content that is to be in force, with what its commit says."""

    files: Files
    base: str
    actor: Actor
    reason: str
    notes: Mapping[str, object]
    #: who publishes, if it is not who wrote it
    publisher: Actor | None = None


class Publishing:
    """The gate between drafts and the content in force."""

    def __init__(
        self,
        store: Store,
        definitions: Definitions,
        drafts: Drafts,
        rights: ContentRights,
        directory: Directory,
        sentences: Sentences,
        samples_of: SamplesOf,
        clock: Clock,
    ) -> None:
        self._store = store
        self._definitions = definitions
        self._drafts = drafts
        self._rights = rights
        self._directory = directory
        self._sentences = sentences
        self._samples_of = samples_of
        self._clock = clock

    # ------------------------------------------------------------ before it is published

    def check(self, actor: Actor, draft: int) -> Checked:
        """All problems of a draft's content."""
        return self._drafts.problems(actor, draft)

    def start_replay(self, actor: Actor, draft: int) -> ReplayState:
        """Ask for the replay of all sample cases; a worker takes it on.

        What was replayed already, or is being replayed, is not asked for again unless it failed.

        Raises:
            ContentHasProblems: there is nothing that could be run.
        """
        with self._sentences.saying():
            row, files = self._draft(actor, draft)
            self._checked(files)
            tree = tree_of(files)
            with self._store.write() as unit:
                known = unit.replays.load(tree)
                if known is None or (known.finished_at is not None and known.failed):
                    unit.replays.ask(tree, row.id, self._clock.now())
                known = unit.replays.load(tree)
        assert known is not None  # it was asked for a moment ago
        return self._state(known)

    def replay_state(self, actor: Actor, draft: int) -> ReplayState | None:
        """How far the replay of a draft is; None if nobody asked for it as it is now."""
        with self._sentences.saying():
            _, files = self._draft(actor, draft)
            with self._store.read() as unit:
                known = unit.replays.load(tree_of(files))
        return self._state(known) if known is not None else None

    def replay(self, actor: Actor, draft: int, seen: Seen | None = None) -> ReplayState:
        """Replay all sample cases of a draft here and now."""
        with self._sentences.saying():
            row, files = self._draft(actor, draft)
            return self._replay(files, row.id, seen)

    def work_off(self) -> int:
        """Run a replay that waits: the worker's job. Returns how many were run."""
        now = self._clock.now()
        with self._store.read() as unit:
            waiting = unit.replays.waiting(now)
        for asked in waiting:
            with self._store.write() as unit:
                mine = unit.replays.lease(asked.tree, now, now + LEASE)
                draft = unit.drafts.load(asked.draft_id) if asked.draft_id is not None else None
                files = self._drafts.content(unit, draft) if draft is not None else {}
            if mine and tree_of(files) == asked.tree:
                self._run(asked, files, None)
                return 1
        return 0

    # ------------------------------------------------------------ publishing

    def publish(
        self, actor: Actor, draft: int, reason: str, *, override: str = "", tree: str | None = None
    ) -> Version:
        """Put a draft into force: one commit, and the draft is gone.

        Args:
            actor: who publishes.
            draft: their draft.
            reason: why; it stands in the history.
            override: why it is published although sample cases come out otherwise.
            tree: the content that was looked at; another one is not published.

        Raises:
            ContentHasProblems: the check finds errors.
            SamplesDiffer: sample cases come out otherwise, and nobody says why that is right.
            MovedOn: somebody else published meanwhile.
            Refused: the actor may not, gives no reason, or nothing has changed.
        """
        with self._sentences.saying():
            row, files = self._draft(actor, draft)
            if row.person != actor.person:
                raise Refused("not_your_draft", person=row.person)
            return self._publish(actor, row, files, reason, override, tree)

    def _publish(
        self,
        actor: Actor,
        row: DraftRow,
        files: Files,
        reason: str,
        override: str,
        tree: str | None,
    ) -> Version:
        if tree is not None and tree_of(files) != tree:
            raise Stale("draft_changed")
        change = _Change(files, row.base, actor, reason, {})
        release, replayed = self._gate(change, override, row.id)
        notes = _notes(replayed, override, self._name(actor))

        def finish(unit: UnitOfWork) -> None:
            if not unit.drafts.delete(row):
                raise Stale("draft_changed")

        return self._put_into_force(replace(change, notes=notes), release, finish)

    def _gate(
        self, change: _Change, override: str, draft: int | None
    ) -> tuple[Release, ReplayState]:
        """Everything a change has to pass."""
        if not change.reason.strip():
            raise Refused("reason_needed")
        with self._store.read() as unit:
            base = unit.releases.files(change.base)
            head = current_version(unit.releases)
        changed = [one.path for one in differences(base, change.files)]
        if not changed:
            raise Refused("nothing_to_publish")
        self._rights.demand_all(change.publisher or change.actor, changed, PUBLISH)
        if head is not None and head.commit != change.base:
            raise MovedOn(head)
        release = self._checked(change.files)
        state = self._replay(change.files, draft)
        if state.failed and not override.strip():
            raise SamplesDiffer(state)
        return release, state

    def _put_into_force(
        self, change: _Change, release: Release, finish: Callable[[UnitOfWork], None]
    ) -> Version:
        """Make the commit with everything that goes with it, or nothing at all."""
        now = self._clock.now()
        author = signature(
            change.actor.person, self._name(change.actor), change.actor.jurisdiction, now
        )
        committer = author
        if change.publisher is not None:
            by = change.publisher
            committer = signature(by.person, self._name(by), by.jurisdiction, now)
        with self._store.write() as unit:
            head = current_version(unit.releases)
            if head is None or head.commit != change.base:
                assert head is not None  # content never goes away
                raise MovedOn(head)
            number = next_number(unit.releases)
            text = message(change.reason, {"Version": number, **change.notes})
            commit = unit.releases.commit(
                change.files, text, author, committer=committer, expected=change.base,
                version=number,
            )  # fmt: skip
            if commit is None:
                raise MovedOn(self._newest())
            pin_all(unit, release, commit)
            finish(unit)
            made = version_of(unit.releases.load(commit))
        self._definitions.take(commit, release)
        return made

    def _newest(self) -> Version:
        with self._store.read() as unit:
            found = current_version(unit.releases)
        assert found is not None  # content never goes away
        return found

    # ------------------------------------------------------------ bringing together

    def rebase(self, actor: Actor, draft: int) -> Rebased:
        """Bring a draft to the version in force, file by file.

        Raises:
            Refused: the draft is somebody else's, or waits to be published.
        """
        now = self._clock.now()
        with self._sentences.saying(), self._store.write() as unit:
            row = self._drafts.row(unit, actor, draft)
            if row.person != actor.person:
                raise Refused("not_your_draft", person=row.person)
            head = current_version(unit.releases)
            assert head is not None  # content never goes away
            base, theirs = unit.releases.files(row.base), unit.releases.files(head.commit)
            ours = self._drafts.content(unit, row)
            names = (self._name(actor), f"{head.name} {head.number}")
            conflicts = []
            for path, made in merged_files(base, ours, theirs, names).items():
                known = unit.drafts.file(row.id, path)
                if made.content == theirs.get(path) and not made.conflict:
                    unit.drafts.drop(row.id, path)
                    continue
                unit.drafts.put(
                    row.id, path, made.content, now, conflict=made.conflict,
                    expected=known.version if known is not None else 0,
                )  # fmt: skip
                conflicts += [path] if made.conflict else []
            if not unit.drafts.save(row._replace(base=head.commit), now):
                raise Stale("draft_changed")
        return Rebased(head, conflicts)

    # ------------------------------------------------------------ versions

    def history(
        self, actor: Actor, *, limit: int = PAGE, before: str | None = None, path: str | None = None
    ) -> list[Version]:
        """The versions that were in force, the newest first.

        Args:
            actor: who asks.
            limit: how many at most.
            before: begin behind this commit.
            path: only those that changed this file.
        """
        with self._sentences.saying(), self._store.read() as unit:
            self._rights.demand(actor, EDIT, PUBLISH)
            found: list[Version] = []
            for row in unit.releases.log(before):
                if row.id == before:
                    continue
                parent = row.parents[0] if row.parents else None
                if path is not None and path not in {
                    change.path for change in unit.releases.changes(parent, row.id)
                }:
                    continue
                found.append(version_of(row))
                if len(found) == limit:
                    break
            return found

    def version(self, actor: Actor, name: str) -> Version:
        """A version by its number, or by its commit or the beginning of it.

        Raises:
            NotFound: there is none.
        """
        with self._sentences.saying(), self._store.read() as unit:
            self._rights.demand(actor, EDIT, PUBLISH)
            return self._version(unit, name)

    def show(self, actor: Actor, version: str) -> dict[str, bytes]:
        """All files of a version."""
        with self._sentences.saying(), self._store.read() as unit:
            self._rights.demand(actor, EDIT, PUBLISH)
            return unit.releases.files(self._version(unit, version).commit)

    def compare(self, actor: Actor, old: str, new: str) -> list[FileDifference]:
        """How two versions differ, file by file."""
        with self._sentences.saying(), self._store.read() as unit:
            self._rights.demand(actor, EDIT, PUBLISH)
            before, after = self._version(unit, old), self._version(unit, new)
            return differences(
                unit.releases.files(before.commit), unit.releases.files(after.commit)
            )

    def restore(self, actor: Actor, version: str, reason: str, *, override: str = "") -> Version:
        """Put an earlier version into force again, as a new one.

        Raises:
            Refused: as for publishing.
        """
        with self._sentences.saying():
            with self._store.read() as unit:
                self._rights.demand(actor, PUBLISH)
                old, head = self._version(unit, version), current_version(unit.releases)
                files = unit.releases.files(old.commit)
            assert head is not None  # content never goes away
            change = _Change(files, head.commit, actor, reason, {})
            release, state = self._gate(change, override, None)
            notes = {"Restores": old.number, **_notes(state, override, self._name(actor))}
            return self._put_into_force(replace(change, notes=notes), release, lambda unit: None)

    # ------------------------------------------------------------ inside

    def _draft(self, actor: Actor, draft: int) -> tuple[DraftRow, dict[str, bytes]]:
        with self._store.read() as unit:
            row = self._drafts.row(unit, actor, draft)
            return row, self._drafts.content(unit, row)

    def _checked(self, files: Files) -> Release:
        checked = self._drafts.check(files)
        if checked.errors or checked.loaded.release is None:
            raise ContentHasProblems(checked)
        return checked.loaded.release

    def _version(self, unit: UnitOfWork, name: str) -> Version:
        commit = unit.releases.named(name)
        if commit is None:
            raise NotFound("no_such_version", version=name)
        return version_of(unit.releases.load(commit))

    def _name(self, actor: Actor) -> str:
        return self._directory.name(PEOPLE, actor.person)

    def _replay(self, files: Files, draft: int | None, seen: Seen | None = None) -> ReplayState:
        """The replay of some content: what is known of it, or made now."""
        tree = tree_of(files)
        with self._store.read() as unit:
            known = unit.replays.load(tree)
        if known is not None and known.finished_at is not None:
            return self._state(known)
        self._checked(files)
        with self._store.write() as unit:
            now = self._clock.now()
            unit.replays.ask(tree, draft, now)
            unit.replays.lease(tree, now, now + LEASE)
            asked = unit.replays.load(tree)
        assert asked is not None  # it was asked for a moment ago
        return self._run(asked, files, seen)

    def _run(self, row: ReplayRow, files: Files, seen: Seen | None) -> ReplayState:
        samples = self._samples_of(files, self._checked(files))
        chosen = samples.chosen(())
        row = row._replace(total=len(chosen))
        failed: list[dict[str, Any]] = []
        for done, result in enumerate(samples.run(chosen), 1):
            failed += [_difference(result)] if not result.ok else []
            row = row._replace(
                done=done, failed=tuple(failed), leased_until=self._clock.now() + LEASE
            )
            self._note(row, seen)
        row = row._replace(finished_at=self._clock.now(), leased_until=None)
        self._note(row, seen)
        return self._state(row)

    def _note(self, row: ReplayRow, seen: Seen | None) -> None:
        with self._store.write() as unit:
            unit.replays.note(row)
        if seen is not None:
            seen(self._state(row))

    def _state(self, row: ReplayRow) -> ReplayState:
        return ReplayState(
            tree=row.tree,
            total=row.total,
            done=row.done,
            failed=[SampleDifference(**one) for one in row.failed],
            is_running=row.leased_until is not None and row.leased_until > self._clock.now(),
            is_finished=row.finished_at is not None,
        )


def _difference(result: Replayed) -> dict[str, Any]:
    sample = result.sample
    first = result.differences[0] if result.differences else None
    return {
        "sample": sample.title,
        "file": sample.file,
        "line": first.line if first is not None else 0,
        "step": result.steps,
        "what": first.what if first is not None else "",
        "expected": _written(first.expected) if first is not None else "",
        "found": _written(first.found) if first is not None else result.error or "",
    }


def _written(value: object) -> str:
    return value if isinstance(value, str) else repr(value)


def _notes(state: ReplayState, override: str, name: str) -> dict[str, object]:
    overridden = bool(state.failed)
    return {
        "Replayed": state.total,
        "Failed": len(state.failed),
        "Override": override if overridden else "",
        "Overridden-By": name if overridden else "",
    }
