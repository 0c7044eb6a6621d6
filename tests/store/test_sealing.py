import stat
from pathlib import Path

import pytest

from engine.store import Store
from engine.store.errors import CannotOpen, Erased
from engine.store.sealing import KEY_BYTES, Sealer


def test_personal_data_is_not_readable_in_the_database(tmp_path: Path):
    store = Store(f"sqlite:///{tmp_path}/rows.db")
    store.create_all()
    with store.write() as unit:
        hashed = unit.blobs.put("Li", {"name": "secret-name"})
        assert unit.blobs.get(hashed) == {"name": "secret-name"}
    store.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"secret-name" not in stored


def test_the_same_value_of_one_subject_is_stored_once(store):
    with store.write() as unit:
        first = unit.blobs.put("Li", {"a": 1, "b": 2})
        assert unit.blobs.put("Li", {"b": 2, "a": 1}) == first
        assert unit.blobs.put("Zhao", {"a": 1, "b": 2}) != first
        assert unit.blobs.put_bytes("Li", b"file") != first


def test_erasing_a_subject_erases_nothing_else(store):
    with store.write() as unit:
        hers, his = unit.blobs.put("Li", 1), unit.blobs.put("Zhao", 2)
        assert unit.blobs.erase("Li")
        assert not unit.blobs.erase("Li")
        assert unit.blobs.get(his) == 2
        with pytest.raises(Erased):
            unit.blobs.get(hers)


def test_what_is_stored_after_an_erasure_elsewhere_can_be_read(shared_store):
    """A process that remembers a key learns that another one has erased it."""
    other = Store(shared_store.url, sealer=Sealer(bytes(KEY_BYTES)))
    shared_store.sealer = Sealer(bytes(KEY_BYTES))
    with shared_store.write() as unit:
        unit.blobs.put("person", {"name": "before"})
    with other.write() as unit:
        assert unit.blobs.erase("person")
    other.close()
    with shared_store.write() as unit:
        hashed = unit.blobs.put("person", {"name": "after"})
    with shared_store.read() as unit:
        assert unit.blobs.get(hashed) == {"name": "after"}


def test_another_installation_cannot_open_what_is_sealed_here(tmp_path: Path):
    url = f"sqlite:///{tmp_path}/rows.db"
    ours = Store(url, sealer=Sealer(b"a" * KEY_BYTES))
    ours.create_all()
    with ours.write() as unit:
        hashed = unit.blobs.put("Li", 1)
    ours.close()
    theirs = Store(url, sealer=Sealer(b"b" * KEY_BYTES))
    with theirs.read() as unit, pytest.raises(CannotOpen):
        unit.blobs.get(hashed)
    theirs.close()


def test_a_changed_value_is_not_opened():
    _, cipher = Sealer.passing().new_key("Li")
    sealed = cipher.seal(b"plain", "here")
    for wrong, context in (
        (sealed[:-1] + bytes([sealed[-1] ^ 1]), "here"),
        (sealed, "elsewhere"),
        (b"\x09" + sealed[1:], "here"),
    ):
        with pytest.raises(CannotOpen):
            cipher.open(wrong, context)


def test_a_blind_index_finds_equal_values_and_depends_on_the_purpose():
    sealer = Sealer(b"a" * KEY_BYTES)
    assert sealer.blind("11010519491231002X", "id") == sealer.blind("11010519491231002X", "id")
    assert sealer.blind("11010519491231002X", "id") != sealer.blind("11010519491231002X", "phone")


def test_the_master_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path):
    path = tmp_path / "data" / "master.key"
    made = Sealer.from_file(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Sealer.from_file(path).blind("x", "y") == made.blind("x", "y")
    path.chmod(0o644)
    with pytest.raises(PermissionError, match="mode 600"):
        Sealer.from_file(path)


def test_a_short_master_key_is_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        Sealer(b"short")
