"""The small town hall with people who change its content: sample cases, drafts and versions."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from textwrap import dedent

from engine import bootstrap
from engine.content import Files
from engine.domain.actor import Actor
from engine.domain.clock import VirtualClock
from engine.services.platform import Platform
from engine.services.samples import Samples
from engine.store.database import Store
from tests.support.office import FILES, NINE

PROCESS = "definitions/processes/town/request.yaml"
FORM = "forms/request.yaml"
SAMPLE = "examples/cases/town/passed.yaml"
JURISDICTION = "definitions/jurisdictions/town.yaml"
VILLAGE = "definitions/jurisdictions/village.yaml"

_OWN = {
    "definitions/roles/permissions.yaml": FILES["definitions/roles/permissions.yaml"]
    + """
          edit_definitions: {title: 编辑定义}
          publish_definitions: {title: 发布定义}
          edit_shared_definitions: {title: 编辑共用定义}
        """,
    "definitions/roles/workshop.yaml": """
        roles:
          author: {title: 编写人, permissions: [edit_definitions]}
          publisher:
            title: 发布人
            permissions: [edit_definitions, publish_definitions]
          chief:
            title: 总管
            permissions: [edit_definitions, publish_definitions, edit_shared_definitions]
        """,
    "definitions/roles/village.yaml": """
        roles:
          clerk: {title: 文书, permissions: [edit_definitions, publish_definitions]}
        """,
    JURISDICTION: """
        jurisdiction: town
        title: 本市
        bureau: 市局
        sets: [town, workshop]
        """,
    VILLAGE: """
        jurisdiction: village
        title: 邻村
        bureau: 村委会
        sets: [village]
        """,
    "definitions/messages/refusals.yaml": """
        refusals:
          reason_needed: {zh: 请填写原因}
          content_moved_on: {zh: "{name}已发布版本 {number}（{reason}）"}
          not_your_file: {zh: "“{path}”由其他地区使用"}
        """,
    "examples/worlds/town.yaml": """
        world: town
        title: 样例
        jurisdiction: town
        organisations:
          一所: {kind: hall, credit_code: "111"}
        people:
          张三: {basics: {name: 张三}}
          王审: {roles: {一所: [reviewer]}, basics: {name: 王审}}
          赵复: {roles: {一所: [checker]}, basics: {name: 赵复}}
        """,
    SAMPLE: """
        sample: 初审以后复审
        world: town
        clock: 2026-09-01 09:00
        steps:
          - {by: 张三, does: start, process: town/request, case: a,
             with: {unit: 一所, subject: 会议室}}
          - {by: 张三, does: submit, case: a, with: {unit: 一所, subject: 会议室},
             expect: {a: {at: "review.first@一所"}}}
          - {by: 王审, does: pass, case: a,
             expect: {a: {at: "review.second@一所", status: pending}}}
        """,
}
CONTENT: Files = {
    path: (dedent(text).lstrip()).encode() for path, text in {**FILES, **_OWN}.items()
}
#: who works where, in which jurisdiction
PEOPLE = (
    ("编者", "author", "市局", "town"),
    ("发布甲", "publisher", "市局", "town"),
    ("发布乙", "publisher", "市局", "town"),
    ("总管", "chief", "市局", "town"),
    ("文书", "clerk", "村委会", "village"),
    ("路人", "reviewer", "市局", "town"),
)


def fill(platform: Platform) -> None:
    """Put in the units and people who work on the content."""
    registers, records = platform.release.registers, platform.records
    with platform.store.write() as unit:
        for key, place in (("市局", "town"), ("村委会", "village"), ("一所", "town")):
            records.add(
                unit, registers["organisations"], {"name": key, "kind": "office"},
                jurisdiction=place, at=NINE, key=key,
            )  # fmt: skip
        records.add(
            unit, registers["people"], {"basics": {"name": "张三"}}, jurisdiction="town",
            at=NINE, key="张三",
        )  # fmt: skip
        for key, role, organisation, place in PEOPLE:
            records.add(
                unit, registers["people"], {"basics": {"name": key}},
                jurisdiction=place, at=NINE, key=key,
            )  # fmt: skip
            platform.directory.grant(unit, key, role, organisation, jurisdiction=place)


def open_workshop(store: Store, content: Files = CONTENT, *, at: datetime = NINE) -> Platform:
    """A platform over a database that holds the content as its first version."""
    return bootstrap.open_over(store, content, VirtualClock(at))


def who(key: str) -> Actor:
    """Somebody, acting where they work."""
    place: Mapping[str, tuple[str, str]] = {name: (at, j) for name, _, at, j in PEOPLE}
    return Actor(key, *place[key])


def dying(content: Files) -> Samples:
    """What a process reads content with that ends in the middle of it."""
    os._exit(1)
