"""Checks an expression against a scope and rewrites it into what CEL runs.

The checker knows the types of the definition languages (dates, references, records, lists) and says
what is wrong in the author's words. In the same walk it rewrites the tree:

- A path such as ``data.settings.employer.state`` becomes one variable; its value is looked up
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
from dataclasses import replace
from datetime import datetime
from typing import Any, NoReturn

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
from engine.expressions import calls, loops, operators
from engine.expressions.functions import BY_NAME
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
from engine.expressions.terms import (
    FALSE,
    NULL,
    Refused,
    Term,
    Variable,
    all_of,
    any_of,
    expr_of,
    ids_loop,
    is_null,
)
from engine.expressions.values import FILLED, WrongType, day_of, moment_of

Report = Callable[..., None]

DAYS = (DATE, DATETIME)
_PATH = re.compile(r"'[^']*'|\"[^\"]*\"|[\w.]+")
_MOMENT_TEXT = re.compile(r"\d{4}-\d\d-\d\d[T ]")


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
        self.uses_calendar = False

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
            undefined=() if never else (is_null(ident),),
            shape=shape,
            as_map=isinstance(term.type, ListOf) and form == "plain",
        )

    def guarded(self, term: Term) -> Expr:
        """Return the value of a term as one tree: null (no, an empty list) where undefined."""
        term = self.value(term)
        expr = expr_of(term)
        if term.computed:
            expr = Call("@exact", (expr,))
        if not term.undefined or term.undefined == (is_null(expr),):
            if term.type == BOOLEAN and term.undefined:
                return Call("_==_", (expr, Const(True)))
            return expr
        instead: Expr = NULL
        if term.type == BOOLEAN:
            instead = FALSE
        elif isinstance(term.type, ListOf):
            instead = Items(())
        return Call("_?_:_", (any_of(term.undefined), instead, expr))

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
                return loops.loop(self, node)
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
        """Check a written value."""
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
        """Check a bare name: of a loop, an alias or the scope."""
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
        """Refuse a name that is not in scope."""
        choices = {*self.scope.names, *self.scope.aliases, *self.locals}
        params: dict[str, Any] = {"name": node.name}
        if self.text.strip() == node.name:
            params["quoted_text"] = f"\"'{node.name}'\""
        self.refuse(
            "DEF402", node, length=len(node.name), given=node.name, choices=choices, **params
        )

    def field(self, node: Select) -> Term:
        """Check a field of a value."""
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
            expr: Expr = Select(expr_of(of), name)
            missing: Expr = Call("!_", (Select(expr_of(of), name, test=True),))
        else:
            expr = Select(expr_of(of), name)
            missing = is_null(expr)
        if declared.type == BOOLEAN or isinstance(declared.type, ListOf):
            undefined = of.undefined
        else:
            undefined = (*of.undefined, missing)
        return Term(
            declared.type, expr, undefined=undefined, shape=shape, choices=declared.choices,
            as_map=True, node=node,
        )  # fmt: skip

    def no_field(self, of: Term, name: str, node: Expr, choices: Sequence[str]) -> NoReturn:
        """Refuse a field that a value does not have."""
        self.refuse(
            "DEF403", node, at=self.place_of_field(node, name), length=len(name),
            of=self.written(of), name=name, given=name, choices=choices,
        )  # fmt: skip

    def has(self, node: Select) -> Term:
        """Check ``has(record.field)``."""
        of = self.visit(node.operand)
        term = self.step(of, node.field, node)
        if term.path is not None and term.expr is None:
            return self.value(term, "filled")
        if of.shape is None or of.type == ANY:
            tests = [Call("!_", (part,)) for part in term.undefined]
            return Term(BOOLEAN, all_of(tests), node=node)
        of.shape.of_test(node.field)
        return Term(
            BOOLEAN, Select(expr_of(of), FILLED + node.field), undefined=of.undefined, node=node
        )

    def items(self, node: Items, beside: Type | None = None) -> Term:
        """Check a list written out; texts in it are dates beside a date."""
        terms = self.visit_all(node.items)
        if beside is not None:
            terms = [self.as_day(term, Term(beside)) for term in terms]
        terms = [self.plain(term) for term in terms]
        types = [term.type for term in terms if term.type is not None]
        kind: Type = types[0] if types else ANY
        for term, item in zip(terms, node.items, strict=True):
            if term.type is not None and not self.alike(term.type, kind):
                self.refuse("DEF405", item, operator="[ ]", found=self.words(term))
        expr = Items(tuple(self.guarded(term) for term in terms))
        return Term(ListOf(kind), expr, node=node)

    def call(self, node: Call) -> Term:
        """Check an operator or a function."""
        operator = operators.OPERATORS.get(node.function)
        if operator is not None:
            return operator(self, node)
        return calls.call(self, node)

    def as_day(self, term: Term, other: Term) -> Term:
        """Read a written text as a date or a moment when it is compared with one."""
        if term.constant is None or term.type != TEXT or other.type not in DAYS:
            return term
        written = str(term.constant.value)
        kind = DATETIME if _MOMENT_TEXT.match(written) else DATE
        try:
            known = moment_of(written) if kind == DATETIME else day_of(written)
            if not known or not exists_in_calendar(known):
                raise WrongType
        except WrongType:
            self.refuse("DEF412", term.node, value=written, expected=type_words(kind))
        return replace(term, type=kind, expr=Const(known))

    def plain(self, term: Term) -> Term:
        """Return the value to compare: the id of a reference, or the ids of several."""
        term = self.ids(term)
        if isinstance(term.type, Reference) and term.as_map:
            return replace(term, expr=Select(expr_of(term), "id"), as_map=False)
        return term

    def ids(self, term: Term) -> Term:
        """Return a list of references as the list of their ids; other terms as values."""
        if not isinstance(term.type, ListOf) or not isinstance(term.type.item, Reference):
            return self.value(term)
        if term.path is not None and term.expr is None:
            return self.value(term, "ids")
        if not term.as_map:
            return term
        expr = ids_loop(self.guarded(term))
        return replace(term, path=None, expr=expr, undefined=(), shape=None, as_map=False)

    # Words -------------------------------------------------------------------------------------

    def alike(self, one: Type, other: Type) -> bool:
        """Tell whether values of two types can be the same."""
        if ANY in (one, other):
            return True
        if isinstance(one, Reference) and isinstance(other, Reference):
            return self.scope.comparable(one, other)
        if isinstance(one, ListOf) and isinstance(other, ListOf):
            return self.alike(one.item, other.item)
        if isinstance(one, Record) and isinstance(other, Record):
            # Rows of two forms that have the same fields may be copied from one to the other.
            return one.fields.keys() == other.fields.keys() and all(
                self.alike(field.type, other.fields[name].type)
                for name, field in one.fields.items()
            )
        return one == other

    def words(self, term: Term) -> Phrase:
        """Name the type of a term."""
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
        """Return where the name of a field is written."""
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
        """Return where the first character of a part is written."""
        own = self.offsets.get(node.id, len(self.text))
        if isinstance(node, Loop):
            return min(own, self.leftmost(node.over))
        return min([own, *(self.leftmost(child) for child in children(node))])

    def refuse(
        self, code: str, node: Expr, *, at: int | None = None, length: int = 0, **params: Any
    ) -> NoReturn:
        """Report a mistake and give up the part it is in."""
        start, width = self.extent(node)
        if at is not None:
            start = at
        length = length or width
        self._report(code, start, length, **params)
        raise Refused


_OPERATOR_WIDTHS = {"_&&_": 2, "_||_": 2, "_==_": 2, "_!=_": 2, "_<=_": 2, "_>=_": 2, "@in": 2}
_OPERATORS = (*_OPERATOR_WIDTHS, *operators.ORDER, *operators.ARITHMETIC, "!_", "-_", "_?_:_")


def exists_in_calendar(moment: str) -> bool:
    """Tell whether there is such a day."""
    try:
        datetime.fromisoformat(moment)
    except ValueError:
        return False
    return True


def _root(node: Expr) -> Expr:
    while isinstance(node, Select):
        node = node.operand
    return node
