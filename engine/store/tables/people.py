"""The tables of people at work: accounts, rights, sessions, files, messages and documents."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.schema import ByteText, Key, Moment, metadata, one_of

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("login", ByteText, primary_key=True),
    sa.Column("person", ByteText, nullable=False),
    sa.Column("password", sa.Text),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("must_change_password", sa.Boolean, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("locked_until", Moment),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("password_changed_at", Moment),
    sa.Column("signed_in_at", Moment),
    one_of("state", ("active", "closed"), "state_is_active_or_closed"),
    sa.CheckConstraint("failures >= 0", name="failures_are_counted"),
    sa.Index(None, "person"),
)

grants = sa.Table(
    "grants",
    metadata,
    sa.Column("id", Key, primary_key=True),
    sa.Column("person", ByteText, nullable=False),
    sa.Column("role", ByteText, nullable=False),
    sa.Column("organisation", ByteText, nullable=False),
    sa.Column("jurisdiction", sa.Text, nullable=False),
    sa.Column("valid_from", Moment),
    sa.Column("valid_until", Moment),
    sa.Column("granted_by", sa.Text),
    sa.Column("granted_at", Moment, nullable=False),
    # The person is a substitute and holds, instead of a role, what somebody else holds there.
    sa.Column("stands_for", ByteText),
    sa.CheckConstraint("valid_until >= valid_from", name="ends_after_it_begins"),
    sa.CheckConstraint("(role = '') = (stands_for IS NOT NULL)", name="a_role_or_a_substitute"),
    sa.Index(None, "person"),
    sa.Index(None, "organisation", "role"),
)

# The roles an organisation has put together itself. Grants name them as they name those of the
# content, by an id that none of the content's can have. Those that are no more keep their row.
own_roles = sa.Table(
    "own_roles",
    metadata,
    sa.Column("id", ByteText, primary_key=True),
    sa.Column("organisation", ByteText, nullable=False),
    sa.Column("title", ByteText, nullable=False),
    # a JSON list of names
    sa.Column("permissions", sa.Text, nullable=False),
    sa.Column("changed_by", sa.Text, nullable=False),
    sa.Column("changed_at", Moment, nullable=False),
    sa.Column("ended_at", Moment),
    sa.Index(None, "organisation"),
)

sessions = sa.Table(
    "sessions",
    metadata,
    # Whoever reads the table cannot sign in with what is in it.
    sa.Column("token_hash", ByteText, primary_key=True),
    sa.Column("login", ByteText, sa.ForeignKey("accounts.login"), nullable=False),
    sa.Column("organisation", sa.Text),
    sa.Column("address", sa.Text),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("seen_at", Moment, nullable=False),
    sa.Column("expires_at", Moment, nullable=False),
    # The connector that was signed in with; NULL for an account of this installation.
    sa.Column("connector", sa.Text),
    # What alone it opens: acting for oneself, or for organisations.
    sa.Column("limited_to", sa.Text),
    one_of("limited_to", ("people", "organisations"), "limited_to_one_way"),
    sa.Index(None, "login"),
    sa.Index(None, "expires_at"),
)

sign_ins = sa.Table(
    "sign_ins",
    metadata,
    sa.Column("id", Key, primary_key=True),
    sa.Column("login", ByteText, nullable=False),
    sa.Column("person", ByteText),
    sa.Column("at", Moment, nullable=False),
    sa.Column("address", sa.Text),
    sa.Column("succeeded", sa.Boolean, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("connector", sa.Text),
    sa.Index(None, "login", "at"),
    sa.Index(None, "address", "at"),
)

# Who somebody is at an identity platform. Another issuer is another platform.
identities = sa.Table(
    "identities",
    metadata,
    sa.Column("jurisdiction", ByteText, primary_key=True),
    sa.Column("connector", ByteText, primary_key=True),
    sa.Column("issuer", ByteText, primary_key=True),
    sa.Column("subject", ByteText, primary_key=True),
    sa.Column("login", ByteText, sa.ForeignKey("accounts.login"), nullable=False),
    sa.Column("linked_at", Moment, nullable=False),
    sa.Index(None, "login"),
)

# Browsers that were sent to an identity platform, and those that came back and have still to say
# something. Each is taken once.
journeys = sa.Table(
    "journeys",
    metadata,
    sa.Column("token_hash", ByteText, primary_key=True),
    sa.Column("wrapped", sa.LargeBinary, nullable=False),
    sa.Column("ciphertext", sa.LargeBinary, nullable=False),
    sa.Column("expires_at", Moment, nullable=False),
    sa.Index(None, "expires_at"),
)

attachments = sa.Table(
    "attachments",
    metadata,
    sa.Column("uid", ByteText, primary_key=True),
    sa.Column("jurisdiction", sa.Text),
    # Whose key seals it.
    sa.Column("subject", ByteText, nullable=False),
    sa.Column("owner", ByteText, nullable=False),
    # Where it was put first: in a case or a profile, and the path in its data.
    sa.Column("case_uid", ByteText),
    sa.Column("field", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("blob", ByteText, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.CheckConstraint("size >= 0", name="size_is_counted"),
    sa.Index(None, "case_uid"),
    sa.Index(None, "owner"),
    sa.Index(None, "subject"),
)

messages = sa.Table(
    "messages",
    metadata,
    sa.Column("id", Key, primary_key=True),
    sa.Column("key", ByteText, unique=True),
    sa.Column("jurisdiction", sa.Text, nullable=False),
    sa.Column("to_person", ByteText),
    sa.Column("to_organisation", ByteText),
    sa.Column("from_person", sa.Text),
    sa.Column("from_organisation", sa.Text),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("template", sa.Text),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("case_uid", ByteText),
    sa.Column("created_at", Moment, nullable=False),
    sa.CheckConstraint(
        "to_person IS NOT NULL OR to_organisation IS NOT NULL", name="somebody_gets_it"
    ),
    sa.Index(None, "to_person", "created_at"),
    sa.Index(None, "to_organisation", "created_at"),
)

issued = sa.Table(
    "issued",
    metadata,
    sa.Column("uid", ByteText, primary_key=True),
    # Case, place, visit and index of the effect: a document is issued once.
    sa.Column("key", ByteText, nullable=False, unique=True),
    sa.Column("jurisdiction", sa.Text, nullable=False),
    sa.Column("case_uid", ByteText, nullable=False),
    sa.Column("template", sa.Text, nullable=False),
    sa.Column("holder", ByteText),
    sa.Column("number", sa.Text),
    sa.Column("verify_code", ByteText, nullable=False, unique=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("subject", ByteText, nullable=False),
    # Hashes of the data printed and of the file.
    sa.Column("data_blob", ByteText, nullable=False),
    sa.Column("file_blob", ByteText),
    sa.Column("issued_at", Moment, nullable=False),
    one_of("state", ("valid", "revoked"), "state_is_valid_or_revoked"),
    sa.Index(None, "case_uid"),
    sa.Index(None, "holder"),
    sa.Index(None, "number"),
)

opinions = sa.Table(
    "opinions",
    metadata,
    sa.Column("id", Key, primary_key=True),
    sa.Column("person", ByteText, nullable=False),
    sa.Column("organisation", ByteText),
    # Offered to the other people of the organisation too.
    sa.Column("shared", sa.Boolean, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.CheckConstraint("NOT shared OR organisation IS NOT NULL", name="shared_within_somewhere"),
    sa.Index(None, "person", "position"),
    sa.Index(None, "organisation"),
)

access_log = sa.Table(
    "access_log",
    metadata,
    sa.Column("id", Key, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("person", ByteText, nullable=False),
    sa.Column("organisation", sa.Text),
    sa.Column("subject", ByteText, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("case_uid", ByteText),
    sa.Index(None, "subject", "at"),
    sa.Index(None, "person", "at"),
)

# A message to an organisation is read by each of its people for themselves.
message_reads = sa.Table(
    "message_reads",
    metadata,
    sa.Column("message_id", Key, sa.ForeignKey("messages.id"), primary_key=True),
    sa.Column("person", ByteText, primary_key=True),
    sa.Column("at", Moment, nullable=False),
)
