"""The tables of running cases.

``cases`` holds the snapshot, ``journal`` the truth. The order of columns in ``cases`` is that of
:class:`engine.store.cases.CaseRow`.
"""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.schema import ByteText, Key, Moment, metadata, one_of, partial_index


def _case_key() -> sa.Column[int]:
    return sa.Column("case_id", Key, sa.ForeignKey("cases.id"), nullable=False)


def _jurisdiction() -> sa.Column[str]:
    """A large installation is distributed by it, so that every row carries it."""
    return sa.Column("jurisdiction", sa.Text, nullable=False)


cases = sa.Table(
    "cases",
    metadata,
    sa.Column("id", Key, primary_key=True),
    sa.Column("uid", ByteText, nullable=False, unique=True),
    sa.Column("process", ByteText, nullable=False),
    # The hash of everything the process refers to, as it was when the case was started.
    sa.Column("pin", sa.Text, nullable=False),
    _jurisdiction(),
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("initiator", sa.Text),
    sa.Column("initiator_organisation", sa.Text),
    sa.Column("number", ByteText),
    sa.Column("status", sa.Text),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("stage", sa.Text),
    sa.Column("organisation", sa.Text),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", sa.LargeBinary, nullable=False),
    sa.Column("data_hash", sa.Text),
    sa.Column("flags", sa.Text, nullable=False, server_default="[]"),
    # The head of the journal, so that the next event needs no read.
    sa.Column("journal_seq", sa.Integer, nullable=False),
    sa.Column("journal_hash", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("arrived_at", Moment, nullable=False),
    sa.Column("due", Moment),
    sa.Column("updated_at", Moment, nullable=False),
    sa.Column("closed_at", Moment),
    # The last status shown to the public: some states keep the one before.
    sa.Column("public_status", sa.Text),
    # Sent back to whoever is to mend it.
    sa.Column("returned", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.CheckConstraint("version >= 1", name="version_counts_from_one"),
    sa.CheckConstraint("(outcome IS NULL) = (closed_at IS NULL)", name="outcome_only_when_closed"),
    sa.CheckConstraint("closed_at >= started_at", name="closed_after_started"),
    sa.Index(None, "process", "status", "arrived_at"),
    sa.Index(None, "initiator", "started_at"),
    sa.Index(None, "number"),
    # What the monitor walks along, so that a page costs the same however many cases there are.
    sa.Index(None, "jurisdiction", "started_at", "id"),
    partial_index(
        "ix_cases_open_arrived", "jurisdiction", "arrived_at", "id", where="closed_at IS NULL"
    ),
    partial_index(
        "ix_cases_open_step", "jurisdiction", "process", "step", "arrived_at", "id",
        where="closed_at IS NULL",
    ),
    partial_index(
        "ix_cases_open_due", "jurisdiction", "due", "id",
        where="closed_at IS NULL AND due IS NOT NULL",
    ),
    partial_index(
        "ix_cases_closed", "jurisdiction", "closed_at", "id", where="closed_at IS NOT NULL"
    ),
)  # fmt: skip

case_fields = sa.Table(
    "case_fields",
    metadata,
    sa.Column("case_id", Key, sa.ForeignKey("cases.id"), primary_key=True),
    sa.Column("path", ByteText, primary_key=True),
    # Counts the values of a path that has several.
    sa.Column("no", sa.Integer, primary_key=True),
    sa.Column("text_value", ByteText),
    sa.Column("number_value", sa.Float),
    sa.CheckConstraint(
        "text_value IS NULL OR number_value IS NULL", name="text_or_number_not_both"
    ),
    sa.Index(None, "path", "text_value", "case_id"),
    sa.Index(None, "path", "number_value", "case_id"),
    sqlite_with_rowid=False,
)

journal = sa.Table(
    "journal",
    metadata,
    sa.Column("case_id", Key, sa.ForeignKey("cases.id"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    _jurisdiction(),
    sa.Column("at", Moment, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("person", sa.Text),
    sa.Column("organisation", sa.Text),
    sa.Column("on_behalf", sa.Text),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("data_hash", sa.Text),
    sa.Column("prev_hash", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.CheckConstraint("seq >= 1", name="seq_counts_from_one"),
    # The events of a case lie side by side.
    sqlite_with_rowid=False,
)

work_items = sa.Table(
    "work_items",
    metadata,
    sa.Column("id", Key, primary_key=True),
    _case_key(),
    _jurisdiction(),
    sa.Column("visit", sa.Integer, nullable=False),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("stage", sa.Text),
    sa.Column("organisation", sa.Text),
    sa.Column("permission", sa.Text),
    sa.Column("person", sa.Text),
    sa.Column("status", sa.Text),
    sa.Column("opened_at", Moment, nullable=False),
    sa.Column("due", Moment),
    sa.Column("claimed_by", sa.Text),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("closed_at", Moment),
    sa.Column("closed_by", sa.Text),
    sa.Column("closed_organisation", sa.Text),
    sa.Column("action", sa.Text),
    one_of("state", ("open", "done", "gone"), "state_is_open_done_or_gone"),
    sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_at_unless_open"),
    sa.CheckConstraint("state = 'done' OR action IS NULL", name="action_only_when_done"),
    sa.Index(None, "case_id", "state"),
    partial_index(
        "ix_work_items_waiting_for", "organisation", "permission",
        where="state = 'open' AND organisation IS NOT NULL",
    ),
    partial_index(
        "ix_work_items_waiting_person", "person", where="state = 'open' AND person IS NOT NULL"
    ),
    partial_index("ix_work_items_acted_person", "closed_by", "closed_at", where="state = 'done'"),
    partial_index(
        "ix_work_items_acted_organisation", "closed_organisation", "permission", "closed_at",
        where="state = 'done' AND closed_organisation IS NOT NULL",
    ),
)  # fmt: skip

copies = sa.Table(
    "copies",
    metadata,
    # Who may read a case because somebody named them, and whether they have.
    _case_key(),
    sa.Column("person", ByteText, nullable=False),
    _jurisdiction(),
    sa.Column("from_person", sa.Text),
    sa.Column("from_organisation", sa.Text),
    sa.Column("at", Moment, nullable=False),
    sa.Column("read_at", Moment),
    sa.PrimaryKeyConstraint("case_id", "person"),
    sa.CheckConstraint("read_at >= at", name="read_after_sent"),
    sa.Index(None, "person", "at"),
)

timers = sa.Table(
    "timers",
    metadata,
    sa.Column("id", Key, primary_key=True),
    _case_key(),
    _jurisdiction(),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.UniqueConstraint("case_id", "kind"),
    sa.Index(None, "at"),
    # What falls due in a jurisdiction in the next days.
    sa.Index(None, "jurisdiction", "at"),
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", Key, primary_key=True),
    sa.Column("case_id", Key, sa.ForeignKey("cases.id")),
    _jurisdiction(),
    # Case, place, visit and index of the effect: what has been sent is not sent again.
    sa.Column("key", ByteText, nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("run_at", Moment, nullable=False),
    sa.Column("error", sa.Text),
    one_of("state", ("waiting", "taken", "held", "done", "failed"), "state_is_a_known_word"),
    sa.CheckConstraint("state <> 'failed' OR error IS NOT NULL", name="failed_says_why"),
    partial_index("ix_outbox_waiting", "run_at", where="state IN ('waiting', 'taken')"),
    sa.Index(None, "case_id"),
)

incidents = sa.Table(
    "incidents",
    metadata,
    sa.Column("id", Key, primary_key=True),
    _case_key(),
    _jurisdiction(),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("params", sa.Text, nullable=False),
    sa.Column("opened_at", Moment, nullable=False),
    sa.Column("resolved_at", Moment),
    sa.Column("resolved_by", sa.Text),
    sa.Column("reason", sa.Text),
    sa.CheckConstraint(
        "(resolved_at IS NULL) = (reason IS NULL)", name="reason_only_when_resolved"
    ),
    sa.Index(None, "case_id"),
    partial_index("ix_incidents_open", "jurisdiction", "opened_at", where="resolved_at IS NULL"),
)

ballots = sa.Table(
    "ballots",
    metadata,
    sa.Column("case_id", Key, sa.ForeignKey("cases.id"), primary_key=True),
    # The panel, and which visit of the case to it.
    sa.Column("step", ByteText, primary_key=True),
    sa.Column("visit", sa.Integer, primary_key=True),
    sa.Column("round", sa.Integer, primary_key=True),
    sa.Column("voter", ByteText, primary_key=True),
    # What is voted on: the member's uid, or empty for the case itself.
    sa.Column("paper", ByteText, primary_key=True),
    _jurisdiction(),
    sa.Column("ballot", sa.LargeBinary, nullable=False),
    sa.Column("cast_at", Moment, nullable=False),
)

# What the ballots of a panel say so far, where that is asked before all of them are in.
tallies = sa.Table(
    "tallies",
    metadata,
    sa.Column("case_id", Key, sa.ForeignKey("cases.id"), primary_key=True),
    sa.Column("step", ByteText, primary_key=True),
    sa.Column("visit", sa.Integer, primary_key=True),
    sa.Column("round", sa.Integer, primary_key=True),
    _jurisdiction(),
    sa.Column("tally", sa.LargeBinary, nullable=False),
)

members = sa.Table(
    "members",
    metadata,
    sa.Column("group_id", Key, sa.ForeignKey("cases.id"), primary_key=True),
    sa.Column("case_id", Key, sa.ForeignKey("cases.id"), primary_key=True),
    _jurisdiction(),
    # The process of the group.
    sa.Column("process", ByteText, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text),
    sa.Column("row", sa.Text, nullable=False),
    sa.Column("added_at", Moment, nullable=False),
    one_of("state", ("in", "released", "removed"), "state_is_in_released_or_removed"),
    sa.CheckConstraint(
        "(state = 'released') = (outcome IS NOT NULL)", name="outcome_when_released"
    ),
    sa.CheckConstraint("group_id <> case_id", name="no_group_holds_itself"),
    partial_index(
        "uq_members_one_open_group", "case_id", "process", where="state = 'in'", unique=True
    ),
)

# Cases that other cases have created.
links = sa.Table(
    "links",
    metadata,
    sa.Column("owner_id", Key, sa.ForeignKey("cases.id"), primary_key=True),
    # Place, visit and index of the effect that created it: none does so twice.
    sa.Column("key", ByteText, primary_key=True),
    # What the owner calls it.
    sa.Column("name", ByteText, nullable=False),
    sa.Column("case_id", Key, sa.ForeignKey("cases.id"), nullable=False, unique=True),
    _jurisdiction(),
    # The process of the case that was created.
    sa.Column("process", ByteText, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    # The outcome with which the owner has gone on, "" without one, and in which of its events.
    sa.Column("taken", sa.Text),
    sa.Column("taken_in", sa.Integer),
    sa.CheckConstraint("owner_id <> case_id", name="no_case_creates_itself"),
    sa.Index(None, "owner_id", "name", "case_id"),
)

commands = sa.Table(
    "commands",
    metadata,
    sa.Column("key", ByteText, primary_key=True),
    sa.Column("uid", sa.Text, nullable=False),
    sa.Column("result", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Index(None, "at"),
)

subject_keys = sa.Table(
    "subject_keys",
    metadata,
    sa.Column("subject", ByteText, primary_key=True),
    sa.Column("wrapped", sa.LargeBinary, nullable=False),
)

blobs = sa.Table(
    "blobs",
    metadata,
    sa.Column("hash", ByteText, primary_key=True),
    sa.Column("subject", ByteText, nullable=False),
    sa.Column("ciphertext", sa.LargeBinary, nullable=False),
    sa.Index(None, "subject"),
)

plans = sa.Table(
    "plans",
    metadata,
    sa.Column("id", Key, primary_key=True),
    _jurisdiction(),
    sa.Column("process", ByteText, nullable=False),
    # The version the cases are to be moved to: what they will be pinned to, and who published it.
    sa.Column("pin", sa.Text, nullable=False),
    sa.Column("release", sa.Integer, nullable=False),
    # What was decided about steps, fields and deadlines, as JSON.
    sa.Column("decisions", sa.Text, nullable=False),
    sa.Column("person", ByteText, nullable=False),
    sa.Column("made_at", Moment, nullable=False),
)

planned_cases = sa.Table(
    "planned_cases",
    metadata,
    sa.Column("plan_id", Key, sa.ForeignKey("plans.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("case_id", Key, sa.ForeignKey("cases.id"), primary_key=True),
    # The case as it was looked at; it is not moved once it has gone on.
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    # Why, what is to be decided, and what will come of it, as JSON.
    sa.Column("told", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    # Its version after it was moved, and what undoing it needs, as JSON.
    sa.Column("moved_to", sa.Integer),
    sa.Column("undo", sa.Text, nullable=False),
    one_of(
        "kind", ("unaffected", "by_itself", "decision", "cannot"), "kind_is_one_of_four",
    ),
    one_of(
        "state", ("planned", "replanned", "moved", "refused", "undone"), "state_is_a_known_word",
    ),
    sa.CheckConstraint("(state = 'moved') = (moved_to IS NOT NULL)", name="moved_to_when_moved"),
    sa.Index(None, "case_id"),
)  # fmt: skip
