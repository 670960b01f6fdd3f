"""The arithmetic of advanced forbidden clauses: text → a program for a stack machine.

A program is flat, so that neither reading nor evaluating an expression of any depth recurses.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from smacwrap.errors import UserError
from smacwrap.pcs.lines import Line
from smacwrap.pcs.parameters import Declarations
from smacwrap.problems import Problems

Numbers = npt.NDArray[np.float64]


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

    def evaluate(self, operands: Sequence[Numbers], *, strict: bool = False) -> Numbers:
        """The results for the values of `names`: numbers or arrays of one shape.

        Doubles throughout, as in SMAC v2; true is 1, false 0. What has no result (`0 / 0`,
        `sqrt(-1)`) is NaN, which compares as false.

        Raises:
            ZeroDivisionError: if `strict`, for `x / 0` and `x % 0`, at which SMAC v2 stops.
        """
        stack: list[Any] = []
        with np.errstate(all="ignore"):
            for step in self.program:
                if isinstance(step, float):
                    stack.append(step)
                elif isinstance(step, int):
                    stack.append(operands[step])
                elif step in _UNARY:
                    stack[-1] = _UNARY[step](stack[-1])
                else:
                    right = stack.pop()
                    if strict and step in ("/", "%") and np.any(right == 0):
                        raise ZeroDivisionError
                    stack[-1] = _BINARY[step][1](stack[-1], right)
        return np.asarray(stack[0], dtype=np.float64)


def _truth(ufunc: Callable[..., Any]) -> Callable[..., Numbers]:
    """Makes results of comparisons numbers, because clauses may reckon with them."""
    return lambda left, right: ufunc(left, right).astype(np.float64)


def _positive(numbers: Numbers) -> Numbers:
    """What is true on either side of && and ||. As a whole, a clause is true if it is not 0."""
    return np.greater(numbers, 0).astype(np.float64)


def _power(base: Numbers, exponent: Numbers) -> Numbers:
    """As in Java, where ±1 to the power of NaN or of infinity is NaN; NumPy's is 1."""
    odd = (np.abs(base) == 1) & ~np.isfinite(exponent)
    return np.where(odd, np.nan, np.float_power(base, exponent))


_NEGATE = "negate"

_UNARY: Mapping[str, Callable[..., Numbers]] = {
    _NEGATE: np.negative, "abs": np.abs, "acos": np.arccos, "asin": np.arcsin,
    "atan": np.arctan, "cos": np.cos, "sin": np.sin, "tan": np.tan, "sinh": np.sinh,
    "cosh": np.cosh, "tanh": np.tanh, "exp": np.exp, "ceil": np.ceil, "floor": np.floor,
    "log": np.log, "log2": np.log2, "log10": np.log10, "sqrt": np.sqrt, "cbrt": np.cbrt,
    "expm1": np.expm1, "log1p": np.log1p,
}  # fmt: skip

_BINARY: Mapping[str, tuple[int, Callable[..., Numbers]]] = {
    "||": (1, lambda left, right: np.maximum(_positive(left), _positive(right))),
    "&&": (2, lambda left, right: np.minimum(_positive(left), _positive(right))),
    "==": (3, _truth(np.equal)),
    "!=": (3, _truth(np.not_equal)),
    "<": (4, _truth(np.less)),
    "<=": (4, _truth(np.less_equal)),
    ">": (4, _truth(np.greater)),
    ">=": (4, _truth(np.greater_equal)),
    "+": (5, np.add),
    "-": (5, np.subtract),
    "*": (6, np.multiply),
    "/": (6, np.divide),
    "%": (6, np.fmod),
    "^": (8, _power),
}
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
        if called and text in _UNARY and text in self.declared.parameters:
            # SMAC v2 silently reads `log(n)` as `log*n` then.
            raise self.error(f"'{text}' is also a parameter: give that another name", text, at)
        if called and text in _UNARY and text != _NEGATE:
            self.waiting.append((text, at))
        elif called:
            functions = [name for name in _UNARY if name != _NEGATE]
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
                self.waiting.append((_NEGATE, at))
        else:
            self.operation(text, at)

    def operation(self, text: str, at: int) -> None:
        if self.wants_operand:
            raise self.error(f"a value is missing before '{text}'", text, at)
        binds = _BINARY[text][0]
        while self.waiting and self.waiting[-1][0] != "(":
            top = self.waiting[-1][0]
            top_binds = _NEGATE_BINDS if top == _NEGATE else _BINARY[top][0]
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
        if self.waiting and self.waiting[-1][0] in _UNARY and self.waiting[-1][0] != _NEGATE:
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
