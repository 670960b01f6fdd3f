"""The arithmetic of advanced forbidden clauses: text → a program for a stack machine.

A program is flat, so that neither reading nor evaluating an expression of any depth recurses.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from smacwrap.errors import UserError
from smacwrap.pcs.lines import Line
from smacwrap.pcs.parameters import Declarations
from smacwrap.pcs.reckoning import BINARY, NEGATE, UNARY
from smacwrap.problems import Problems


@dataclass(frozen=True)
class Expression:
    """An expression, compiled.

    Attributes:
        text: as it was written.
        names: the parameters in it, by order of first use.
        program: in postfix order: a float is a number, an int the index of a name, a string an
            operation on the topmost results.
        ranks: the number that stands for each text value of the file, which keeps their order.
    """

    text: str
    names: tuple[str, ...]
    program: tuple[float | int | str, ...]
    ranks: Mapping[str, float]

    def evaluate(self, operands: Sequence[float], *, strict: bool = False) -> float:
        """The result for the values of `names`.

        Doubles throughout, as in SMAC v2; true is 1, false 0. What has no result (`0 / 0`,
        `sqrt(-1)`) is NaN, which compares as false.

        Raises:
            ZeroDivisionError: if `strict`, for `x / 0` and `x % 0`, at which SMAC v2 stops.
        """
        number: float = self.reckon(operands, UNARY, _STRICT if strict else BINARY)
        return number

    def reckon(
        self,
        operands: Sequence[Any],
        unary: Mapping[str, Callable[..., Any]],
        binary: Mapping[str, Callable[..., Any]],
    ) -> Any:
        """The result for the values of `names`, of whatever kind the operations work on."""
        stack: list[Any] = []
        for step in self.program:
            if isinstance(step, float):
                stack.append(step)
            elif isinstance(step, int):
                stack.append(operands[step])
            elif step in unary:
                stack[-1] = unary[step](stack[-1])
            else:
                right = stack.pop()
                stack[-1] = binary[step](stack[-1], right)
        return stack[0]


def _strictly(step: str) -> Callable[[float, float], float]:
    """The operation, if it does not divide by 0."""

    def operate(left: float, right: float) -> float:
        if right == 0:
            raise ZeroDivisionError
        return BINARY[step](left, right)

    return operate


_STRICT = {**BINARY, "/": _strictly("/"), "%": _strictly("%")}


_BINDS = {
    "||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4,
    "+": 5, "-": 5, "*": 6, "/": 6, "%": 6, "^": 8,
}  # fmt: skip
_NEGATE_BINDS = 7
"""Tighter than `*`, looser than `^`: `-n^2` is `-(n^2)`."""

TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z_0-9]*)"
    r"|(?P<foreign>\*\*|<>|===)"
    r"|(?P<symbol>\|\||&&|==|!=|<=|>=|[-+*/%^<>()])|(?P<other>\S+?(?=[\s\w(]|$)))",
    re.ASCII,
)

_CALL = re.compile(r"\s*\(")

_MEANT = {
    "=": "==", ",": "&&", "&": "&&", "|": "||", "=>": ">=", "=<": "<=", "<>": "!=", "===": "==",
    "**": "^", "and": "&&", "or": "||",
}  # fmt: skip

_WORDS = {"and", "or", "not"}


def parse_expression(
    line: Line, start: int, end: int, declared: Declarations, ranks: Mapping[str, float]
) -> Expression:
    """Compiles `line.text[start:end]`.

    Args:
        line: the line of the clause.
        start: where the expression begins.
        end: where it ends.
        declared: the parameters of the file.
        ranks: the number of each text value.

    Raises:
        UserError: it is not an expression that SMAC v2 would take.
    """
    return _Compiler(line, start, end, declared, ranks).compile()


class _Compiler:
    """Dijkstra's shunting yard: operations wait on a stack for their right-hand sides."""

    def __init__(
        self,
        line: Line,
        start: int,
        end: int,
        declared: Declarations,
        ranks: Mapping[str, float],
    ) -> None:
        self.line, self.start, self.end = line, start, end
        self.declared, self.ranks = declared, ranks
        self.program: list[float | int | str] = []
        self.names: dict[str, int] = {}
        self.waiting: list[tuple[str, int]] = []
        self.wants_operand = True
        self.problems = Problems()

    def compile(self) -> Expression:
        with self.problems:
            self.read()
        self.problems.check()
        text = self.line.code[self.start : self.end].strip()
        return Expression(text, tuple(self.names), tuple(self.program), self.ranks)

    def read(self) -> None:
        previous = "symbol"
        for match in TOKEN.finditer(self.line.code[: self.end].rstrip(), self.start):
            kind = match.lastgroup or "other"
            text, at = match[kind], match.start(kind)
            if kind == "foreign" or self.is_foreign(text):
                raise self.odd(text, at)
            if not self.wants_operand and (kind in ("number", "name") or text == "("):
                if previous != "number" or kind == "number":
                    raise self.error(f"an operator is missing before '{text}'", text, at)
                self.operation("*", at)  # SMAC v2 reads `2n` as `2*n`.
            if kind == "number":
                self.operand(float(text))
            elif kind == "name":
                self.name(text, at)
            elif kind == "symbol":
                self.symbol(text, at)
            else:
                raise self.odd(text, at)
            previous = kind
        if self.wants_operand:
            raise self.error("the clause ends where a value is expected", "}", self.end)
        while self.waiting:
            symbol, at = self.waiting.pop()
            if symbol == "(":
                raise self.error("'(' is never closed", symbol, at)
            self.program.append(symbol)

    def is_foreign(self, word: str) -> bool:
        """Whether it is an operator of other languages, and nothing in this file."""
        known = word in self.declared.parameters or word in self.ranks
        return word.lower() in _WORDS and not known

    def operand(self, step: float | int) -> None:
        self.program.append(step)
        self.wants_operand = False

    def name(self, text: str, at: int) -> None:
        called = _CALL.match(self.line.code, at + len(text))
        if called and text in UNARY and text in self.declared.parameters:
            # SMAC v2 silently reads `log(n)` as `log*n` then.
            raise self.error(f"'{text}' is also a parameter: give that another name", text, at)
        if called and text in UNARY and text != NEGATE:
            self.waiting.append((text, at))
        elif called:
            functions = [name for name in UNARY if name != NEGATE]
            hint = self.line.nearest(text, functions) or f": there are {' '.join(functions)}"
            raise self.error(f"unknown function '{text}'{hint}", text, at)
        elif text in self.declared.parameters:
            self.operand(self.names.setdefault(text, len(self.names)))
        elif text in self.ranks:
            self.operand(self.ranks[text])
        else:
            with self.problems:
                raise self.unknown(text, at)
            self.operand(0.0)

    def symbol(self, text: str, at: int) -> None:
        if text == "(":
            self.waiting.append((text, at))
        elif text == ")":
            self.close(at)
        elif self.wants_operand and text in "+-":
            if text == "-":
                self.waiting.append((NEGATE, at))
        else:
            self.operation(text, at)

    def operation(self, text: str, at: int) -> None:
        if self.wants_operand:
            raise self.error(f"a value is missing before '{text}'", text, at)
        binds = _BINDS[text]
        while self.waiting and self.waiting[-1][0] != "(":
            top = self.waiting[-1][0]
            top_binds = _NEGATE_BINDS if top == NEGATE else _BINDS[top]
            # `^` alone groups from the right.
            if top_binds < binds or (top_binds == binds and text == "^"):
                break
            self.program.append(self.waiting.pop()[0])
        self.waiting.append((text, at))
        self.wants_operand = True

    def close(self, at: int) -> None:
        if self.wants_operand:
            raise self.error("a value is missing before ')'", ")", at)
        while self.waiting and self.waiting[-1][0] != "(":
            self.program.append(self.waiting.pop()[0])
        if not self.waiting:
            raise self.error("')' without '('", ")", at)
        self.waiting.pop()
        if self.waiting and self.waiting[-1][0] in UNARY and self.waiting[-1][0] != NEGATE:
            self.program.append(self.waiting.pop()[0])

    def unknown(self, text: str, at: int) -> UserError:
        self.declared.check_complete()
        hint = self.line.nearest(text, [*self.declared.parameters, *self.ranks])
        return self.error(f"'{text}' is neither a parameter nor a value{hint}", text, at)

    def odd(self, text: str, at: int) -> UserError:
        if text.lower() in _MEANT:
            hint = f": did you mean '{_MEANT[text.lower()]}'?"
        elif text[0] in "'\"":
            hint = ": values stand without quotes"
        elif text[0] == "!" or text.lower() == "not":
            hint = ": there is no 'not', only !="
        else:
            hint = ""
        return self.error(f"unexpected '{text}' in a forbidden clause{hint}", text, at)

    def error(self, message: str, text: str, at: int) -> UserError:
        return self.line.error(message, at, at + len(text))
