"""Publishing: what a draft has to pass before it is in force; earlier versions restored.

Check, then replay of all sample cases, then, where it is asked for, a second person; then one
commit. All of it is one transaction: what fails leaves the content and the draft as they were.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.content import Files
from engine.definitions.register import PEOPLE
from engine.definitions.release import Release
from engine.domain.actor import Actor
from engine.domain.clock import Clock
from engine.domain.errors import Refused, Stale
from engine.services.content_rights import EDIT, PUBLISH, ContentRights
from engine.services.definitions import Definitions, load, pin_all
from engine.services.directory import Directory
from engine.services.drafts import Checked, Drafts, DraftView, plain
from engine.services.folder import Opening
from engine.services.history import History
from engine.services.records import Records
from engine.services.refilling import refill
from engine.services.rehearsal import Outcome, SampleDifference
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
from engine.store.releases import Signature, tree_of
from engine.store.replays import ReplayRow
from engine.store.unit import UnitOfWork

#: how long a replay may be silent before another process takes it over
LEASE = timedelta(minutes=1)
#: how long it counts what came of a replay: the platform itself may be another one tomorrow
KEPT = timedelta(days=1)
#: whoever has the installation itself in hand
OPERATOR = Signature("Zhicheng", "installation", datetime.min.replace(tzinfo=UTC))
#: the content folder, where nobody says who changed it
FOLDER_ITSELF = OPERATOR._replace(name="内容目录", email="folder")
FOLDER_CHANGED = "读入内容目录"

#: Replays the sample cases of some content: how many there are, and what comes of each.
Rehearse = Callable[[Files, Callable[[], Release]], tuple[int, Iterator[Outcome]]]
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
    """A content that is to be in force, with what its commit says.

    Without an author it comes from whoever has the installation itself in hand.
    """

    files: Files
    base: str
    author: Actor | None
    reason: str
    override: str = ""
    #: who publishes, if it is not who wrote it
    publisher: Actor | None = None
    #: the name of whoever it is that has the installation in hand
    operator: str = ""
    #: the content folder it comes from
    folder: Files | None = None
    notes: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Passed:
    """What a change that passed the gate goes on with."""

    release: Release
    state: ReplayState
    needs_second: bool


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
        records: Records,
        rehearse: Rehearse,
        clock: Clock,
        history: History,
    ) -> None:
        self._store = store
        self._history = history
        self._definitions = definitions
        self._records = records
        self._drafts = drafts
        self._rights = rights
        self._directory = directory
        self._sentences = sentences
        self._rehearse = rehearse
        self._clock = clock
        self._loaded: tuple[str, Release | None] = ("", None)

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
            self._demand_right(files, draft)
            tree = tree_of(files)
            with self._store.write() as unit:
                known = unit.replays.load(tree)
                now = self._clock.now()
                if known is None or (known.finished_at is not None and known.failed):
                    unit.replays.forget(now - KEPT)
                    unit.replays.ask(tree, row.id, now)
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
                if not unit.replays.lease(asked.tree, now, now + LEASE):
                    continue
                draft = unit.drafts.load(asked.draft_id) if asked.draft_id is not None else None
                files = self._drafts.content(unit, draft) if draft is not None else {}
                if tree_of(files) != asked.tree:
                    # The draft was changed, published or thrown away.
                    unit.replays.drop(asked.tree)
                    continue
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
            row, files = self._own_draft(actor, draft)
            self._demand_same(files, tree)
            change = _Change(files, row.base, actor, reason, override)
            passed = self._gate(change, PUBLISH, row.id)
            if passed.needs_second:
                raise Refused("second_person_needed")
            return self._put_into_force(change, passed, self._deleting(row))

    def needs_second(self, actor: Actor, draft: int) -> bool:
        """Whether somebody else has to publish a draft (CON-07)."""
        with self._sentences.saying():
            row, files = self._draft(actor, draft)
            with self._store.read() as unit:
                base = unit.releases.files(row.base)
        return self._needs_second(_changed(base, files))

    def request(self, actor: Actor, draft: int, reason: str, *, override: str = "") -> DraftView:
        """Ask somebody else to publish a draft, which cannot be changed until they answer.

        Raises:
            ContentHasProblems: the check finds errors.
            SamplesDiffer: sample cases come out otherwise, and nobody says why that is right.
            MovedOn: somebody else published meanwhile.
            Refused: it is somebody else's, gives no reason, or nothing has changed.
        """
        with self._sentences.saying():
            row, files = self._own_draft(actor, draft)
            self._gate(_Change(files, row.base, actor, reason, override), EDIT, row.id)
            return self._save(
                actor,
                row._replace(
                    requested_at=self._clock.now(),
                    reason=plain(reason),
                    override=plain(override) or None,
                    tree=tree_of(files),
                    refused_by=None,
                    refusal=None,
                ),
            )

    def requests(self, actor: Actor) -> list[DraftView]:
        """The drafts that somebody else wants published, which the actor may answer.

        Raises:
            NotAllowed: the actor may not publish content.
        """
        with self._sentences.saying(), self._store.read() as unit:
            self._rights.demand(actor, PUBLISH)
            return [
                self._drafts.view(unit, actor, row)
                for row in unit.drafts.requested()
                if row.jurisdiction == actor.jurisdiction and row.person != actor.person
            ]

    def take_back(self, actor: Actor, draft: int) -> DraftView:
        """Take a request back, to go on with the draft.

        Raises:
            Refused: it is somebody else's, or nobody was asked.
        """
        with self._sentences.saying():
            row = self._requested(actor, draft)
            if row.person != actor.person:
                raise Refused("not_your_draft", person=row.person)
            return self._save(actor, row._replace(requested_at=None, tree=None))

    def approve(self, actor: Actor, draft: int, *, tree: str | None = None) -> Version:
        """Publish what somebody else asked for.

        Args:
            actor: who publishes; not its author.
            draft: the draft.
            tree: the content that was looked at; another one is not published.

        Raises:
            Refused: as for publishing; or the actor wrote it.
        """
        with self._sentences.saying():
            row = self._requested(actor, draft)
            if row.person == actor.person:
                raise Refused("second_person_needed")
            row, files = self._draft(actor, draft)
            self._demand_same(files, tree)
            self._demand_same(files, row.tree)
            author = Actor(row.person, row.organisation, row.jurisdiction)
            change = _Change(
                files, row.base, author, row.reason or "", row.override or "", publisher=actor
            )
            passed = self._gate(change, PUBLISH, row.id)
            return self._put_into_force(change, passed, self._deleting(row))

    def refuse(self, actor: Actor, draft: int, reason: str) -> DraftView:
        """Answer a request with no; its author can go on with the draft.

        Raises:
            Refused: the actor wrote it, may not publish, or gives no reason.
        """
        with self._sentences.saying():
            self._rights.demand(actor, PUBLISH)
            row = self._requested(actor, draft)
            if row.person == actor.person:
                raise Refused("second_person_needed")
            if not reason.strip():
                raise Refused("reason_needed")
            return self._save(
                actor,
                row._replace(
                    requested_at=None, tree=None, refused_by=actor.person, refusal=plain(reason)
                ),
            )

    def _requested(self, actor: Actor, draft: int) -> DraftRow:
        row, _ = self._draft(actor, draft)
        if row.requested_at is None:
            raise Stale("not_requested")
        return row

    def _save(self, actor: Actor, row: DraftRow) -> DraftView:
        with self._store.write() as unit:
            if not unit.drafts.save(row, self._clock.now()):
                raise Stale("draft_changed")
            saved = unit.drafts.load(row.id)
            assert saved is not None  # it was written a moment ago
            return self._drafts.view(unit, actor, saved)

    def _deleting(self, row: DraftRow) -> Callable[[UnitOfWork], None]:
        def delete(unit: UnitOfWork) -> None:
            if not unit.drafts.delete(row):
                raise Stale("draft_changed")

        return delete

    def _demand_same(self, files: Files, tree: str | None) -> None:
        if tree is not None and tree_of(files) != tree:
            raise Stale("draft_changed")

    def _needs_second(self, changed: Sequence[str]) -> bool:
        places = self._definitions.current.jurisdictions
        concerned = {place for path in changed for place in self._rights.users(path)}
        return any(places[name].four_eyes for name in concerned if name in places)

    # ------------------------------------------------------------ the gate

    def _gate(self, change: _Change, permission: str, draft: int | None) -> _Passed:
        """Everything a change has to pass."""
        if not change.reason.strip():
            raise Refused("reason_needed")
        with self._store.read() as unit:
            base = unit.releases.files(change.base)
            head = current_version(unit.releases)
        changed = _changed(base, change.files)
        if not changed:
            raise Refused("nothing_to_publish")
        by = change.publisher or change.author
        if by is not None:
            self._rights.demand_all(by, changed, permission)
        if head is not None and head.commit != change.base:
            raise MovedOn(head)
        self._demand_right(change.files, draft)
        state = self._replay(change.files, draft)
        if state.failed and not change.override.strip():
            raise SamplesDiffer(state)
        release = self._checked(change.files, draft)
        return _Passed(release, state, self._needs_second(changed))

    def _put_into_force(
        self, change: _Change, passed: _Passed, finish: Callable[[UnitOfWork], None]
    ) -> Version:
        """Make the commit with everything that goes with it, or nothing at all."""
        author = self._signature(change.author, change.operator)
        committer = self._signature(change.publisher) if change.publisher is not None else author
        state = passed.state
        notes = {
            **change.notes,
            "Replayed": state.total,
            "Failed": len(state.failed),
            "Override": change.override if state.failed else "",
            "Overridden-By": author.name if state.failed else "",
        }
        with self._store.write() as unit:
            made = self.commit(
                unit, change.files, change.base, change.reason, notes, passed.release,
                author, committer,
            )  # fmt: skip
            if change.folder is not None:
                unit.releases.follow(change.folder, FOLDER_CHANGED, author)
            finish(unit)
        self._definitions.take(made.commit, passed.release)
        return made

    def commit(
        self,
        unit: UnitOfWork,
        files: Files,
        base: str | None,
        reason: str,
        notes: Mapping[str, object],
        release: Release,
        author: Signature,
        committer: Signature,
    ) -> Version:
        """Put content into force in an open transaction: the commit and what follows from it.

        Raises:
            MovedOn: other content than ``base`` is in force.
            Refused: records break a rule of the new version.
        """
        number = next_number(unit.releases)
        commit = unit.releases.commit(
            files, message(reason, {"Version": number, **notes}), author,
            committer=committer, expected=base, version=number,
        )  # fmt: skip
        if commit is None:
            head = current_version(unit.releases)
            assert head is not None  # there is content if it is another one
            raise MovedOn(head)
        pin_all(unit, release, commit)
        before = self._definitions.at(unit, base) if base is not None else None
        refill(unit, before, release, self._store.sealer, self._records.views_under)
        return version_of(unit.releases.load(commit))

    def put(
        self,
        files: Files,
        base: str,
        reason: str,
        operator: str,
        override: str,
        notes: Mapping[str, object],
        folder: Files | None = None,
    ) -> Version:
        """Put content into force for whoever has the installation in hand; no rights are asked.

        Raises:
            Refused: as for publishing.
        """
        change = _Change(
            files, base, None, reason, override, operator=operator, folder=folder, notes=notes
        )
        return self._put_into_force(change, self._gate(change, PUBLISH, None), lambda unit: None)

    def take_over(self, opening: Opening) -> None:
        """Put into force what a platform opens with, if that is not in force yet.

        Raises:
            MovedOn: something else was put into force meanwhile.
        """
        if opening.content is None:
            return
        by = FOLDER_ITSELF._replace(at=self._clock.now())
        with self._store.write() as unit:
            head = current_version(unit.releases)
            if opening.head is not None and tree_of(opening.content) == (head and head.tree):
                # Everything in the folder was published already.
                unit.releases.follow(opening.folder, FOLDER_CHANGED, by)
                self._definitions.take(opening.head, opening.release)
                return
            made = self.commit(
                unit, opening.content, opening.head, FOLDER_CHANGED, {}, opening.release, by, by
            )
            unit.releases.follow(opening.folder, FOLDER_CHANGED, by)
        self._definitions.take(made.commit, opening.release)

    def _signature(self, actor: Actor | None, operator: str = "") -> Signature:
        now = self._clock.now()
        if actor is None:
            return OPERATOR._replace(name=operator or OPERATOR.name, at=now)
        return signature(actor.person, self._name(actor), actor.jurisdiction, now)

    # ------------------------------------------------------------ bringing together

    def rebase(self, actor: Actor, draft: int) -> Rebased:
        """Bring a draft to the version in force, file by file.

        Raises:
            Refused: the draft is somebody else's, or waits to be published.
        """
        now = self._clock.now()
        with self._sentences.saying(), self._store.write() as unit:
            row = self._drafts.own(unit, actor, draft)
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

    # ------------------------------------------------------------ earlier versions

    def restore(self, actor: Actor, version: str, reason: str, *, override: str = "") -> Version:
        """Put an earlier version into force again, as a new one.

        Raises:
            Refused: as for publishing.
        """
        with self._sentences.saying():
            with self._store.read() as unit:
                self._rights.demand(actor, PUBLISH)
                old, head = self._history.named(unit, version), current_version(unit.releases)
                files = unit.releases.files(old.commit)
            assert head is not None  # content never goes away
            notes = {"Restores": old.number}
            change = _Change(files, head.commit, actor, reason, override, notes=notes)
            passed = self._gate(change, PUBLISH, None)
            if passed.needs_second:
                raise Refused("second_person_needed")
            return self._put_into_force(change, passed, lambda unit: None)

    # ------------------------------------------------------------ inside

    def _draft(self, actor: Actor, draft: int) -> tuple[DraftRow, dict[str, bytes]]:
        with self._store.read() as unit:
            row = self._drafts.row(unit, actor, draft)
            return row, self._drafts.content(unit, row)

    def _own_draft(self, actor: Actor, draft: int) -> tuple[DraftRow, dict[str, bytes]]:
        with self._store.read() as unit:
            row = self._drafts.own(unit, actor, draft)
            return row, self._drafts.content(unit, row)

    def _demand_right(self, files: Files, draft: int | None) -> None:
        checked = self._drafts.check(files, draft or 0)
        if checked.errors:
            raise ContentHasProblems(checked)

    def _checked(self, files: Files, draft: int | None) -> Release:
        """What is loaded from content without errors, to be run."""
        self._demand_right(files, draft)
        tree = tree_of(files)
        known = self._loaded
        if known[0] != tree:
            # Loaded anew: what the check made shares parts with the checks of drafts.
            known = self._loaded = tree, load(files)
        release = known[1]
        assert release is not None  # only the first, of no tree, is nothing
        return release

    def _name(self, actor: Actor) -> str:
        return self._directory.name(PEOPLE, actor.person)

    def _replay(self, files: Files, draft: int | None, seen: Seen | None = None) -> ReplayState:
        """The replay of some content: what is known of it, or made now."""
        tree = tree_of(files)
        with self._store.read() as unit:
            known = unit.replays.load(tree)
        if known is not None and _counts(known, self._clock.now()):
            return self._state(known)
        self._demand_right(files, draft)
        with self._store.write() as unit:
            now = self._clock.now()
            unit.replays.ask(tree, draft, now)
            unit.replays.lease(tree, now, now + LEASE)
            asked = unit.replays.load(tree)
        assert asked is not None  # it was asked for a moment ago
        return self._run(asked, files, seen)

    def _run(self, row: ReplayRow, files: Files, seen: Seen | None) -> ReplayState:
        # Read here while other processes begin to replay: it is needed only to be put into force.
        total, outcomes = self._rehearse(files, lambda: self._checked(files, row.draft_id))
        row = row._replace(total=total)
        failed: list[dict[str, Any]] = []
        for done, difference in enumerate(outcomes, 1):
            failed += [asdict(difference)] if difference is not None else []
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
            failed=[_difference(one) for one in row.failed],
            is_running=row.leased_until is not None and row.leased_until > self._clock.now(),
            is_finished=row.finished_at is not None,
        )


def _counts(row: ReplayRow, now: datetime) -> bool:
    return row.finished_at is not None and row.finished_at > now - KEPT


def _changed(before: Files, after: Files) -> list[str]:
    return [path for path in sorted({*before, *after}) if before.get(path) != after.get(path)]


def _difference(one: Mapping[str, Any]) -> SampleDifference:
    places = {name: tuple(one[name]) for name in ("expected_places", "actual_places", "visited")}
    return SampleDifference(**{**one, **places})
