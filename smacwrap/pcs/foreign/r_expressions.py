"""Parses the R expressions of irace's conditions and forbidden configurations into trees."""

import re
from dataclasses import dataclass

from smacwrap.errors import UserError
from smacwrap.pcs.lines import Line

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?L?)"""
    r"""|"(?P<double>[^"]*)"|'(?P<single>[^']*)'"""
    r"""|(?P<name>[._A-Za-z][._A-Za-z0-9]*)"""
    r"""|(?P<symbol>%in%|==|!=|<=|>=|&&|\|\||[-+*/^<>!&|(),])|(?P<other>\S))""",
    re.ASCII,
)

_DEEPEST = 50

_MOST_OPERATIONS = 300
"""Comparisons and arithmetic: what is longer is no file of irace, or takes its time."""

COMPARISONS = ("==", "!=", "<=", ">=", "<", ">")


@dataclass(frozen=True)
class Node:
    """A part of an expression, and where it stands in its line.

    Attributes:
        kind: `number`, `text`, `name`, `vector` (`c(...)`), or the sign of an operation: one of
            `COMPARISONS`, `%in%`, `&`, `|`, `!`, `+ - * / ^` and `negate`.
        value: of a number, a text or a name.
        parts: the operands, or the elements of a vector.
        start: where it begins.
        end: where it ends.
    """

    kind: str
    value: str
    parts: tuple["Node", ...]
    start: int
    end: int


def parse_r(line: Line, start: int, end: int) -> Node:
    """The tree of `line.code[start:end]`.

    Raises:
        UserError: it is no expression, or one with what irace's files hardly have.
    """
    return _Parser(line, start, end).parse()


class _Parser:
    """Recursive descent, in the order in which R's operators bind."""

    def __init__(self, line: Line, start: int, end: int) -> None:
        self._line = line
        code = line.code[:end].rstrip()
        self._tokens = []
        for match in _TOKEN.finditer(code, start):
            kind = match.lastgroup or "other"
            self._tokens.append((kind, match[kind], match.start(kind), match.end()))
        self._tokens.append(("end", "", len(code), len(code) + 1))
        self._at = 0
        self._depth = 0
        self._joints = 0

    def parse(self) -> Node:
        node = self._either()
        if self._kind() != "end":
            raise self._unexpected()
        return node

    def _kind(self) -> str:
        return self._tokens[self._at][0]

    def _symbol(self, *symbols: str) -> str | None:
        """The next token, if it is one of the symbols; it is passed then."""
        kind, text, _, _ = self._tokens[self._at]
        if kind != "symbol" or text not in symbols:
            return None
        self._at += 1
        return text

    def _unexpected(self) -> UserError:
        kind, text, start, end = self._tokens[self._at]
        if kind == "end":
            return self._line.error("the expression ends where a value is expected", start, end)
        return self._line.error(f"unexpected '{text}' in an R expression", start, end)

    def _joined(self, kind: str, *parts: Node) -> Node:
        self._joints += kind not in ("&", "|")
        if self._joints > _MOST_OPERATIONS:
            raise self._line.error(f"more than {_MOST_OPERATIONS} operations in an expression")
        return Node(kind, "", parts, parts[0].start, parts[-1].end)

    def _either(self) -> Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._line.error(f"more than {_DEEPEST} parentheses within one another")
        parts = [self._both()]
        while self._symbol("|", "||"):
            parts.append(self._both())
        self._depth -= 1
        return self._joined("|", *parts) if len(parts) > 1 else parts[0]

    def _both(self) -> Node:
        parts = [self._not()]
        while self._symbol("&", "&&"):
            parts.append(self._not())
        return self._joined("&", *parts) if len(parts) > 1 else parts[0]

    def _not(self) -> Node:
        start = self._tokens[self._at][2]
        count = 0
        while self._symbol("!"):
            count += 1
        node = self._comparison()
        return Node("!", "", (node,), start, node.end) if count % 2 else node

    def _comparison(self) -> Node:
        node = self._sum()
        if sign := self._symbol(*COMPARISONS):
            node = self._joined(sign, node, self._sum())
        return node

    def _sum(self) -> Node:
        node = self._product()
        while sign := self._symbol("+", "-"):
            node = self._joined(sign, node, self._product())
        return node

    def _product(self) -> Node:
        node = self._in()
        while sign := self._symbol("*", "/"):
            node = self._joined(sign, node, self._in())
        return node

    def _in(self) -> Node:
        node = self._signed()
        while self._symbol("%in%"):
            node = self._joined("%in%", node, self._signed())
        return node

    def _signed(self) -> Node:
        start = self._tokens[self._at][2]
        negative = False
        while sign := self._symbol("-", "+"):
            negative ^= sign == "-"
        node = self._power()
        return Node("negate", "", (node,), start, node.end) if negative else node

    def _power(self) -> Node:
        node = self._atom()
        if not self._symbol("^"):
            return node
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._line.error(f"more than {_DEEPEST} powers within one another")
        node = self._joined("^", node, self._signed())
        self._depth -= 1
        return node

    def _atom(self) -> Node:
        kind, text, start, end = self._tokens[self._at]
        if self._symbol("("):
            inner = self._either()
            self._close()
            return inner
        if kind == "other":
            hint = " (a quote is never closed)" if text in "\"'" else ""
            raise self._line.error(f"unexpected '{text}' in an R expression{hint}", start, end)
        if kind in ("symbol", "end"):
            raise self._unexpected()
        self._at += 1
        if kind == "name" and self._symbol("("):
            return self._call(text, start)
        value = text.removesuffix("L") if kind == "number" else text
        return Node("text" if kind in ("double", "single") else kind, value, (), start, end)

    def _call(self, name: str, start: int) -> Node:
        if name != "c":
            message = f"the function '{name}' cannot be said in a PCS file"
            raise self._line.error(message, start, start + len(name))
        parts = [self._either()]
        while self._symbol(","):
            parts.append(self._either())
        return Node("vector", "", tuple(parts), start, self._close())

    def _close(self) -> int:
        end = self._tokens[self._at][3]
        if not self._symbol(")"):
            raise self._line.error("')' is missing", self._tokens[self._at][2])
        return end
