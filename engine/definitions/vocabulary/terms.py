"""What expressions, names and references are called in the manual, each in one place."""

from engine.authoring.problem import Phrase
from engine.definitions.shapes import Expression, Id, Key, MapOf, Name, Names

CONDITION = Expression(Phrase("真假", "true or false"))
DATE = Expression(Phrase("日期或时刻", "date or moment"))
NUMBER = Expression(Phrase("数字", "number"))
ORGANISATION = Expression(Phrase("单位", "organisation"))
ORGANISATIONS = Expression(Phrase("单位列表", "list of organisations"))
PERSON = Expression(Phrase("人员", "person"))
PEOPLE = Expression(Phrase("人员列表", "list of people"))
RECORD = Expression(Phrase("记录", "record"))
LIST = Expression(Phrase("列表", "list"))
VALUE = Expression(Phrase("任意值", "any value"))
CASES = Expression(Phrase("业务列表", "list of cases"))

STEP = Name(Phrase("步骤名", "step"))
STAGE = Name(Phrase("阶段名", "stage"))
ACTION = Name(Phrase("动作名", "action"))
FIELD = Name(Phrase("字段名", "field"))
SECTION = Name(Phrase("分区名", "section"))
STATUS = Name(Phrase("状态代码", "status code"))
PERMISSION = Name(Phrase("权限", "permission"))
TARGET = Name(
    Phrase(
        "步骤名 / `next` / `previous` / `resume` / `join`",
        "step / `next` / `previous` / `resume` / `join`",
    )
)
OPTION = Name(Phrase("选项", "option"))
LAYER = Name(Phrase("`jurisdiction` 或事实名", "`jurisdiction` or fact"))
LINK = Name(Phrase("关联名", "link"))
OUTCOME = Name(Phrase("结果名", "outcome"))

PROCESS = Id(Phrase("流程标识", "process id"))
FORM = Id(Phrase("表单标识", "form id"))
REGISTER = Id(Phrase("登记册标识", "register id"))
SOURCE = Id(Phrase("登记册标识或 `cases`", "register id or `cases`"))
ROUTE = Id(Phrase("路径表标识", "route table id"))
TEMPLATE = Id(Phrase("模板标识", "template id"))
RULE = Id(Phrase("规则表标识", "rule table id"))
CONNECTOR = Id(Phrase("外部接口标识", "connector id"))
POOL = Id(Phrase("号码池标识", "number pool id"))

INPUTS = MapOf(VALUE, Phrase("输入", "input"))

WAS = Key(
    "was",
    Names(Name(Phrase("以前的名称", "name before"))),
    "以前各版本中的名称：留在旧版本的业务照样列入名单，迁移时自动对应",
    "what it was called in versions before: lists find cases left there, moves map it",
)

STEPS = Phrase("步骤名", "step")
ACTIONS = Phrase("动作名", "action")
FACTS = Phrase("事实名", "fact")
FIELDS = Phrase("字段名", "field")
