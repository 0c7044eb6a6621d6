"""SMP1xx, sample cases."""

from engine.authoring.catalogue.entry import Entry

TABLE: tuple[Entry, ...] = (
    Entry(
        "SMP101",
        zh="这一步应当恰好有 does、clock、look、change、fast_forward 之一，或只有 expect",
        en="a step has exactly one of does, clock, look, change, fast_forward, or only expect",
        example="steps: [{by: ann}]",
    ),
    Entry(
        "SMP102",
        zh='这里的 "{key}" 缺少 "{needed}"',
        en='"{key}" needs "{needed}" here',
        example="steps: [{does: submit, case: z}]",
    ),
    Entry(
        "SMP103",
        zh='"{value}" 不是时间；写作 2026-09-01 09:00',
        en='"{value}" is not a time; write 2026-09-01 09:00',
        example="clock: yesterday",
    ),
    Entry(
        "SMP104",
        zh='业务 "{name}" 在此之前没有发起过',
        en='no case "{name}" was started before this step',
        example="steps: [{by: ann, does: submit, case: y}]",
    ),
    Entry(
        "SMP105",
        zh='示例世界 "{name}" 不存在',
        en='there is no world "{name}"',
        example="world: demo",
    ),
    Entry(
        "SMP106",
        zh='引用的样例数据 "{name}" 不存在',
        en='there is no sample data "{name}"',
        example="with: $forms/no-such-data",
    ),
    Entry(
        "SMP107",
        zh='流程 "{name}" 不存在',
        en='there is no process "{name}"',
        example="process: demo/unknown",
    ),
    Entry(
        "SMP108",
        zh='"{key}" 应当是{wanted}，这里写的是 {given}',
        en='"{key}" is {wanted}, not {given}',
        example="expect: {status: 5}",
    ),
    Entry(
        "SMP109",
        zh='"{key}" 中没有名为 "{name}" 的',
        en='"{key}" knows no "{name}"',
        example="expect: {closed: succes}",
    ),
)
