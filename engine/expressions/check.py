"""Checks an expression against a scope and rewrites it into what CEL runs.

The checker knows the types of the definition languages (dates, references, records, lists) and says
what is wrong in the author's words. In the same walk it rewrites the tree:

- A path such as ``data.settings.work_unit.state`` becomes one variable; its value is looked up
  outside CEL. The paths are what the expression reads, and nothing else is.
- Comparisons with *nothing* (an absent value) are false, ``!=`` with nothing is true; only a
  written ``null`` equals nothing. Computing with nothing gives nothing.
- References are compared by their ids.
- A moment is compared with a date by its day: until a date means until the end of that day.
- Numbers are real numbers; what is computed is exact to twelve digits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NoReturn

from engine.authoring.problem import Phrase
from engine.domain.types import (
    ANY,
    BOOLEAN,
    DATE,
    DATETIME,
    NUMBER,
    TEXT,
    Field,
    ListOf,
    Record,
    Reference,
    Scalar,
    Type,
)
from engine.expressions import machine
from engine.expressions.functions import BY_NAME, LOOPS, Function
from engine.expressions.names import NOTHING, type_words
from engine.expressions.scope import Path, Scope
from engine.expressions.syntax import (
    Call,
    Const,
    Expr,
    Ident,
    Items,
    Loop,
    Select,
    Struct,
    children,
)
from engine.expressions.values import (
    FILLED,
    EitherShape,
    Shape,
    WrongType,
    day_of,
    moment_of,
)

Report = Callable[..., None]

NULL = Const(None)
FALSE = Const(False)
ORDER = ("_<_", "_<=_", "_>_", "_>=_")
ARITHMETIC = ("_+_", "_-_", "_*_", "_/_", "_%_")
_DAYS = (DATE, DATETIME)
_PATH = re.compile(r"'[^']*'|\"[^\"]*\"|[\w.]+")
_MOMENT_TEXT = re.compile(r"\d{4}-\d\d-\d\d[T ]")


class Refused(Exception):
    """The expression is wrong and reported; the walk goes on at the next independent part."""


@dataclass(slots=True, eq=False)
class Variable:
    """One value an expression reads: what CEL calls it, its path, and how it is handed over.

    ``form`` is "plain", "filled" (whether it is filled in), "day" (the day of a moment)
    or "ids" (references as ids).
    """

    name: str
    path: Path
    type: Type
    form: str
    shape: Shape = field(default_factory=Shape)


@dataclass(frozen=True, slots=True)
class Term:
    """A checked part of an expression.

    Attributes:
        type: what it gives; None for a written null.
        expr: what CEL runs; None for a path that nobody has asked the value of.
        path: for a path from the context, the names, aliases written out.
        undefined: conditions, each on its own means that there is nothing.
        shape: for records and lists, what is read below them.
        constant: the written value of a constant.
        computed: whether arithmetic made it, so that it needs rounding.
        choices: the only texts it can be, when known.
        as_map: for a reference (or a list of them), whether CEL sees records or bare ids.
        node: the node it was written as.
    """

    type: Type | None
    expr: Expr | None = None
    path: Path | None = None
    undefined: tuple[Expr, ...] = ()
    shape: Shape | None = None
    constant: Const | None = None
    computed: bool = False
    choices: tuple[str, ...] = ()
    as_map: bool = False
    node: Expr = NULL


class Checker:
    """One walk over one expression."""

    def __init__(self, scope: Scope, text: str, offsets: dict[int, int], report: Report) -> None:
        """Begin a walk.

        Args:
            scope: the names that can be read.
            text: the expression as written.
            offsets: where each node was written.
            report: called with a code, an offset, a length and the parameters of the sentence.
        """
        self.scope = scope
        self.text = text
        self.offsets = offsets
        self._report = report
        self.variables: dict[tuple[Path, str], Variable] = {}
        self.reads: dict[Path, None] = {}
        self.locals: dict[str, Term] = {}

    # Values ------------------------------------------------------------------------------------

    def value(self, term: Term, form: str = "plain") -> Term:
        """Turn a path into the variable that holds its value; other terms are values already."""
        if term.path is None or term.expr is not None or term.type is None:
            return term
        path, type_ = term.path, term.type
        if isinstance(type_, Reference):
            path, type_ = (*path, "id"), TEXT
        self.reads[path] = None
        variable = self.variables.get((path, form))
        if variable is None:
            variable = Variable(f"@{len(self.variables)}", path, type_, form)
            self.variables[path, form] = variable
        ident = Ident(variable.name)
        never = form == "filled" or type_ == BOOLEAN or isinstance(type_, ListOf)
        keeps_shape = isinstance(type_, ListOf | Record) and form == "plain"
        shape = variable.shape if keeps_shape else None
        return replace(
            term,
            type=BOOLEAN if form == "filled" else term.type,
            expr=ident,
            undefined=() if never else (_is_null(ident),),
            shape=shape,
            as_map=isinstance(term.type, ListOf) and form == "plain",
        )

    def guarded(self, term: Term) -> Expr:
        """Return the value of a term as one tree: null (no, an empty list) where undefined."""
        term = self.value(term)
        expr = _of(term)
        if term.computed:
            expr = Call("@exact", (expr,))
        if not term.undefined or term.undefined == (_is_null(expr),):
            if term.type == BOOLEAN and term.undefined:
                return Call("_==_", (expr, Const(True)))
            return expr
        instead: Expr = NULL
        if term.type == BOOLEAN:
            instead = FALSE
        elif isinstance(term.type, ListOf):
            instead = Items(())
        return Call("_?_:_", (_any_of(term.undefined), instead, expr))

    def condition(self, node: Expr, operator: str) -> Expr:
        """Check that a part gives true or false, and return it as a tree that always does."""
        term = self.value(self.visit(node))
        if term.type == ANY:
            return Call("_==_", (self.guarded(term), Const(True)))
        if term.type != BOOLEAN:
            self.refuse("DEF405", node, operator=operator, found=self.words(term))
        return self.guarded(term)

    # The walk ----------------------------------------------------------------------------------

    def visit(self, node: Expr) -> Term:
        """Check a part and return what it gives.

        Raises:
            Refused: it is wrong, which is reported.
        """
        match node:
            case Const():
                return self.constant(node)
            case Ident():
                return self.name(node)
            case Select(test=True):
                return self.has(node)
            case Select():
                return self.field(node)
            case Call():
                return self.call(node)
            case Items():
                return self.items(node)
            case Loop():
                return self.loop(node)
            case Struct():
                self.refuse("DEF413", node, what=Phrase("花括号中的映射", "a map in braces"))
        raise AssertionError(node)

    def visit_all(self, nodes: Sequence[Expr]) -> list[Term]:
        """Check several parts, so that the mistakes of all of them are reported."""
        terms, refused = [], None
        for node in nodes:
            try:
                terms.append(self.visit(node))
            except Refused as error:
                refused = error
        if refused is not None:
            raise refused
        return terms

    def constant(self, node: Const) -> Term:
        value = node.value
        if value is None:
            return Term(None, NULL, undefined=(Const(True),), constant=node, node=node)
        if isinstance(value, bytes):
            self.refuse("DEF413", node, what=Phrase("字节常量", "a bytes constant"))
        if isinstance(value, bool):
            return Term(BOOLEAN, node, constant=node, node=node)
        if isinstance(value, str):
            return Term(TEXT, node, constant=node, node=node)
        return Term(NUMBER, Const(float(value)), constant=node, node=node)

    def name(self, node: Ident) -> Term:
        local = self.locals.get(node.name)
        if local is not None:
            return replace(local, node=node)
        path = self.scope.expanded((node.name,))
        declared = self.scope.names.get(path[0])
        if declared is None:
            self.unknown_name(node)
        term = Term(declared.type, path=path[:1], choices=declared.choices, node=node)
        for name in path[1:]:
            term = self.step(term, name, node)
        return term

    def unknown_name(self, node: Ident) -> NoReturn:
        choices = {*self.scope.names, *self.scope.aliases, *self.locals}
        params: dict[str, object] = {"name": node.name}
        if self.text.strip() == node.name:
            params["quoted_text"] = f"\"'{node.name}'\""
        self.refuse(
            "DEF402", node, length=len(node.name), given=node.name, choices=choices, **params
        )

    def field(self, node: Select) -> Term:
        return self.step(self.visit(node.operand), node.field, node)

    def step(self, of: Term, name: str, node: Expr) -> Term:
        """Go from a value to one of its fields."""
        if of.type == ANY:
            if of.path is not None and of.expr is None:
                return Term(ANY, path=(*of.path, name), node=node)
            return self.below(of, name, Field(ANY), node)
        if of.type is None or isinstance(of.type, Scalar):
            self.no_field(of, name, node, ())
        if isinstance(of.type, ListOf):
            self.refuse(
                "DEF414", node, at=self.place_of_field(node, name), length=len(name),
                of=self.written(of), name=name,
            )  # fmt: skip
        fields = self.scope.fields_of(of.type) or {}
        declared = fields.get(name)
        if declared is None:
            self.no_field(of, name, node, tuple(fields))
        if of.path is not None and of.expr is None:
            return Term(declared.type, path=(*of.path, name), choices=declared.choices, node=node)
        return self.below(of, name, declared, node)

    def below(self, of: Term, name: str, declared: Field, node: Expr) -> Term:
        """Go to a field of a value that is no path from the context: the item of a list."""
        shape = of.shape.of_field(name) if of.shape else None
        if of.type == ANY:
            expr: Expr = Select(_of(of), name)
            missing: Expr = Call("!_", (Select(_of(of), name, test=True),))
        else:
            expr = Select(_of(of), name)
            missing = _is_null(expr)
        if declared.type == BOOLEAN or isinstance(declared.type, ListOf):
            undefined = of.undefined
        else:
            undefined = (*of.undefined, missing)
        return Term(
            declared.type, expr, undefined=undefined, shape=shape, choices=declared.choices,
            as_map=True, node=node,
        )  # fmt: skip

    def no_field(self, of: Term, name: str, node: Expr, choices: Sequence[str]) -> NoReturn:
        self.refuse(
            "DEF403", node, at=self.place_of_field(node, name), length=len(name),
            of=self.written(of), name=name, given=name, choices=choices,
        )  # fmt: skip

    def has(self, node: Select) -> Term:
        of = self.visit(node.operand)
        term = self.step(of, node.field, node)
        if term.path is not None and term.expr is None:
            return self.value(term, "filled")
        if of.shape is None or of.type == ANY:
            tests = [Call("!_", (part,)) for part in term.undefined]
            return Term(BOOLEAN, _all_of(tests), node=node)
        of.shape.of_test(node.field)
        return Term(
            BOOLEAN, Select(_of(of), FILLED + node.field), undefined=of.undefined, node=node
        )

    def items(self, node: Items) -> Term:
        terms = [self.plain(term) for term in self.visit_all(node.items)]
        types = [term.type for term in terms if term.type is not None]
        kind: Type = types[0] if types else ANY
        for term, item in zip(terms, node.items, strict=True):
            if term.type is not None and not self.alike(term.type, kind):
                self.refuse("DEF405", item, operator="[ ]", found=self.words(term))
        expr = Items(tuple(self.guarded(term) for term in terms))
        return Term(ListOf(kind), expr, node=node)

    def call(self, node: Call) -> Term:
        operators: dict[str, Callable[[Call], Term]] = {
            "_&&_": self.logic,
            "_||_": self.logic,
            "!_": self.negation,
            "_==_": self.equality,
            "_!=_": self.equality,
            "@in": self.membership,
            "-_": self.minus,
            "_?_:_": self.choice,
            "_[_]": self.index,
            **dict.fromkeys(ORDER, self.order),
            **dict.fromkeys(ARITHMETIC, self.arithmetic),
        }
        if node.function in operators:
            return operators[node.function](node)
        if node.target is not None:
            entry = self.entry(node)
            if entry is not None:
                return entry
        return self.function(node)

    # Operators ---------------------------------------------------------------------------------

    def logic(self, node: Call) -> Term:
        operator = node.function.strip("_")
        parts, refused = [], None
        for arg in node.args:
            try:
                parts.append(self.condition(arg, operator))
            except Refused as error:
                refused = error
        if refused is not None:
            raise refused
        return Term(BOOLEAN, Call(node.function, tuple(parts)), node=node)

    def negation(self, node: Call) -> Term:
        return Term(BOOLEAN, Call("!_", (self.condition(node.args[0], "!"),)), node=node)

    def equality(self, node: Call) -> Term:
        left, right = self.visit_all(node.args)
        operator = node.function.strip("_")
        equal = self.equal(left, right, node, operator)
        if node.function == "_!=_":
            equal = Call("!_", (equal,))
        return Term(BOOLEAN, equal, node=node)

    def equal(self, left: Term, right: Term, node: Expr, operator: str) -> Expr:
        """Return the tree that tells whether two values are the same."""
        if left.type is None or right.type is None:
            other = right if left.type is None else left
            return self.is_nothing(other)
        for term in (left, right):
            kind = term.type.item if isinstance(term.type, ListOf) else term.type
            if isinstance(kind, Record):
                self.refuse("DEF408", term.node, name=self.written(term))
        left, right = self.compared(left, right, node, operator)
        self.check_choice(left, right)
        self.check_choice(right, left)
        both = tuple(dict.fromkeys((*left.undefined, *right.undefined)))
        same = Call("_==_", (self.rounded(left), self.rounded(right)))
        if not both or self.null_safe(left, right) or self.null_safe(right, left):
            return same
        return Call("_?_:_", (_any_of(both), FALSE, same))

    def null_safe(self, one: Term, other: Term) -> bool:
        """Tell whether comparing nothing with the other value is false without a guard."""
        return not other.undefined and one.undefined == (_is_null(_of(one)),) and not one.computed

    def is_nothing(self, term: Term) -> Expr:
        if term.type is None:
            return Const(True)
        if isinstance(term.type, ListOf):
            return Call("_==_", (Call("size", (self.guarded(term),)), Const(0)))
        if term.path is not None and term.expr is None:
            return Call("!_", (_of(self.value(term, "filled")),))
        return _any_of(term.undefined) if term.undefined else FALSE

    def order(self, node: Call) -> Term:
        left, right = self.visit_all(node.args)
        operator = node.function.strip("_")
        left, right = self.compared(left, right, node, operator)
        for term in (left, right):
            if term.type not in (NUMBER, TEXT, DATE, DATETIME, ANY):
                self.refuse("DEF405", term.node, operator=operator, found=self.words(term))
        both = tuple(dict.fromkeys((*left.undefined, *right.undefined)))
        ordered: Expr = Call(node.function, (self.rounded(left), self.rounded(right)))
        if both:
            ordered = Call("_?_:_", (_any_of(both), FALSE, ordered))
        return Term(BOOLEAN, ordered, node=node)

    def compared(self, left: Term, right: Term, node: Expr, operator: str) -> tuple[Term, Term]:
        """Bring two values to a kind in which they can be compared."""
        if left.type in _DAYS or right.type in _DAYS:
            left, right = self.as_day(left, right), self.as_day(right, left)
        left_type, right_type = left.type, right.type
        if left_type == DATETIME and right_type == DATE:
            left = self.day(left)
        elif left_type == DATE and right_type == DATETIME:
            right = self.day(right)
        elif left_type is None or right_type is None or not self.alike(left_type, right_type):
            found = Phrase(
                f"{self.words(left).zh}与{self.words(right).zh}",
                f"{self.words(left).en} and {self.words(right).en}",
            )
            self.refuse("DEF405", node, operator=operator, found=found)
        return self.plain(left), self.plain(right)

    def as_day(self, term: Term, other: Term) -> Term:
        """Read a written text as a date or a moment when it is compared with one."""
        if term.constant is None or term.type != TEXT or other.type not in _DAYS:
            return term
        written = str(term.constant.value)
        kind = DATETIME if _MOMENT_TEXT.match(written) else DATE
        try:
            known = moment_of(written) if kind == DATETIME else day_of(written)
            if not known or not _exists(known):
                raise WrongType
        except WrongType:
            self.refuse("DEF412", term.node, value=written, expected=type_words(kind))
        return replace(term, type=kind, expr=Const(known))

    def day(self, term: Term) -> Term:
        if term.path is not None and term.expr is None:
            return self.value(term, "day")
        return replace(term, expr=Call("@day", (_of(term),)))

    def plain(self, term: Term) -> Term:
        """Return the value to compare: the id of a reference, or the ids of several."""
        term = self.ids(term)
        if isinstance(term.type, Reference) and term.as_map:
            return replace(term, expr=Select(_of(term), "id"), as_map=False)
        return term

    def ids(self, term: Term) -> Term:
        """Return a list of references as the list of their ids; other terms as values."""
        if not isinstance(term.type, ListOf) or not isinstance(term.type.item, Reference):
            return self.value(term)
        if term.path is not None and term.expr is None:
            return self.value(term, "ids")
        if not term.as_map:
            return term
        expr = _ids_loop(self.guarded(term))
        return replace(term, path=None, expr=expr, undefined=(), shape=None, as_map=False)

    def rounded(self, term: Term) -> Expr:
        return Call("@exact", (_of(term),)) if term.computed else _of(term)

    def check_choice(self, term: Term, other: Term) -> None:
        if not term.choices or other.constant is None or not isinstance(other.constant.value, str):
            return
        written = other.constant.value
        if written not in term.choices:
            self.refuse(
                "DEF415", other.node, length=len(written) + 2, of=self.written(term),
                value=written, given=written, choices=term.choices,
            )  # fmt: skip

    def membership(self, node: Call) -> Term:
        item, many = self.visit_all(node.args)
        many = self.ids(many)
        if many.type == ANY:
            expr = Call("@in", (self.guarded(item), self.guarded(many)))
            return Term(BOOLEAN, _unless(many.undefined, expr), node=node)
        if not isinstance(many.type, ListOf):
            self.refuse("DEF405", node, operator="in", found=self.words(many))
        kind = many.type.item
        if isinstance(kind, Record):
            self.refuse("DEF408", many.node, name=self.written(many))
        sample = Term(kind, Ident("@item"), as_map=many.as_map, node=many.node)
        item, sample = self.compared(item, sample, node, "in")
        self.check_members(item, many)
        if many.as_map and isinstance(kind, Reference) or sample.expr != Ident("@item"):
            equal = Call("_==_", (self.rounded(item), _of(sample)))
            over = self.guarded(many)
            found: Expr = _exists_loop("@item", over, equal)
        else:
            found = Call("@in", (self.rounded(item), self.guarded(many)))
        return Term(BOOLEAN, _unless(item.undefined, found), node=node)

    def check_members(self, item: Term, many: Term) -> None:
        if not isinstance(many.node, Items):
            return
        for written in many.node.items:
            if isinstance(written, Const):
                self.check_choice(item, Term(TEXT, written, constant=written, node=written))

    def arithmetic(self, node: Call) -> Term:
        left, right = (self.ids(term) for term in self.visit_all(node.args))
        operator = node.function.strip("_")
        undefined = (*left.undefined, *right.undefined)
        if operator == "+" and left.type == TEXT and right.type == TEXT:
            expr = Call("_+_", (_of(left), _of(right)))
            return Term(TEXT, expr, undefined=undefined, node=node)
        if operator == "+" and isinstance(left.type, ListOf) and isinstance(right.type, ListOf):
            if not self.alike(left.type, right.type):
                self.refuse("DEF405", node, operator=operator, found=self.words(right))
            expr = Call("_+_", (self.guarded(left), self.guarded(right)))
            shape = _joined(left.shape, right.shape)
            return Term(left.type, expr, shape=shape, as_map=left.as_map, node=node)
        for term in (left, right):
            if term.type not in (NUMBER, ANY):
                self.refuse("DEF405", node, operator=operator, found=self.words(term))
        if operator in "/%":
            if right.constant is not None and right.constant.value == 0:
                self.refuse("DEF411", right.node)
            undefined = (*undefined, Call("_==_", (_of(right), Const(0.0))))
        if operator == "%":
            whole = tuple(Call("int", (_of(term),)) for term in (left, right))
            expr = Call("double", (Call("_%_", whole),))
        else:
            expr = Call(node.function, (_of(left), _of(right)))
        return Term(NUMBER, expr, undefined=undefined, computed=True, node=node)

    def minus(self, node: Call) -> Term:
        term = self.value(self.visit(node.args[0]))
        if term.type not in (NUMBER, ANY):
            self.refuse("DEF405", node, operator="-", found=self.words(term))
        if term.constant is not None and isinstance(term.expr, Const):
            negative = -float(str(term.expr.value))
            constant = Const(negative)
            return Term(NUMBER, constant, constant=constant, node=node)
        return replace(term, type=NUMBER, path=None, expr=Call("-_", (_of(term),)), node=node)

    def choice(self, node: Call) -> Term:
        test = self.condition(node.args[0], "? :")
        left, right = (self.ids(term) for term in self.visit_all(node.args[1:]))
        left, right = self.as_day(left, right), self.as_day(right, left)
        kind = left.type if left.type is not None else right.type
        types = {left.type, right.type}
        if types == {DATE, DATETIME}:
            self.refuse("DEF405", node, operator="? :", found=self.words(right))
        if left.type is not None and right.type is not None:
            if not self.alike(left.type, right.type):
                self.refuse("DEF405", node, operator="? :", found=self.words(right))
            if left.as_map != right.as_map:
                left, right = self.plain(left), self.plain(right)
        expr = Call("_?_:_", (test, self.guarded(left), self.guarded(right)))
        maybe = bool(left.undefined or right.undefined) and kind != BOOLEAN
        undefined = (_is_null(expr),) if maybe and not isinstance(kind, ListOf) else ()
        return Term(
            kind, expr, undefined=undefined, shape=_joined(left.shape, right.shape),
            as_map=left.as_map or right.as_map, node=node,
        )  # fmt: skip

    def index(self, node: Call) -> Term:
        of, at = (self.value(term) for term in self.visit_all(node.args))
        if of.type == ANY:
            expr: Expr = Call("_[_]", (_of(of), _of(at)))
            return Term(ANY, expr, undefined=(*of.undefined, *at.undefined), node=node)
        if not isinstance(of.type, ListOf) or at.type not in (NUMBER, ANY):
            wrong = at if isinstance(of.type, ListOf) else of
            self.refuse("DEF405", node, operator="[ ]", found=self.words(wrong))
        many = self.guarded(of)
        place = Call("int", (_of(at),))
        inside = Call(
            "_&&_",
            (
                Call("_>=_", (place, Const(0))),
                Call("_<_", (place, Call("size", (many,)))),
            ),
        )
        expr = Call("_?_:_", (inside, Call("_[_]", (many, place)), NULL))
        shape = of.shape.of_items() if of.shape else None
        undefined = (*at.undefined, _is_null(expr))
        return Term(
            of.type.item, expr, undefined=undefined, shape=shape, as_map=of.as_map, node=node
        )

    # Functions ---------------------------------------------------------------------------------

    def entry(self, node: Call) -> Term | None:
        """Read ``case.visits('fill')``: a record asked for one of its entries by a text."""
        assert node.target is not None
        if BY_NAME.get(node.function) and BY_NAME[node.function].method:
            return None
        of = self.visit(node.target)
        fields = self.scope.fields_of(of.type) if of.type is not None else None
        declared = fields.get(node.function) if fields else None
        if declared is None or not isinstance(declared.type, Record) or of.path is None:
            if fields and node.function not in BY_NAME:
                self.no_field(of, node.function, node, tuple(fields))
            return None
        if len(node.args) != 1 or not isinstance(node.args[0], Const):
            self.refuse(
                "DEF416",
                node,
                name=node.function,
                takes=Phrase("一个带引号的名称", "one quoted name"),
            )
        asked = node.args[0]
        table = self.step(of, node.function, node)
        name = str(asked.value)
        if name not in declared.type.fields:
            self.refuse(
                "DEF417", asked, length=len(name) + 2, call=node.function, name=name, given=name,
                choices=tuple(declared.type.fields),
            )  # fmt: skip
        return self.step(table, name, node)

    def function(self, node: Call) -> Term:
        function = BY_NAME.get(node.function)
        if function is None:
            self.unknown_function(node)
        written = node.args if node.target is None else (node.target, *node.args)
        if len(written) != len(function.takes) or (
            function.method != (node.target is not None) and function.name != "size"
        ):
            self.wrong_use(node, function)
        terms = [self.value(term) for term in self.visit_all(written)]
        if function.name == "size":
            return self.size(node, terms[0])
        checked = [
            self.argument(term, kind, function, node)
            for term, kind in zip(terms, function.takes, strict=True)
        ]
        undefined = tuple(part for term in checked for part in term.undefined)
        if function.name == "matches":
            self.pattern(checked[1])
        kind = checked[0].type if function.gives == "same" else Scalar(function.gives)  # type: ignore[arg-type]
        expr = self.called(function, checked)
        if function.partial:
            undefined = (*undefined, _is_null(expr))
        return Term(kind, expr, undefined=undefined, node=node)

    def called(self, function: Function, terms: list[Term]) -> Expr:
        args = tuple(self.rounded(term) for term in terms)
        if function.takes == ("numbers",):
            return Call(function.name, (self.guarded(terms[0]),))
        if function.name == "int":
            return Call("double", (Call("int", args),))
        if function.method:
            return Call(function.name, args[1:], args[0])
        return Call(function.name, args)

    def argument(self, term: Term, kind: str, function: Function, node: Call) -> Term:
        allowed: dict[str, tuple[Type, ...]] = {
            "day": (DATE, DATETIME),
            "number": (NUMBER,),
            "numbers": (ListOf(NUMBER), ListOf(ANY)),
            "text": (TEXT,),
            "value": (TEXT, NUMBER, DATE, DATETIME, BOOLEAN),
        }
        if kind == "day":
            term = self.as_day(term, Term(DATE))
        if term.type in allowed[kind] or term.type == ANY:
            return term
        self.refuse("DEF405", term.node, operator=function.name, found=self.words(term))
        raise AssertionError

    def size(self, node: Call, term: Term) -> Term:
        if isinstance(term.type, ListOf):
            return Term(NUMBER, Call("double", (Call("size", (self.guarded(term),)),)), node=node)
        if term.type not in (TEXT, ANY):
            self.refuse("DEF405", term.node, operator="size", found=self.words(term))
        counted = Call("double", (Call("size", (_of(term),)),))
        expr = Call("_?_:_", (_any_of(term.undefined), Const(0.0), counted))
        return Term(NUMBER, expr if term.undefined else counted, node=node)

    def pattern(self, term: Term) -> None:
        if term.constant is None:
            return
        written = str(term.constant.value)
        if not machine.pattern_is_valid(written):
            self.refuse("DEF410", term.node, length=len(written) + 2, pattern=written)

    def unknown_function(self, node: Call) -> NoReturn:
        loops = [call.split("(")[0] for call, _, _ in LOOPS]
        start = max(0, self.offsets.get(node.id, 0) - len(node.function))
        self.refuse(
            "DEF406", node, at=start, length=len(node.function), name=node.function,
            given=node.function, choices=[*BY_NAME, *loops],
        )  # fmt: skip

    def wrong_use(self, node: Call, function: Function) -> NoReturn:
        count = len(function.takes) - function.method
        takes = Phrase(f"{count} 个参数", f"{count} argument" + "s" * (count != 1))
        if function.method:
            takes = Phrase(f"{takes.zh}，写在文本之后", f"{takes.en} and is written after a text")
        start = max(0, self.offsets.get(node.id, 0) - len(function.name))
        self.refuse(
            "DEF416", node, at=start, length=len(function.name), name=function.name, takes=takes
        )

    # Loops -------------------------------------------------------------------------------------

    def loop(self, node: Loop) -> Term:
        many = self.value(self.visit(node.over))
        if many.type == ANY:
            kind: Type = ANY
        elif isinstance(many.type, ListOf):
            kind = many.type.item
        else:
            self.refuse("DEF405", node, operator="exists", found=self.words(many))
        shape = many.shape.of_items() if many.shape else None
        item = Ident(node.variable)
        never = kind == ANY or (many.path is not None and not isinstance(many.node, Items))
        undefined = () if never else (_is_null(item),)
        as_map = many.as_map
        local = Term(kind, item, undefined=undefined, shape=shape, as_map=as_map)
        hidden = self.locals.get(node.variable)
        self.locals[node.variable] = local
        try:
            return self.looped(node, many, local)
        finally:
            if hidden is None:
                del self.locals[node.variable]
            else:
                self.locals[node.variable] = hidden

    def looped(self, node: Loop, many: Term, local: Term) -> Term:
        over = self.guarded(many)
        start, step = node.start, node.step
        assert isinstance(step, Call)
        if isinstance(start, Const) and isinstance(start.value, bool):
            test = self.condition(step.args[1], "exists")
            new = replace(node, over=over, step=Call(step.function, (step.args[0], test)))
            return Term(BOOLEAN, new, node=node)
        if isinstance(start, Const):
            test = self.condition(step.args[0], "exists_one")
            new = replace(node, over=over, step=replace(step, args=(test, *step.args[1:])))
            return Term(BOOLEAN, new, node=node)
        added, test_node = step, None
        if step.function == "_?_:_":
            test_node, added = step.args[0], step.args[1]
        assert isinstance(added, Call)
        accumulated, single = added.args
        assert isinstance(single, Items)
        test = self.condition(test_node, "filter") if test_node is not None else None
        element = single.items[0]
        kept = test_node is not None and element == Ident(node.variable, element.id)
        term = local if kept else self.value(self.visit(element))
        if term.type is None:
            self.refuse("DEF405", element, operator="map", found=NOTHING)
        value: Expr = _of(local) if kept else self.guarded(term)
        grown = Call("_+_", (accumulated, Items((value,))))
        new_step: Expr = grown
        if test is not None:
            new_step = Call("_?_:_", (test, grown, accumulated))
        new = replace(node, over=over, step=new_step)
        shape = many.shape if kept else _list_of(term.shape)
        return Term(ListOf(term.type), new, shape=shape, as_map=term.as_map, node=node)

    # Words -------------------------------------------------------------------------------------

    def alike(self, one: Type, other: Type) -> bool:
        """Tell whether values of two types can be the same."""
        if ANY in (one, other):
            return True
        if isinstance(one, Reference) and isinstance(other, Reference):
            return self.scope.comparable(one, other)
        if isinstance(one, ListOf) and isinstance(other, ListOf):
            return self.alike(one.item, other.item)
        return one == other

    def words(self, term: Term) -> Phrase:
        return NOTHING if term.type is None else type_words(term.type)

    def written(self, term: Term) -> str:
        """Return the author's own text of a path, or a short stand-in."""
        node = term.node
        names: list[str] = []
        while isinstance(node, Select):
            names.insert(0, node.field)
            node = node.operand
        if isinstance(node, Ident):
            return ".".join((node.name, *names))
        if isinstance(node, Call) and node.target is not None:
            return ".".join((f"{node.function}(…)", *names))
        return ".".join(("…", *names))

    def place_of_field(self, node: Expr, name: str) -> int:
        start = self.offsets.get(node.id, 0)
        if isinstance(node, Select):
            start = self.offsets.get(_root(node).id, 0) if node.test else start
            match = re.compile(rf"\.\s*({re.escape(name)})\b").search(self.text, start)
            return match.start(1) if match else start
        if isinstance(node, Call):
            return max(0, start - len(node.function))
        return start

    def extent(self, node: Expr) -> tuple[int, int]:
        """Return where a caret for a part begins and how wide it is."""
        if isinstance(node, Call) and node.function in _OPERATORS:
            return self.offsets.get(node.id, 0), _OPERATOR_WIDTHS.get(node.function, 1)
        start = self.leftmost(node)
        if isinstance(node, Call) and node.target is None:
            name = self.offsets.get(node.id, 0) - len(node.function)
            start = max(0, name) if node.function in BY_NAME else start
        word = _PATH.match(self.text, start)
        return start, max(1, word.end() - start if word else 1)

    def leftmost(self, node: Expr) -> int:
        own = self.offsets.get(node.id, len(self.text))
        if isinstance(node, Loop):
            return min(own, self.leftmost(node.over))
        return min([own, *(self.leftmost(child) for child in children(node))])

    def refuse(
        self, code: str, node: Expr, *, at: int | None = None, length: int = 0, **params: object
    ) -> NoReturn:
        """Report a mistake and give up the part it is in."""
        start, width = self.extent(node)
        if at is not None:
            start = at
        length = length or width
        self._report(code, start, length, **params)
        raise Refused


_OPERATOR_WIDTHS = {"_&&_": 2, "_||_": 2, "_==_": 2, "_!=_": 2, "_<=_": 2, "_>=_": 2, "@in": 2}
_OPERATORS = (*_OPERATOR_WIDTHS, *ORDER, *ARITHMETIC, "!_", "-_", "_?_:_")


def _exists(moment: str) -> bool:
    try:
        datetime.fromisoformat(moment)
    except ValueError:
        return False
    return True


def _root(node: Expr) -> Expr:
    while isinstance(node, Select):
        node = node.operand
    return node


def _of(term: Term) -> Expr:
    if term.expr is None:
        raise AssertionError("The value of this path was not asked for")
    return term.expr


def _is_null(expr: Expr) -> Expr:
    return Call("_==_", (expr, NULL))


def _any_of(tests: Sequence[Expr]) -> Expr:
    unique = list(dict.fromkeys(tests))
    joined = unique[0]
    for test in unique[1:]:
        joined = Call("_||_", (joined, test))
    return joined


def _all_of(tests: Sequence[Expr]) -> Expr:
    joined: Expr = Const(True)
    for test in tests:
        joined = test if joined == Const(True) else Call("_&&_", (joined, test))
    return joined


def _unless(undefined: Sequence[Expr], expr: Expr) -> Expr:
    return Call("_?_:_", (_any_of(undefined), FALSE, expr)) if undefined else expr


def _exists_loop(variable: str, over: Expr, test: Expr) -> Loop:
    result = Ident("@result")
    going = Call("@not_strictly_false", (Call("!_", (result,)),))
    return Loop(variable, over, "@result", FALSE, going, Call("_||_", (result, test)), result)


def _ids_loop(over: Expr) -> Loop:
    result = Ident("@result")
    one = Items((Select(Ident("@row"), "id"),))
    return Loop("@row", over, "@result", Items(()), Const(True), Call("_+_", (result, one)), result)


def _list_of(item: Shape | None) -> Shape | None:
    return None if item is None else Shape(item=item)


def _joined(one: Shape | None, other: Shape | None) -> Shape | None:
    if one is None or other is None:
        return one or other
    return one if one is other else EitherShape(one, other)
