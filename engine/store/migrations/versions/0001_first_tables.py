"""First tables."""

import sqlalchemy as sa
from alembic import op

from engine.store.schema import ByteText, Key, Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "access_log",
        sa.Column("id", Key, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("person", ByteText, nullable=False),
        sa.Column("organisation", sa.Text(), nullable=True),
        sa.Column("subject", ByteText, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("case_uid", ByteText, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_log")),
    )
    op.create_index(op.f("ix_access_log_person_at"), "access_log", ["person", "at"], unique=False)
    op.create_index(op.f("ix_access_log_subject_at"), "access_log", ["subject", "at"], unique=False)
    op.create_table(
        "accounts",
        sa.Column("login", ByteText, nullable=False),
        sa.Column("person", ByteText, nullable=False),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", Moment(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("password_changed_at", Moment(), nullable=True),
        sa.Column("signed_in_at", Moment(), nullable=True),
        sa.CheckConstraint(
            "state IN ('active', 'closed')", name=op.f("ck_accounts_state_is_active_or_closed")
        ),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_accounts_failures_are_counted")),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_accounts")),
    )
    op.create_index(op.f("ix_accounts_person"), "accounts", ["person"], unique=False)
    op.create_table(
        "attachments",
        sa.Column("uid", ByteText, nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=True),
        sa.Column("subject", ByteText, nullable=False),
        sa.Column("owner", ByteText, nullable=False),
        sa.Column("case_uid", ByteText, nullable=True),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("blob", ByteText, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.CheckConstraint("size >= 0", name=op.f("ck_attachments_size_is_counted")),
        sa.PrimaryKeyConstraint("uid", name=op.f("pk_attachments")),
    )
    op.create_index(op.f("ix_attachments_case_uid"), "attachments", ["case_uid"], unique=False)
    op.create_index(op.f("ix_attachments_owner"), "attachments", ["owner"], unique=False)
    op.create_index(op.f("ix_attachments_subject"), "attachments", ["subject"], unique=False)
    op.create_table(
        "blobs",
        sa.Column("hash", ByteText, nullable=False),
        sa.Column("subject", ByteText, nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_blobs")),
    )
    op.create_index(op.f("ix_blobs_subject"), "blobs", ["subject"], unique=False)
    op.create_table(
        "cases",
        sa.Column("id", Key, nullable=False),
        sa.Column("uid", ByteText, nullable=False),
        sa.Column("process", ByteText, nullable=False),
        sa.Column("pin", sa.Text(), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("initiator", sa.Text(), nullable=True),
        sa.Column("initiator_organisation", sa.Text(), nullable=True),
        sa.Column("number", ByteText, nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("organisation", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("data_hash", sa.Text(), nullable=True),
        sa.Column("flags", sa.Text(), server_default="[]", nullable=False),
        sa.Column("journal_seq", sa.Integer(), nullable=False),
        sa.Column("journal_hash", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("arrived_at", Moment(), nullable=False),
        sa.Column("due", Moment(), nullable=True),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.Column("public_status", sa.Text(), nullable=True),
        sa.Column("returned", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint(
            "(outcome IS NULL) = (closed_at IS NULL)",
            name=op.f("ck_cases_outcome_only_when_closed"),
        ),
        sa.CheckConstraint("closed_at >= started_at", name=op.f("ck_cases_closed_after_started")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_cases_version_counts_from_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("uid", name=op.f("uq_cases_uid")),
    )
    op.create_index(
        op.f("ix_cases_initiator_started_at"), "cases", ["initiator", "started_at"], unique=False
    )
    op.create_index(op.f("ix_cases_number"), "cases", ["number"], unique=False)
    op.create_index(
        op.f("ix_cases_process_status_arrived_at"),
        "cases",
        ["process", "status", "arrived_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_cases_jurisdiction_started_at_id"),
        "cases",
        ["jurisdiction", "started_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_cases_open_arrived",
        "cases",
        ["jurisdiction", "arrived_at", "id"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_cases_open_step",
        "cases",
        ["jurisdiction", "process", "step", "arrived_at", "id"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_cases_open_due",
        "cases",
        ["jurisdiction", "due", "id"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL AND due IS NOT NULL"),
        postgresql_where=sa.text("closed_at IS NULL AND due IS NOT NULL"),
    )
    op.create_index(
        "ix_cases_closed",
        "cases",
        ["jurisdiction", "closed_at", "id"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NOT NULL"),
        postgresql_where=sa.text("closed_at IS NOT NULL"),
    )
    op.create_table(
        "commands",
        sa.Column("key", ByteText, nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_commands")),
    )
    op.create_index(op.f("ix_commands_at"), "commands", ["at"], unique=False)
    op.create_table(
        "git_objects",
        sa.Column("id", ByteText, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_git_objects")),
    )
    op.create_table(
        "grants",
        sa.Column("id", Key, nullable=False),
        sa.Column("person", ByteText, nullable=False),
        sa.Column("role", ByteText, nullable=False),
        sa.Column("organisation", ByteText, nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("valid_from", Moment(), nullable=True),
        sa.Column("valid_until", Moment(), nullable=True),
        sa.Column("granted_by", sa.Text(), nullable=True),
        sa.Column("granted_at", Moment(), nullable=False),
        sa.Column("stands_for", ByteText, nullable=True),
        sa.CheckConstraint(
            "(role = '') = (stands_for IS NOT NULL)", name=op.f("ck_grants_a_role_or_a_substitute")
        ),
        sa.CheckConstraint(
            "valid_until >= valid_from", name=op.f("ck_grants_ends_after_it_begins")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grants")),
    )
    op.create_index(
        op.f("ix_grants_organisation_role"), "grants", ["organisation", "role"], unique=False
    )
    op.create_index(op.f("ix_grants_person"), "grants", ["person"], unique=False)
    op.create_table(
        "issued",
        sa.Column("uid", ByteText, nullable=False),
        sa.Column("key", ByteText, nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("case_uid", ByteText, nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("holder", ByteText, nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("verify_code", ByteText, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("subject", ByteText, nullable=False),
        sa.Column("data_blob", ByteText, nullable=False),
        sa.Column("file_blob", ByteText, nullable=True),
        sa.Column("issued_at", Moment(), nullable=False),
        sa.CheckConstraint(
            "state IN ('valid', 'revoked')", name=op.f("ck_issued_state_is_valid_or_revoked")
        ),
        sa.PrimaryKeyConstraint("uid", name=op.f("pk_issued")),
        sa.UniqueConstraint("key", name=op.f("uq_issued_key")),
        sa.UniqueConstraint("verify_code", name=op.f("uq_issued_verify_code")),
    )
    op.create_index(op.f("ix_issued_case_uid"), "issued", ["case_uid"], unique=False)
    op.create_index(op.f("ix_issued_holder"), "issued", ["holder"], unique=False)
    op.create_index(op.f("ix_issued_number"), "issued", ["number"], unique=False)
    op.create_table(
        "jobs",
        sa.Column("id", Key, nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("kind", ByteText, nullable=False),
        sa.Column("about", ByteText, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("person", ByteText, nullable=False),
        sa.Column("organisation", ByteText, nullable=True),
        sa.Column("input", sa.Text(), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("finished_at", Moment(), nullable=True),
        sa.Column("stopped_by", ByteText, nullable=True),
        sa.Column("broke_off", sa.Text(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    op.create_index(op.f("ix_jobs_about_id"), "jobs", ["about", "id"], unique=False)
    op.create_index(op.f("ix_jobs_person_id"), "jobs", ["person", "id"], unique=False)
    op.create_table(
        "journeys",
        sa.Column("token_hash", ByteText, nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_journeys")),
    )
    op.create_index(op.f("ix_journeys_expires_at"), "journeys", ["expires_at"], unique=False)
    op.create_table(
        "messages",
        sa.Column("id", Key, nullable=False),
        sa.Column("key", ByteText, nullable=True),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("to_person", ByteText, nullable=True),
        sa.Column("to_organisation", ByteText, nullable=True),
        sa.Column("from_person", sa.Text(), nullable=True),
        sa.Column("from_organisation", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("case_uid", ByteText, nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.CheckConstraint(
            "to_person IS NOT NULL OR to_organisation IS NOT NULL",
            name=op.f("ck_messages_somebody_gets_it"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("key", name=op.f("uq_messages_key")),
    )
    op.create_index(
        op.f("ix_messages_to_organisation_created_at"),
        "messages",
        ["to_organisation", "created_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_messages_to_person_created_at"),
        "messages",
        ["to_person", "created_at"],
        unique=False,
    )
    op.create_table(
        "opinions",
        sa.Column("id", Key, nullable=False),
        sa.Column("person", ByteText, nullable=False),
        sa.Column("organisation", ByteText, nullable=True),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "NOT shared OR organisation IS NOT NULL",
            name=op.f("ck_opinions_shared_within_somewhere"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinions")),
    )
    op.create_index(op.f("ix_opinions_organisation"), "opinions", ["organisation"], unique=False)
    op.create_index(
        op.f("ix_opinions_person_position"), "opinions", ["person", "position"], unique=False
    )
    op.create_table(
        "own_roles",
        sa.Column("id", ByteText, nullable=False),
        sa.Column("organisation", ByteText, nullable=False),
        sa.Column("title", ByteText, nullable=False),
        sa.Column("permissions", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_roles")),
    )
    op.create_index(op.f("ix_own_roles_organisation"), "own_roles", ["organisation"], unique=False)
    op.create_table(
        "plans",
        sa.Column("id", Key, nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("process", ByteText, nullable=False),
        sa.Column("pin", sa.Text(), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("decisions", sa.Text(), nullable=False),
        sa.Column("person", ByteText, nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
    )
    op.create_table(
        "pools",
        sa.Column("name", ByteText, nullable=False),
        sa.Column("next", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_pools")),
    )
    op.create_table(
        "records",
        sa.Column("id", Key, nullable=False),
        sa.Column("register", ByteText, nullable=False),
        sa.Column("key", ByteText, nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("scope", ByteText, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("path", ByteText, nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_records_version_counts_from_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_records")),
        sa.UniqueConstraint("register", "key", name=op.f("uq_records_register_key")),
    )
    op.create_index(op.f("ix_records_register_id"), "records", ["register", "id"], unique=False)
    op.create_index(
        op.f("ix_records_register_jurisdiction_id"),
        "records",
        ["register", "jurisdiction", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_records_register_path"), "records", ["register", "path"], unique=False)
    op.create_index(
        op.f("ix_records_register_scope"), "records", ["register", "scope"], unique=False
    )
    op.create_table(
        "route_changes",
        sa.Column("id", Key, nullable=False),
        sa.Column("route", ByteText, nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_route_changes")),
    )
    op.create_index(
        op.f("ix_route_changes_route_jurisdiction_id"),
        "route_changes",
        ["route", "jurisdiction", "id"],
        unique=False,
    )
    op.create_table(
        "route_rows",
        sa.Column("id", Key, nullable=False),
        sa.Column("route", ByteText, nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("from_organisation", ByteText, nullable=False),
        sa.Column("to_organisation", ByteText, nullable=True),
        sa.Column("keys", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Text(), nullable=True),
        sa.Column("valid_until", sa.Text(), nullable=True),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "final OR to_organisation IS NOT NULL", name=op.f("ck_route_rows_leads_on_unless_final")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_route_rows")),
    )
    op.create_index(
        op.f("ix_route_rows_route_from_organisation"),
        "route_rows",
        ["route", "from_organisation"],
        unique=False,
    )
    op.create_table(
        "sign_ins",
        sa.Column("id", Key, nullable=False),
        sa.Column("login", ByteText, nullable=False),
        sa.Column("person", ByteText, nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("connector", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
    )
    op.create_index(op.f("ix_sign_ins_address_at"), "sign_ins", ["address", "at"], unique=False)
    op.create_index(op.f("ix_sign_ins_login_at"), "sign_ins", ["login", "at"], unique=False)
    op.create_table(
        "subject_keys",
        sa.Column("subject", ByteText, nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_subject_keys")),
    )
    op.create_table(
        "ballots",
        sa.Column("case_id", Key, nullable=False),
        sa.Column("step", ByteText, nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("voter", ByteText, nullable=False),
        sa.Column("paper", ByteText, nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("ballot", sa.LargeBinary(), nullable=False),
        sa.Column("cast_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_ballots_case_id_cases")),
        sa.PrimaryKeyConstraint(
            "case_id", "step", "visit", "round", "voter", "paper", name=op.f("pk_ballots")
        ),
    )
    op.create_table(
        "case_fields",
        sa.Column("case_id", Key, nullable=False),
        sa.Column("path", ByteText, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("text_value", ByteText, nullable=True),
        sa.Column("number_value", sa.Float(), nullable=True),
        sa.CheckConstraint(
            "text_value IS NULL OR number_value IS NULL",
            name=op.f("ck_case_fields_text_or_number_not_both"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_case_fields_case_id_cases")
        ),
        sa.PrimaryKeyConstraint("case_id", "path", "no", name=op.f("pk_case_fields")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_case_fields_path_number_value_case_id"),
        "case_fields",
        ["path", "number_value", "case_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_case_fields_path_text_value_case_id"),
        "case_fields",
        ["path", "text_value", "case_id"],
        unique=False,
    )
    op.create_table(
        "identities",
        sa.Column("jurisdiction", ByteText, nullable=False),
        sa.Column("connector", ByteText, nullable=False),
        sa.Column("issuer", ByteText, nullable=False),
        sa.Column("subject", ByteText, nullable=False),
        sa.Column("login", ByteText, nullable=False),
        sa.Column("linked_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["login"], ["accounts.login"], name=op.f("fk_identities_login_accounts")
        ),
        sa.PrimaryKeyConstraint(
            "jurisdiction", "connector", "issuer", "subject", name=op.f("pk_identities")
        ),
    )
    op.create_index(op.f("ix_identities_login"), "identities", ["login"], unique=False)
    op.create_table(
        "links",
        sa.Column("owner_id", Key, nullable=False),
        sa.Column("key", ByteText, nullable=False),
        sa.Column("name", ByteText, nullable=False),
        sa.Column("case_id", Key, nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("process", ByteText, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("taken", sa.Text(), nullable=True),
        sa.Column("taken_in", sa.Integer(), nullable=True),
        sa.CheckConstraint("owner_id <> case_id", name=op.f("ck_links_no_case_creates_itself")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_links_case_id_cases")),
        sa.ForeignKeyConstraint(["owner_id"], ["cases.id"], name=op.f("fk_links_owner_id_cases")),
        sa.PrimaryKeyConstraint("owner_id", "key", name=op.f("pk_links")),
        sa.UniqueConstraint("case_id", name=op.f("uq_links_case_id")),
    )
    op.create_index(
        op.f("ix_links_owner_id_name_case_id"),
        "links",
        ["owner_id", "name", "case_id"],
        unique=False,
    )
    op.create_table(
        "copies",
        sa.Column("case_id", Key, nullable=False),
        sa.Column("person", ByteText, nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("from_person", sa.Text(), nullable=True),
        sa.Column("from_organisation", sa.Text(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("read_at", Moment(), nullable=True),
        sa.CheckConstraint("read_at >= at", name=op.f("ck_copies_read_after_sent")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_copies_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", "person", name=op.f("pk_copies")),
    )
    op.create_index(op.f("ix_copies_person_at"), "copies", ["person", "at"], unique=False)
    op.create_table(
        "drafts",
        sa.Column("id", Key, nullable=False),
        sa.Column("person", ByteText, nullable=False),
        sa.Column("organisation", ByteText, nullable=True),
        sa.Column("jurisdiction", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("base", ByteText, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("requested_at", Moment(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("tree", ByteText, nullable=True),
        sa.Column("override", sa.Text(), nullable=True),
        sa.Column("refused_by", ByteText, nullable=True),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["base"], ["git_objects.id"], name=op.f("fk_drafts_base_git_objects")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
    )
    op.create_index(op.f("ix_drafts_jurisdiction"), "drafts", ["jurisdiction"], unique=False)
    op.create_index(op.f("ix_drafts_person"), "drafts", ["person"], unique=False)
    op.create_table(
        "git_refs",
        sa.Column("name", ByteText, nullable=False),
        sa.Column("id", ByteText, nullable=False),
        sa.ForeignKeyConstraint(
            ["id"], ["git_objects.id"], name=op.f("fk_git_refs_id_git_objects")
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_git_refs")),
    )
    op.create_table(
        "incidents",
        sa.Column("id", Key, nullable=False),
        sa.Column("case_id", Key, nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("params", sa.Text(), nullable=False),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("resolved_at", Moment(), nullable=True),
        sa.Column("resolved_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(resolved_at IS NULL) = (reason IS NULL)",
            name=op.f("ck_incidents_reason_only_when_resolved"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_incidents_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
    )
    op.create_index(op.f("ix_incidents_case_id"), "incidents", ["case_id"], unique=False)
    op.create_index(
        "ix_incidents_open",
        "incidents",
        ["jurisdiction", "opened_at"],
        unique=False,
        sqlite_where=sa.text("resolved_at IS NULL"),
        postgresql_where=sa.text("resolved_at IS NULL"),
    )
    op.create_table(
        "job_refusals",
        sa.Column("job_id", Key, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.id"], name=op.f("fk_job_refusals_job_id_jobs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("job_id", "position", name=op.f("pk_job_refusals")),
    )
    op.create_table(
        "journal",
        sa.Column("case_id", Key, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("organisation", sa.Text(), nullable=True),
        sa.Column("on_behalf", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("data_hash", sa.Text(), nullable=True),
        sa.Column("prev_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_journal_seq_counts_from_one")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_journal_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_journal")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "members",
        sa.Column("group_id", Key, nullable=False),
        sa.Column("case_id", Key, nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("process", ByteText, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("row", sa.Text(), nullable=False),
        sa.Column("added_at", Moment(), nullable=False),
        sa.CheckConstraint(
            "(state = 'released') = (outcome IS NOT NULL)",
            name=op.f("ck_members_outcome_when_released"),
        ),
        sa.CheckConstraint(
            "state IN ('in', 'released', 'removed')",
            name=op.f("ck_members_state_is_in_released_or_removed"),
        ),
        sa.CheckConstraint("group_id <> case_id", name=op.f("ck_members_no_group_holds_itself")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_members_case_id_cases")),
        sa.ForeignKeyConstraint(["group_id"], ["cases.id"], name=op.f("fk_members_group_id_cases")),
        sa.PrimaryKeyConstraint("group_id", "case_id", name=op.f("pk_members")),
    )
    op.create_index(
        "uq_members_one_open_group",
        "members",
        ["case_id", "process"],
        unique=True,
        sqlite_where=sa.text("state = 'in'"),
        postgresql_where=sa.text("state = 'in'"),
    )
    op.create_table(
        "message_reads",
        sa.Column("message_id", Key, nullable=False),
        sa.Column("person", ByteText, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_message_reads_message_id_messages")
        ),
        sa.PrimaryKeyConstraint("message_id", "person", name=op.f("pk_message_reads")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", Key, nullable=False),
        sa.Column("case_id", Key, nullable=True),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("key", ByteText, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("run_at", Moment(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state <> 'failed' OR error IS NOT NULL", name=op.f("ck_outbox_failed_says_why")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'taken', 'held', 'done', 'failed')",
            name=op.f("ck_outbox_state_is_a_known_word"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_outbox_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
    )
    op.create_index(op.f("ix_outbox_case_id"), "outbox", ["case_id"], unique=False)
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["run_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting', 'taken')"),
        postgresql_where=sa.text("state IN ('waiting', 'taken')"),
    )
    op.create_table(
        "pins",
        sa.Column("process", ByteText, nullable=False),
        sa.Column("closure", ByteText, nullable=False),
        sa.Column("commit", ByteText, nullable=False),
        sa.ForeignKeyConstraint(
            ["commit"], ["git_objects.id"], name=op.f("fk_pins_commit_git_objects")
        ),
        sa.PrimaryKeyConstraint("process", "closure", name=op.f("pk_pins")),
    )
    op.create_table(
        "planned_cases",
        sa.Column("plan_id", Key, nullable=False),
        sa.Column("case_id", Key, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("moved_to", sa.Integer(), nullable=True),
        sa.Column("undo", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(state = 'moved') = (moved_to IS NOT NULL)",
            name=op.f("ck_planned_cases_moved_to_when_moved"),
        ),
        sa.CheckConstraint(
            "kind IN ('unaffected', 'by_itself', 'decision', 'cannot')",
            name=op.f("ck_planned_cases_kind_is_one_of_four"),
        ),
        sa.CheckConstraint(
            "state IN ('planned', 'replanned', 'moved', 'refused', 'undone')",
            name=op.f("ck_planned_cases_state_is_a_known_word"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_planned_cases_case_id_cases")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"],
            ["plans.id"],
            name=op.f("fk_planned_cases_plan_id_plans"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("plan_id", "case_id", name=op.f("pk_planned_cases")),
    )
    op.create_index(op.f("ix_planned_cases_case_id"), "planned_cases", ["case_id"], unique=False)
    op.create_table(
        "record_changes",
        sa.Column("id", Key, nullable=False),
        sa.Column("record_id", Key, nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("organisation", sa.Text(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["records.id"], name=op.f("fk_record_changes_record_id_records")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_changes")),
    )
    op.create_index(
        op.f("ix_record_changes_record_id_id"), "record_changes", ["record_id", "id"], unique=False
    )
    op.create_table(
        "record_fields",
        sa.Column("record_id", Key, nullable=False),
        sa.Column("path", ByteText, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("register", ByteText, nullable=False),
        sa.Column("text_value", ByteText, nullable=True),
        sa.Column("number_value", sa.Float(), nullable=True),
        sa.CheckConstraint(
            "(text_value IS NULL) <> (number_value IS NULL)",
            name=op.f("ck_record_fields_text_or_number_not_both"),
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["records.id"], name=op.f("fk_record_fields_record_id_records")
        ),
        sa.PrimaryKeyConstraint("record_id", "path", "no", name=op.f("pk_record_fields")),
    )
    op.create_index(
        op.f("ix_record_fields_register_path_number_value_record_id"),
        "record_fields",
        ["register", "path", "number_value", "record_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_record_fields_register_path_text_value_record_id"),
        "record_fields",
        ["register", "path", "text_value", "record_id"],
        unique=False,
    )
    op.create_table(
        "record_terms",
        sa.Column("register", ByteText, nullable=False),
        sa.Column("term", ByteText, nullable=False),
        sa.Column("record_id", Key, nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["records.id"], name=op.f("fk_record_terms_record_id_records")
        ),
        sa.PrimaryKeyConstraint("register", "term", "record_id", name=op.f("pk_record_terms")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_record_terms_record_id"), "record_terms", ["record_id"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("token_hash", ByteText, nullable=False),
        sa.Column("login", ByteText, nullable=False),
        sa.Column("organisation", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("connector", sa.Text(), nullable=True),
        sa.Column("limited_to", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "limited_to IN ('people', 'organisations')",
            name=op.f("ck_sessions_limited_to_one_way"),
        ),
        sa.ForeignKeyConstraint(
            ["login"], ["accounts.login"], name=op.f("fk_sessions_login_accounts")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_expires_at"), "sessions", ["expires_at"], unique=False)
    op.create_index(op.f("ix_sessions_login"), "sessions", ["login"], unique=False)
    op.create_table(
        "tallies",
        sa.Column("case_id", Key, nullable=False),
        sa.Column("step", ByteText, nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("tally", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_tallies_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", "step", "visit", "round", name=op.f("pk_tallies")),
    )
    op.create_table(
        "timers",
        sa.Column("id", Key, nullable=False),
        sa.Column("case_id", Key, nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_timers_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timers")),
        sa.UniqueConstraint("case_id", "kind", name=op.f("uq_timers_case_id_kind")),
    )
    op.create_index(op.f("ix_timers_at"), "timers", ["at"], unique=False)
    op.create_index(
        op.f("ix_timers_jurisdiction_at"), "timers", ["jurisdiction", "at"], unique=False
    )
    op.create_table(
        "unique_keys",
        sa.Column("register", ByteText, nullable=False),
        sa.Column("fields", ByteText, nullable=False),
        sa.Column("value", ByteText, nullable=False),
        sa.Column("record_id", Key, nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["records.id"], name=op.f("fk_unique_keys_record_id_records")
        ),
        sa.PrimaryKeyConstraint("register", "fields", "value", name=op.f("pk_unique_keys")),
    )
    op.create_index(op.f("ix_unique_keys_record_id"), "unique_keys", ["record_id"], unique=False)
    op.create_table(
        "work_items",
        sa.Column("id", Key, nullable=False),
        sa.Column("case_id", Key, nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("organisation", sa.Text(), nullable=True),
        sa.Column("permission", sa.Text(), nullable=True),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("due", Moment(), nullable=True),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("closed_organisation", sa.Text(), nullable=True),
        sa.Column("action", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'open') = (closed_at IS NULL)",
            name=op.f("ck_work_items_closed_at_unless_open"),
        ),
        sa.CheckConstraint(
            "state = 'done' OR action IS NULL", name=op.f("ck_work_items_action_only_when_done")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'done', 'gone')",
            name=op.f("ck_work_items_state_is_open_done_or_gone"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_work_items_case_id_cases")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_items")),
    )
    op.create_index(
        "ix_work_items_acted_organisation",
        "work_items",
        ["closed_organisation", "permission", "closed_at"],
        unique=False,
        sqlite_where=sa.text("state = 'done' AND closed_organisation IS NOT NULL"),
        postgresql_where=sa.text("state = 'done' AND closed_organisation IS NOT NULL"),
    )
    op.create_index(
        "ix_work_items_acted_person",
        "work_items",
        ["closed_by", "closed_at"],
        unique=False,
        sqlite_where=sa.text("state = 'done'"),
        postgresql_where=sa.text("state = 'done'"),
    )
    op.create_index(
        op.f("ix_work_items_case_id_state"), "work_items", ["case_id", "state"], unique=False
    )
    op.create_index(
        "ix_work_items_waiting_for",
        "work_items",
        ["organisation", "permission"],
        unique=False,
        sqlite_where=sa.text("state = 'open' AND organisation IS NOT NULL"),
        postgresql_where=sa.text("state = 'open' AND organisation IS NOT NULL"),
    )
    op.create_index(
        "ix_work_items_waiting_person",
        "work_items",
        ["person"],
        unique=False,
        sqlite_where=sa.text("state = 'open' AND person IS NOT NULL"),
        postgresql_where=sa.text("state = 'open' AND person IS NOT NULL"),
    )
    op.create_table(
        "draft_files",
        sa.Column("draft_id", Key, nullable=False),
        sa.Column("path", ByteText, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("conflict", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"],
            ["drafts.id"],
            name=op.f("fk_draft_files_draft_id_drafts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("draft_id", "path", name=op.f("pk_draft_files")),
    )
    op.create_table(
        "replays",
        sa.Column("tree", ByteText, nullable=False),
        sa.Column("draft_id", Key, nullable=True),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("leased_until", Moment(), nullable=True),
        sa.Column("finished_at", Moment(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"],
            ["drafts.id"],
            name=op.f("fk_replays_draft_id_drafts"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("tree", name=op.f("pk_replays")),
    )
    op.create_index(op.f("ix_replays_draft_id"), "replays", ["draft_id"], unique=False)


def downgrade() -> None:
    """Change them back."""
    op.drop_index(op.f("ix_replays_draft_id"), table_name="replays")
    op.drop_table("replays")
    op.drop_table("draft_files")
    op.drop_index(
        "ix_work_items_waiting_person",
        table_name="work_items",
        sqlite_where=sa.text("state = 'open' AND person IS NOT NULL"),
        postgresql_where=sa.text("state = 'open' AND person IS NOT NULL"),
    )
    op.drop_index(
        "ix_work_items_waiting_for",
        table_name="work_items",
        sqlite_where=sa.text("state = 'open' AND organisation IS NOT NULL"),
        postgresql_where=sa.text("state = 'open' AND organisation IS NOT NULL"),
    )
    op.drop_index(op.f("ix_work_items_case_id_state"), table_name="work_items")
    op.drop_index(
        "ix_work_items_acted_person",
        table_name="work_items",
        sqlite_where=sa.text("state = 'done'"),
        postgresql_where=sa.text("state = 'done'"),
    )
    op.drop_index(
        "ix_work_items_acted_organisation",
        table_name="work_items",
        sqlite_where=sa.text("state = 'done' AND closed_organisation IS NOT NULL"),
        postgresql_where=sa.text("state = 'done' AND closed_organisation IS NOT NULL"),
    )
    op.drop_table("work_items")
    op.drop_index(op.f("ix_unique_keys_record_id"), table_name="unique_keys")
    op.drop_table("unique_keys")
    op.drop_index(op.f("ix_timers_jurisdiction_at"), table_name="timers")
    op.drop_index(op.f("ix_timers_at"), table_name="timers")
    op.drop_table("timers")
    op.drop_table("tallies")
    op.drop_index(op.f("ix_sessions_login"), table_name="sessions")
    op.drop_index(op.f("ix_sessions_expires_at"), table_name="sessions")
    op.drop_table("sessions")
    op.drop_index(op.f("ix_record_terms_record_id"), table_name="record_terms")
    op.drop_table("record_terms")
    op.drop_index(
        op.f("ix_record_fields_register_path_text_value_record_id"), table_name="record_fields"
    )
    op.drop_index(
        op.f("ix_record_fields_register_path_number_value_record_id"), table_name="record_fields"
    )
    op.drop_table("record_fields")
    op.drop_index(op.f("ix_record_changes_record_id_id"), table_name="record_changes")
    op.drop_table("record_changes")
    op.drop_index(op.f("ix_planned_cases_case_id"), table_name="planned_cases")
    op.drop_table("planned_cases")
    op.drop_table("pins")
    op.drop_index(
        "ix_outbox_waiting",
        table_name="outbox",
        sqlite_where=sa.text("state IN ('waiting', 'taken')"),
        postgresql_where=sa.text("state IN ('waiting', 'taken')"),
    )
    op.drop_index(op.f("ix_outbox_case_id"), table_name="outbox")
    op.drop_table("outbox")
    op.drop_table("message_reads")
    op.drop_index(
        "uq_members_one_open_group",
        table_name="members",
        sqlite_where=sa.text("state = 'in'"),
        postgresql_where=sa.text("state = 'in'"),
    )
    op.drop_table("members")
    op.drop_table("journal")
    op.drop_table("job_refusals")
    op.drop_index(
        "ix_incidents_open",
        table_name="incidents",
        sqlite_where=sa.text("resolved_at IS NULL"),
        postgresql_where=sa.text("resolved_at IS NULL"),
    )
    op.drop_index(op.f("ix_incidents_case_id"), table_name="incidents")
    op.drop_table("incidents")
    op.drop_table("git_refs")
    op.drop_index(op.f("ix_drafts_person"), table_name="drafts")
    op.drop_index(op.f("ix_drafts_jurisdiction"), table_name="drafts")
    op.drop_table("drafts")
    op.drop_index(op.f("ix_links_owner_id_name_case_id"), table_name="links")
    op.drop_table("links")
    op.drop_index(op.f("ix_identities_login"), table_name="identities")
    op.drop_table("identities")
    op.drop_index(op.f("ix_copies_person_at"), table_name="copies")
    op.drop_table("copies")
    op.drop_index(op.f("ix_case_fields_path_text_value_case_id"), table_name="case_fields")
    op.drop_index(op.f("ix_case_fields_path_number_value_case_id"), table_name="case_fields")
    op.drop_table("case_fields")
    op.drop_table("ballots")
    op.drop_table("subject_keys")
    op.drop_index(op.f("ix_sign_ins_login_at"), table_name="sign_ins")
    op.drop_index(op.f("ix_sign_ins_address_at"), table_name="sign_ins")
    op.drop_table("sign_ins")
    op.drop_index(op.f("ix_route_rows_route_from_organisation"), table_name="route_rows")
    op.drop_table("route_rows")
    op.drop_index(op.f("ix_route_changes_route_jurisdiction_id"), table_name="route_changes")
    op.drop_table("route_changes")
    op.drop_index(op.f("ix_records_register_scope"), table_name="records")
    op.drop_index(op.f("ix_records_register_path"), table_name="records")
    op.drop_index(op.f("ix_records_register_jurisdiction_id"), table_name="records")
    op.drop_index(op.f("ix_records_register_id"), table_name="records")
    op.drop_table("records")
    op.drop_table("pools")
    op.drop_table("plans")
    op.drop_index(op.f("ix_own_roles_organisation"), table_name="own_roles")
    op.drop_table("own_roles")
    op.drop_index(op.f("ix_opinions_person_position"), table_name="opinions")
    op.drop_index(op.f("ix_opinions_organisation"), table_name="opinions")
    op.drop_table("opinions")
    op.drop_index(op.f("ix_messages_to_person_created_at"), table_name="messages")
    op.drop_index(op.f("ix_messages_to_organisation_created_at"), table_name="messages")
    op.drop_table("messages")
    op.drop_index(op.f("ix_journeys_expires_at"), table_name="journeys")
    op.drop_table("journeys")
    op.drop_index(op.f("ix_jobs_person_id"), table_name="jobs")
    op.drop_index(op.f("ix_jobs_about_id"), table_name="jobs")
    op.drop_table("jobs")
    op.drop_index(op.f("ix_issued_number"), table_name="issued")
    op.drop_index(op.f("ix_issued_holder"), table_name="issued")
    op.drop_index(op.f("ix_issued_case_uid"), table_name="issued")
    op.drop_table("issued")
    op.drop_index(op.f("ix_grants_person"), table_name="grants")
    op.drop_index(op.f("ix_grants_organisation_role"), table_name="grants")
    op.drop_table("grants")
    op.drop_table("git_objects")
    op.drop_index(op.f("ix_commands_at"), table_name="commands")
    op.drop_table("commands")
    op.drop_index(
        "ix_cases_closed",
        table_name="cases",
        sqlite_where=sa.text("closed_at IS NOT NULL"),
        postgresql_where=sa.text("closed_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_cases_open_due",
        table_name="cases",
        sqlite_where=sa.text("closed_at IS NULL AND due IS NOT NULL"),
        postgresql_where=sa.text("closed_at IS NULL AND due IS NOT NULL"),
    )
    op.drop_index(
        "ix_cases_open_step",
        table_name="cases",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index(
        "ix_cases_open_arrived",
        table_name="cases",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index(op.f("ix_cases_jurisdiction_started_at_id"), table_name="cases")
    op.drop_index(op.f("ix_cases_process_status_arrived_at"), table_name="cases")
    op.drop_index(op.f("ix_cases_number"), table_name="cases")
    op.drop_index(op.f("ix_cases_initiator_started_at"), table_name="cases")
    op.drop_table("cases")
    op.drop_index(op.f("ix_blobs_subject"), table_name="blobs")
    op.drop_table("blobs")
    op.drop_index(op.f("ix_attachments_subject"), table_name="attachments")
    op.drop_index(op.f("ix_attachments_owner"), table_name="attachments")
    op.drop_index(op.f("ix_attachments_case_uid"), table_name="attachments")
    op.drop_table("attachments")
    op.drop_index(op.f("ix_accounts_person"), table_name="accounts")
    op.drop_table("accounts")
    op.drop_index(op.f("ix_access_log_subject_at"), table_name="access_log")
    op.drop_index(op.f("ix_access_log_person_at"), table_name="access_log")
    op.drop_table("access_log")
