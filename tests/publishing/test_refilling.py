"""Records are found by what a new version asks for, also those made before it."""

import pytest

from engine.domain.errors import Refused
from engine.services.record_index import LABEL
from engine.store.record_pages import Selection
from tests.support.workshop import CONTENT, who

CHIEF = who("总管")
REGISTER = "definitions/registers/organisations.yaml"
TEXT = CONTENT[REGISTER].decode()


def publish(platform, text, path=REGISTER):
    draft = platform.drafts.begin(CHIEF).id
    platform.drafts.save(CHIEF, draft, path, text, version=0)
    return platform.publishing.publish(CHIEF, draft, "试")


def change(platform, key, **values):
    register = platform.release.registers["organisations"]
    with platform.store.write() as unit:
        row = unit.records.load("organisations", key)
        data = {**row.data, **values}
        platform.records.change(unit, register, row, data, at=platform.clock.now())


def indexed(platform, key, path):
    with platform.store.read() as unit:
        return unit.record_pages.texts("organisations", [key], path).get(key)


def found(platform, words):
    with platform.store.read() as unit:
        return unit.record_pages.keys(Selection("organisations", words=words))


def test_a_new_index_is_filled_for_records_that_were_there(platform):
    change(platform, "一所", address="东街一号")
    assert indexed(platform, "一所", "address") is None

    publish(platform, TEXT.replace("indexes: [kind,", "indexes: [address, kind,"))

    assert indexed(platform, "一所", "address") == "东街一号"


def test_a_new_label_and_new_words_of_search_find_them(platform):
    change(platform, "一所", address="东街一号")

    text = TEXT.replace("label: name", "label: address").replace(
        "search: [name, credit_code]", "search: [address]"
    )
    publish(platform, text)

    assert indexed(platform, "一所", LABEL) == "东街一号"
    assert found(platform, "东街一号") == ["一所"]
    assert found(platform, "市局") == []


def test_a_new_tree_is_built_from_what_records_say(platform):
    flat = TEXT.replace("tree: superior\n", "")
    publish(platform, flat)
    change(platform, "一所", superior="市局")

    draft = platform.drafts.begin(CHIEF).id
    platform.drafts.save(CHIEF, draft, REGISTER, TEXT, version=0)
    platform.publishing.publish(CHIEF, draft, "分级")

    assert platform.directory.superior("一所") == "市局"


def test_records_that_share_a_value_keep_it_from_becoming_unique(platform):
    change(platform, "一所", address="东街一号")
    change(platform, "市局", address="东街一号")
    text = TEXT.replace("unique: [[name],", "unique: [[address], [name],")
    before = platform.definitions.commit

    with pytest.raises(Refused) as refused:
        publish(platform, text)

    assert refused.value.code == "records_not_unique"
    with platform.store.read() as unit:
        assert unit.releases.current() == before
    change(platform, "一所", address="西街一号")
    publish(platform, text)
    with pytest.raises(Refused, match="duplicate_record"):
        change(platform, "一所", address="东街一号")


def test_who_read_a_record_before_cannot_save_it_the_old_way(platform):
    register = platform.release.registers["organisations"]
    with platform.store.read() as unit:
        read = unit.records.load("organisations", "一所")
    publish(platform, TEXT.replace("indexes: [kind,", "indexes: [address, kind,"))

    with pytest.raises(Refused), platform.store.write() as unit:
        platform.records.change(unit, register, read, read.data, at=platform.clock.now())


def test_a_caption_writes_no_record_again(platform):
    with platform.store.read() as unit:
        before = unit.records.load("organisations", "一所")

    publish(platform, TEXT.replace("title: 单位\n", "title: 机构\n"))

    with platform.store.read() as unit:
        assert unit.records.load("organisations", "一所") == before
