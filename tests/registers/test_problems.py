"""What an author reads about a wrong file of each kind, word for word."""

from pathlib import Path

import pytest

from tests.registers.content import complaints, files

GOOD_ORG = """
    register: organisations
    title: 单位
    form: organisation
    label: name
    tree: superior
    scope: id
    states: {approved: {title: 审核通过}, deregistered: {title: 已注销, closed: true}}
    indexes: [kind, staff]
    search: [name, credit_code]
    unique: [[name], [credit_code]]
    permissions: {view: view, edit: edit}
    actions: {deregister: {title: 注销, to: deregistered, ask: [reason]}}
"""
PEOPLE = """
    register: people
    title: 人员
    form: profile
    label: basics.name
    scope: current_unit
    computed:
      current_unit: {title: 现单位, value: "it.jobs[0].unit", type: text}
"""
PERM = """
    permissions: {view: {title: 查看}, edit: {title: 修改}}
"""


def base(**over):
    texts = {"registers__organisations": GOOD_ORG, "registers__people": PEOPLE}
    return files(**(texts | {"roles__permissions": PERM} | over))


WRONG = {
    "good": base(),
    "register_names": base(
        registers__organisations="""
    register: organisation
    title: 单位
    form: organisations
    label: name
    stats: {approved: {title: 审核通过}}
    initial: aproved
    permissions: {view: views}
 """
    ),
    "jurisdiction_registration": base(
        jurisdictions__north="""
    jurisdiction: north
    title: 北方
    bureau: 局
    registration: {form: profil, person: account, state: aproved, process: north/reg, field: unit}
 """
    ),
    "jurisdiction_registration_person": base(
        jurisdictions__north="""
    jurisdiction: north
    title: 北方
    bureau: 局
    registration: {form: profile, person: basic, state: approved, process: north/x, field: unit}
 """
    ),
    "register_staff": base(
        registers__organisations=GOOD_ORG
        + """
    staff: {rows: nmae, person: {basics.nam: name}, role: unit_admn}
 """,
        roles__here="""
    roles: {unit_admin: {title: 管理员, permissions: [edit]}}
 """,
    ),
    "register_account": base(
        registers__organisations=GOOD_ORG.replace(
            "ask: [reason]}",
            "ask: [reason], shows: [{title: 在用, register: organisation, where: it.kind == 'x'}]}",
        )
        + """
    account: {login: staff, organisation: name, role: unit_admn}
    parts: {more: {title: 其他, fields: [nmae]}}
 """,
        roles__here="""
    roles: {unit_admin: {title: 管理员, permissions: [edit]}}
 """,
    ),
    "register_staff_in_one_field": base(
        registers__organisations=GOOD_ORG
        + """
    staff: {rows: name, person: {basics.name: name}, role: unit_admin}
 """,
        roles__here="""
    roles: {unit_admin: {title: 管理员, permissions: [edit]}}
 """,
    ),
    "register_fields": base(
        registers__organisations="""
    register: organisations
    title: 单位
    form: organisation
    label: nmae
    tree: name
    scope: kind
    indexes: [superior.name, kidn]
    columns: [name, {field: credit_cod, title: 代码}]
    unique: [[credit_codes]]
    locked: {fields: [nam], permission: edits}
    computed: {name: it.kind}
    actions:
      close:
        {title: 停用, to: closed, from: [open], ask: [resaon], set: {remrk: input.reason}}
      lift: {title: 恢复, permission: edti}
 """
    ),
    "people_missing": {k: v for k, v in base().items() if "people" not in k},
    "codes": base(
        codes__levels="""
    codes: level
    title: 层级
    values:
      junior: {title: 初级}
      middle: {title: 中级, parent: juniro}
      senior: {public: keep}
 """
    ),
    "route": base(
        routes__middle_committee="""
    route: middle-committee
    title: 路径
    keys: {level: {title: 层级, codes: levles}, unit: {title: 单位, register: organisation}}
    permissions: {view: veiw}
 """,
        codes__levels="{codes: levels, title: 层级, values: {}}",
    ),
    "roles": base(
        roles__here="""
    roles:
      reviewer: {title: 审核人, permissions: [veiw], menus: [organisation]}
    persons: [hom]
    menus:
      - {page: hoem}
      - title: 单位
        items:
          - {register: organisations}
          - {register: organisations, permission: edits}
          - here/pending
          - {list: here/pending, page: home}
          - {start: here/leave}
 """
    ),
    "document": base(
        documents__certificate="""
    document: certificate
    title: 证书
    template: certificat.typ
    data: {holder: initiator.name}
    verify: {holders: 持有人}
    file_name: "证书-{initiatr.name}"
 """
    )
    | {"definitions/documents/certificate.typ": "x: y"},
    "message": base(
        messages__returned="""
    message: returned
    title: 退回
    to: applicant
    kind: events
    subject: {zh: "您的{proces.noun}", en: "Your {process.noun}"}
    body: {zh: "{here.name}退回：{input.reason", en: Returned}
 """,
        messages__refusals="""
    refusals:
      deadline_passed: {zh: "已超过 {due}", en: Too late}
 """,
    ),
    "calendar": base(
        calendars__china="""
    calendar: china
    title: 工作日
    weekend: [saturday, sonday]
    holidays: [2026-02-30, {from: 2026-02-23, to: 2026-02-15}]
    working: [2026-03-02, 2026-02-28]
 """
    ),
    "ranges": base(
        registers__blocks="""
    register: blocks
    title: 编号段
    form: organisation
    label: name
    ranges: {first: staff, last: remark, of: kind, year: born}
 """,
        jurisdictions__north="""
    jurisdiction: north
    title: 北方
    bureau: 局
    pools:
      permits: {title: 许可, format: "{year}{number}", ranges: organisation}
      people: {title: 人员, format: "{id.x}{number}", ranges: organisations}
      blocks: {title: 编号, format: "{cod}{number}", ranges: good}
      more: {title: 编号, ranges: organisations, used_in: good}
 """,
        registers__good="""
    register: good
    title: 编号段
    form: organisation
    label: name
    ranges: {first: staff, last: staff, of: superior}
    columns: [name, used, fre]
    actions:
      report:
        title: 上报
        bulk: true
        ask: [reason]
        connector: {name: ministry, done: {nam: answer.x}}
 """,
    ),
    "telling": base(
        registers__people=PEOPLE
        + """
    unique: [[basics.id_number]]
    actions:
      sign_in: {title: 登录, own: basics, connector: {name: platform, with: {nmae: it.x}}}
      other: {title: 别处, connector: {name: schol}}
      import:
        title: 导入
        own: basicss
        automatic: "it.born != null"
        ask: [reason]
        connector:
          name: school
          with: {nmae: it.basics.name}
          done: {bornn: answer.x}
          merge:
            jbs: {from: records, by: [unit]}
            basics: {from: records, by: [unit]}
            jobs: {from: records, by: [unit, schooll], set: {currnt: "true"}}
            born: {from: name, by: [unit]}
 """,
        connectors__school="""
    connector: school
    title: 学历
    form: organisation
    result: answer
    address: school_url
    pause: soon
 """,
        connectors__platform="""
    connector: platform
    title: 认证平台
    address: people_url
    identity:
      client: people_client
      verified: {real: [yes]}
      person: {by: basics.id_number, fields: {basics.id_number: number}}
 """,
    ),
    "identity": base(
        connectors__people="""
    connector: people
    title: 认证平台
    address: people_url
    form: organisation
    identity:
      client: people_client
      verified: {}
      person: {by: full_name, fields: {full_nam: name}}
 """,
        connectors__nobody="""
    connector: nobody
    title: 认证平台
    address: people_url
    identity: {client: people_client, verified: {real: [yes]}, persn: {}}
 """,
        connectors__neither="""
    connector: neither
    title: 接口
    address: people_url
 """,
        jurisdictions__north="""
    jurisdiction: north
    title: 北方
    bureau: 局
    sign_in: {people: peple, organisations: people}
 """,
    ),
    "jurisdiction": base(
        jurisdictions__north="""
    jurisdiction: north
    title: 北方
    bureau: 局
    calendar: chian
    zone: Asia/Tianjin
    sets: [comon]
    processes: [north/leav]
    policy: {north/leave: {switch: true}}
    pools: {numbers: {title: 编号, format: "{jahr}{number}"}}
 """,
        calendars__china="{calendar: china, title: 日历}",
    ),
    "list": base(
        lists__here__pending="""
    list: here/pendings
    title: 待办
    relation: all
    handled: [retrun]
    processes: [here/leave]
    columns: [numbr, initiator]
    sort: -arived_at
    closed: maybe
 """,
        lists__here__units="""
    list: here/units
    title: 单位
    of: organisations
    relation: below
    permission: veiw
    steps: [fill]
    columns: [name, remark]
    filters: [remark]
    sort: remark
    actions: [deregistr]
    write_to: initiator
    leads_to: {title: 人员, list: here/staff, filter: unit}
 """,
        lists__here__offices="""
    list: here/offices
    title: 机关
    of: organisations
    relation: below
    permission: view
    columns: [name]
    leads_to: {title: 单位, list: here/units, filter: nmae}
 """,
    ),
}


SAID = Path(__file__).parent / "said"


@pytest.mark.parametrize("name", [name for name in WRONG if name != "good"])
def test_every_mistake_is_said_where_it_is(name):
    assert complaints(WRONG[name]) == (SAID / f"{name}.txt").read_text()


def test_good_files_are_accepted():
    assert complaints(WRONG["good"]) == ""


def test_the_same_is_said_in_english():
    assert complaints(WRONG["codes"], "en") == (SAID / "codes.en.txt").read_text()
