"""Random PCS files over the whole grammar: valid ones, and ones with a few mistakes.

Unlike `models`, which says what a file means, this knows only how files look. It is meant for
comparisons with SMAC v2 itself, and leaves out what is known to differ: `test_smac2` says why.
"""

from dataclasses import dataclass
from random import Random

PLAIN_NAMES = ("a", "b", "n", "lr", "alpha", "beta_1", "Size", "x2", "_u", "real", "log", "in", "i")
ODD_NAMES = (
    "a.b", "sp:p", "x+y", "x-y", "@1:ls/a+b", "-q", "a=b", "a,b", "(a)", "7", "1e5", "%", "a^2",
    "a*b", "a/b", "!a", "<a>", "a&b", "'a'", '"a"', "Conditionals:", "$x", "~", "a;b", "-1", "\\a",
)  # fmt: skip
PLAIN_VALUES = ("u", "v", "w", "yes", "no", "Adam", "sgd_1", "lo", "mid", "hi", "off", "T", "F")
NUMBER_VALUES = ("0", "1", "2", "10", "100", "-1", "0.5", "1.0", "1e3", "-2.5")
ODD_VALUES = (
    "a.b", "x:y", "x+y", "x-y", "@u", "a=b", "(a)", "a|b", "a&b", "'a'", '"a"', "!", "%", "~/f",
    "a/b", "<1", "a;b", "$x", "\\n", "==", "&&", "||", "-", "+", "[", "]", "[a]", "a*",
)  # fmt: skip
FUNCTIONS = (
    "abs", "acos", "asin", "atan", "cos", "sin", "tan", "sinh", "cosh", "exp", "ceil", "floor",
    "log", "log2", "log10", "sqrt", "cbrt",
)  # fmt: skip
BLANKS = (" ", " ", " ", "  ", "\t", " \t ")
# No braces and brackets: SMAC v2 lets names and values contain them.
DAMAGE = (*"()|&,=<>!#.:;+-*/^%'\"\\@ \t\n01eilxa", "||", "&&", "==", "in", "log", "1e999")


@dataclass(frozen=True)
class Declared:
    """A parameter that a file declares, as it is written: its values or bounds, and its default."""

    name: str
    kind: str
    values: tuple[str, ...]
    default: str
    bounds: tuple[float, float] = (0.0, 0.0)
    log: bool = False

    @property
    def textual(self) -> bool:
        return self.kind in ("categorical", "ordinal")


def random_file(rng: Random, mistakes: float = 0.0, damages: int = 0) -> str:
    """The text of a PCS file.

    Args:
        rng: where all chance comes from.
        mistakes: how likely each part is made wrong: a value that does not exist, a default
            outside the domain, a second declaration, …
        damages: how many signs or lines are broken at the end.
    """
    text = _Maker(rng, mistakes).file()
    for _ in range(damages):
        text = _damaged(rng, text)
    return text


def _damaged(rng: Random, text: str) -> str:
    lines = text.split("\n")
    edit = rng.randrange(12)
    if edit == 0:
        lines.insert(rng.randrange(len(lines) + 1), rng.choice(lines))
    elif edit == 1:
        del lines[rng.randrange(len(lines))]
    else:
        at = rng.randrange(len(lines))
        line = lines[at]
        cut = rng.randint(0, len(line))
        inserted = rng.choice(DAMAGE) if rng.random() < 0.7 else ""
        lines[at] = line[:cut] + inserted + line[cut + rng.randint(0, 2) :]
    return "\n".join(lines)


class _Maker:
    """Makes one file; the parameters it has declared are what its other lines speak of."""

    def __init__(self, rng: Random, mistakes: float) -> None:
        self.rng = rng
        self.mistakes = mistakes
        # Advanced clauses refuse most names and values: files have either them or odd words.
        self.advanced = rng.random() < 0.4
        self.odd = 0.0 if self.advanced else rng.choice((0.0, 0.15, 0.5))
        self.declared: list[Declared] = []

    def file(self) -> str:
        rng = self.rng
        parameters = [self.parameter() for _ in range(rng.choice((0, *range(1, 8), *range(1, 8))))]
        conditions = [line for child in self.declared[1:] for line in self.conditions(child)]
        classic = [self.combination() for _ in range(rng.randint(0, 2)) if self.declared]
        formulas = [self.formula() for _ in range(rng.randint(1, 3)) if self.declared]
        clauses = [*classic, *(formulas if self.advanced else ())]
        if rng.random() < 0.5:
            lines = [*parameters, "Conditionals:", *conditions, "Forbidden:", *clauses]
        else:
            lines = [*parameters, *conditions, *clauses]
            rng.shuffle(lines)
        for extra in ("", "# a comment: x [0, 1] [2]", "   ", "Conditionals:", "Forbidden:", "#"):
            if rng.random() < 0.1:
                lines.insert(rng.randint(0, len(lines)), extra)
        end = "\r\n" if rng.random() < 0.1 else "\n"
        return end.join(map(self.dressed, lines)) + rng.choice(("", end, end * 2))

    def dressed(self, line: str) -> str:
        """Blanks before a line or a comment behind it: SMAC v2 mistakes the place of both."""
        if "#" not in line and self.rng.random() < 0.1:
            return self.rng.choice(BLANKS) + line
        if line.strip() and self.rng.random() < 0.1:
            return line + self.rng.choice(("# why", " #", "  # {a=b} | &&", "\t", "  "))
        return line

    # Parameters

    def parameter(self) -> str:
        name = self.name()
        kind = self.rng.choice(("categorical", "ordinal", "real", "integer"))
        textual = kind in ("categorical", "ordinal")
        bounds = (0.0, 0.0) if textual else self.bounds(kind == "integer")
        values, default = self.texts() if textual else self.range(bounds, kind == "integer")
        log = bounds[0] > 0 and self.rng.random() < 0.4
        if self.wrong():
            log = not log
        if self.wrong():
            default = self.value()
        if name not in [declared.name for declared in self.declared]:
            self.declared.append(Declared(name, kind, values, default, bounds, log))
        inside = self.rng.choice((",", ", ", " , ", ",  ")).join(values)
        if self.wrong():
            inside += self.rng.choice((",", ", "))
        domain = f"{{{inside}}}" if textual else f"[{inside}]"
        gap = self.blank(often_none=True)
        if kind != "ordinal" and self.rng.random() < 0.4:
            flags = "i" * (kind == "integer") + "l" * log
            return f"{name}{self.blank()}{domain}{gap}[{default}]{gap}{flags}"
        word = self.blank() + "log" if log else ""
        return f"{name}{self.blank()}{kind}{self.blank()}{domain}{gap}[{default}]{word}"

    def name(self) -> str:
        known = [declared.name for declared in self.declared]
        if known and self.wrong():
            return self.rng.choice(known)
        words = ODD_NAMES if self.rng.random() < self.odd else PLAIN_NAMES
        return self.rng.choice([word for word in words if word not in known])

    def texts(self) -> tuple[tuple[str, ...], str]:
        count = self.rng.randint(1, 4)
        numbers = self.rng.random() < (0.05 if self.advanced else 0.25)
        values = self.rng.sample(NUMBER_VALUES if numbers else PLAIN_VALUES, count)
        # Advanced clauses need one order of all values.
        if self.advanced and self.rng.random() < 0.9:
            values.sort(key=float if numbers else str)
        if self.rng.random() < self.odd:
            values[self.rng.randrange(count)] = self.rng.choice(ODD_VALUES)
        if self.wrong():
            values.append(values[0])
        return tuple(values), self.rng.choice(values)

    def bounds(self, integer: bool) -> tuple[float, float]:
        rng = self.rng
        if integer:
            low: float = rng.choice((0, 1, 1, 2, -3, -100, rng.randint(-1000, 1000)))
            return low, low + rng.choice((0, 1, 2, 9, 100, 10_000, 10**6))
        low = rng.choice((0.0, 1.0, 1e-5, 0.001, -1.0, -2.5, self.uniform(-10, 10)))
        width = 0.0 if self.wrong() else rng.choice((1.0, 0.5, 10.0, 1e3, rng.uniform(0.01, 1)))
        return low, round(low + width, 6)

    def uniform(self, low: float, high: float) -> float:
        """A number with few decimals: ConfigSpace keeps 13."""
        return min(max(round(self.rng.uniform(low, high), 6), low), high)

    def range(self, bounds: tuple[float, float], integer: bool) -> tuple[tuple[str, str], str]:
        rng = self.rng
        low, high = bounds
        default = rng.choice((low, high, *(self.uniform(low, high) for _ in range(4))))
        if self.wrong():
            default = rng.choice((low - 1, high + 1, low - 1e-9, high + 1e-9))
        if integer and not self.wrong():
            default = round(default)
        if self.wrong():
            low, high = high, low
        return (self.number(low), self.number(high)), self.number(default)

    def number(self, number: float) -> str:
        """One of the ways to write a number, exactly."""
        rng = self.rng
        if self.wrong():
            return rng.choice(("1e999", "0x10", "1_0", "Infinity", "1,5", "ten", ""))
        ways = [str(number)] * 6
        if number == int(number):
            ways += [f"{number:.1f}", f"{int(number)}", f"{int(number)}e0"]
        if number >= 0:
            ways += [f"+{number}", f"0{number}"]
        return rng.choice((*ways, f"{number:.17g}", f"{number:.16e}"))

    # Conditions

    def conditions(self, child: Declared) -> list[str]:
        """The lines on which a parameter depends: none, one, or several of the older form."""
        if self.rng.random() < 0.5:
            return []
        if self.rng.random() < 0.2:
            count = self.rng.randint(1, 3)
            return [f"{child.name} | {self.term(child, 'in')}" for _ in range(count)]
        lines = []
        for _ in range(2 if self.wrong() else 1):
            terms = [self.term(child) for _ in range(self.rng.choice((1, 1, 1, 2, 2, 3, 4)))]
            line = f"{child.name}{self.blank()}|{self.blank()}{terms[0]}"
            for term in terms[1:]:
                line += f"{self.blank()}{self.rng.choice(('&&', '||'))}{self.blank()}{term}"
            lines.append(line)
        return lines

    def term(self, child: Declared, operator: str | None = None) -> str:
        parents = self.declared[: self.declared.index(child)]
        parent = self.rng.choice(self.declared if self.wrong() else parents)
        ordered = ("<", ">") if parent.kind != "categorical" or self.wrong() else ()
        operator = operator or self.rng.choice(("==", "!=", "in", *ordered))
        if self.wrong():
            operator = self.rng.choice(("=", "<=", ">=", "IN", "===", "not in"))
        if operator == "in":
            values = dict.fromkeys(self.value(parent) for _ in range(self.rng.randint(1, 3)))
            value = "{" + self.rng.choice((",", ", ", " , ")).join(values) + "}"
        else:
            value = self.value(parent)
        return f"{parent.name}{self.blank()}{operator}{self.blank()}{value}"

    def value(self, parameter: Declared | None = None) -> str:
        """A value of a parameter, as a text of the file."""
        rng = self.rng
        if parameter is None or self.wrong():
            return rng.choice((*PLAIN_VALUES, *NUMBER_VALUES, *ODD_VALUES, ""))
        if parameter.textual:
            return rng.choice(parameter.values)
        inside = self.uniform(*parameter.bounds)
        if parameter.kind == "integer" and rng.random() < 0.9:
            inside = round(inside)
        if parameter.log:
            # SMAC v2 takes a bound for another number after exp(log(bound)).
            return str(inside)
        return rng.choice((*parameter.values, str(inside), str(inside), self.number(inside)))

    # Forbidden clauses

    def combination(self) -> str:
        count = min(len(self.declared), self.rng.randint(1, 3))
        chosen = self.rng.sample(self.declared, count)
        if self.wrong():
            chosen.append(chosen[0])
        equals = self.rng.choice(("=", " = ", " ="))
        values = [self.value(parameter) for parameter in chosen]
        if values[0] == chosen[0].default and self.rng.random() < 0.8:
            values[0] = self.rng.choice([v for v in chosen[0].values if v != values[0]] or values)
        pairs = [f"{p.name}{equals}{value}" for p, value in zip(chosen, values, strict=True)]
        gap = self.blank(often_none=True)
        return f"{{{gap}{self.rng.choice((',', ', ')).join(pairs)}{gap}}}"

    def formula(self) -> str:
        truth = self.truth(self.rng.randint(0, 2))
        if self.rng.random() < 0.8:
            # Else most of them forbid the default.
            truth = f"({truth}) && {self.away_from_default(self.rng.choice(self.declared))}"
        return f"{{{truth}}}"

    def away_from_default(self, parameter: Declared) -> str:
        if parameter.textual:
            others = [value for value in parameter.values if value != parameter.default]
            return f"{parameter.name} == {self.rng.choice(others or parameter.values)}"
        low, high = parameter.bounds
        middle = (low + high) / 2
        try:
            below = float(parameter.default) > middle
        except ValueError:
            below = True
        return f"{parameter.name} {'<' if below else '>'} {abs(middle)}"

    def truth(self, depth: int) -> str:
        if depth == 0 or self.wrong():
            return self.comparison() if self.rng.random() < 0.85 else self.sum(1)
        left, right = self.truth(depth - 1), self.truth(depth - 1)
        joined = f"{left}{self.blank()}{self.rng.choice(('&&', '||'))}{self.blank()}{right}"
        return f"({joined})" if self.rng.random() < 0.5 else joined

    def comparison(self) -> str:
        operator = self.rng.choice(("==", "!=", "<", "<=", ">", ">="))
        parameter = self.rng.choice(self.declared)
        gap = self.blank(often_none=operator in "<>")
        if parameter.textual and self.rng.random() < 0.7:
            return f"{parameter.name}{gap}{operator}{gap}{self.value(parameter)}"
        return f"{self.sum(2)}{gap}{operator}{gap}{self.sum(1)}"

    def sum(self, depth: int) -> str:
        rng = self.rng
        pick = rng.random()
        if depth == 0 or pick < 0.3:
            if rng.random() < 0.6:
                return rng.choice(self.declared).name
            return rng.choice(("0", "1", "2", "0.5", "10", "1e3", "3.14", "2.5E-1", ".5"))
        if pick < 0.45:
            # SMAC v2 multiplies where a parameter has the function's name.
            names = [declared.name for declared in self.declared]
            function = rng.choice([name for name in FUNCTIONS if name not in names])
            return f"{function}({self.sum(depth - 1)})"
        if pick < 0.55:
            return f"-{self.sum(depth - 1)}"
        if pick < 0.65:
            return f"({self.sum(depth - 1)})"
        gap = self.blank(often_none=True)
        operator = rng.choice("+-*/^%")
        return f"{self.sum(depth - 1)}{gap}{operator}{gap}{self.sum(depth - 1)}"

    # Small choices

    def wrong(self) -> bool:
        return self.rng.random() < self.mistakes

    def blank(self, often_none: bool = False) -> str:
        if (often_none and self.rng.random() < 0.6) or self.wrong():
            return ""
        return self.rng.choice(BLANKS)
