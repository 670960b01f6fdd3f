"""Monsters made for one format: what it allows, as long, as deep and as many as possible."""

from collections.abc import Iterator, Sequence

_PCS = b"a {x, y} [x]\nn integer [1, 10] [3]\nr real [0, 1] [0.5]\no ordinal {lo, hi} [lo]\n"
_SCENARIO = b"run-obj = QUALITY\npcs-file = params.pcs\nalgo = ./t\nuse-instances = "
_JOB = b"[run]\ncommand = 'x'\n[result]\nquality = 'a'\n"


def _filled(start: bytes, piece: bytes, end: bytes, length: int) -> bytes:
    """As many pieces as fit into `length` bytes; `%d` in a piece is its number."""
    left = length - len(start) - len(end)
    if b"%d" not in piece:
        return start + piece * (left // len(piece)) + end
    digits = len(str(left))
    return start + b"".join(piece % i for i in range(left // (len(piece) + digits))) + end


def _lengths(size: int) -> Sequence[int]:
    """A size, and a bit less than its tenth and its hundredth: readers' limits are round."""
    return size, size // 10 - 200, size // 100 - 200


def pcs_monsters(size: int) -> Iterator[bytes]:
    """PCS files whose lines are long or many, or hold huge numbers."""
    for length in _lengths(size):
        for head, piece, tail in (
            (b"m {v", b",v%d", b"} [v]"),
            (b"m {v", b",v%d", b"} [w]"),
            (b"m {v", b",v", b"} [v]"),
            (b"m {v", b",v v", b"} [v]"),
            (b"m {" + b"v" * (length // 2), b",v%d", b"} [v0]"),
            (b"m ordinal {v", b",v%d", b"} [v]"),
            (b"m [0, ", b"9", b"] [0]"),
            (b"m [0, 1] [0.", b"3", b"]i"),
            (b"r | n == 3", b" && n == 3", b""),
            (b"r | n == 3", b" || n == %d", b""),
            (b"r | n == 3", b" || n = 3", b""),
            (b"r | n in {1", b",2.%d", b"}"),
            (b"r | n in {1", b",v%d", b"}"),
            (b"r | n > ", b"9", b""),
            (b"{n=4", b",n=4,a=y", b"}"),
            (b"{n=4", b",r=0.%d", b"}"),
            (b"{n=4", b",n=x", b"}"),
            (b"{n > 9 && ", b"(", b"n > 900}"),
            (b"{n > 9 && ", b"-", b"n > 900}"),
            (b"{n > 9 && ", b"abs(", b"n > 900}"),
            (b"{n > 9 && n", b"+n", b" > 900}"),
            (b"{n > 9 && n", b"^n", b" > 900}"),
            (b"{n > 9 && n", b"&&n", b" > 900}"),
            (b"{n > 9 && n", b"==n", b" > 900}"),
            (b"{n > 9 && n", b"+x%d", b" > 900}"),
        ):
            yield _PCS + _filled(head, piece, tail, length)
        nested = (length - 20) // 5
        yield _PCS + b"{" + b"(" * nested + b"n" + b")" * nested + b" > 900}"
        yield _PCS + b"{" + b"abs(" * nested + b"n" + b")" * nested + b" > 900}"
    yield from _many_pcs_lines(size)
    for high in (b"1e9", b"1e15", b"1e16", b"1e308", b"9" * 5000):
        for low in (b"1", b"-" + high, b"1e-300"):
            yield b"m integer [%s, %s] [1]\nr [0, 1] [0]\nr | m > 1\n{m == 1}" % (low, high)
            yield b"m real [%s, %s] [1] log\nr [0, 1] [0]\nr | m < 1\n{m = 1}" % (low, high)


def _many_pcs_lines(size: int) -> Iterator[bytes]:
    many = size // 1000
    for line in (b"#\n", b"x\n", b"{\n", b"x|y\n", b"x [0, 1] [0]\n", b"x {y\n"):
        yield _filled(_PCS, line, b"", size)
    for line in (b"{a=y}\n", b"{n + r > 10}\n", b"r | n in {1, 2}\n", b"p%d [0, 1] [0]\n", _PCS):
        yield _filled(_PCS, line, b"", many * (len(line) + 5))
    values = _filled(b"m {v", b",v%d", b"} [v]\n", size // 20)
    for line in (b"{m=v%d}\n", b"{m == v%d && n > 9}\n", b"{m=w%d}\n", b"n | m in {v%d}\n"):
        yield _filled(values + _PCS, line, b"", size // 20 + size // 100)
    yield _filled(values + _PCS + b"n | m == v", b" || m == v%d", b"", size // 10)
    chain = (b"p%d {a, b} [a]\np%d | p%d == a" % (i, i, i - 1) for i in range(1, many // 2))
    yield b"p0 {a, b} [a]\n" + b"\n".join(chain) + b"\n{p1=b, p2=b}"
    names = b"".join(b"p%d [0, 1] [0]\n" % i for i in range(many))
    yield names + b"{" + b"+".join(b"p%d" % i for i in range(many)) + b" > 1e9}"
    orders = (b"p%d ordinal {v%d, v%d} [v%d]" % (i, i, i + 1, i) for i in range(many // 2))
    yield _PCS + b"\n".join(orders) + b"\n{n > 9}"


def scenario_monsters(size: int) -> Iterator[bytes]:
    """Scenarios in which an option has a very long value, or there are very many lines."""
    from smacwrap.scenario import OPTIONS

    for option in OPTIONS:
        name = option.name.encode()
        for piece in (b"x", b"a|", b"../", b"%%SCENARIO_NAME"):
            head = _SCENARIO + b"true\ninstances = .\n" + name + b" = "
            yield _filled(head, piece, b"\n", size // 10)
    for line in (b"x\n", b"#\n", b"algo = x\n", b"algo = %d\n"):
        yield _filled(_SCENARIO + b"false\n", line, b"", size // 10)


def table_monsters(size: int) -> Iterator[bytes]:
    """Lists of instances and tables of features with very many, or very odd, cells and lines."""
    names = _filled(b"instance", b",f%d", b"\n", size // 20)
    for head in (b"", b"instance,size\n", b"1 a b\n", names):
        for piece in (b'"a",', b'"a"', b'""', b"1 ", b"a,", b'",', b"-1,", b"1e5,", b"NaN,", b" ,"):
            yield _filled(head, piece, b"\n", size)
            yield _filled(head, piece + b"\n", b"", size // 100)
    yield names + _filled(b"a", b",0.5", b"\n", size // 20) * 2


def job_monsters(size: int) -> Iterator[bytes]:
    """TOML that is nested deeply or has long keys, and regular expressions that are and have."""
    for length in _lengths(size):
        for head, piece, tail in (
            (b"a = ", b"[", b""),
            (b"a = ", b"{a=", b""),
            (b"a = ", b"9", b""),
            (b"a = ", b"9", b".5e9"),
            (b"a = [", b"1979-05-27T07:32:00Z,", b"]"),
            (b"[", b"a.", b"a]"),
            (b"", b"a.", b"a = 1"),
            (b"", b'"a" . ', b"a = 1"),
            (b"x = {", b"a.", b"a = 1}"),
            (b"", b"[[a]]\n", b""),
            (b"", b"[t%d]\n", b""),
            (b"", b"k%d = 1\n", b""),
            (_JOB + b"metrics.a = '", b"(", b"'"),
            (_JOB + b"metrics.a = '(a", b"|a", b")'"),
            (_JOB + b"metrics.a = '(a[", b"a-z", b"])'"),
            (_JOB + b"metrics.a = '(", b"a*", b")'"),
            (_JOB + b"metrics.a = '(a{", b"9", b"})'"),
            (b"[run]\ncommand = '", b"{flags} ", b"'"),
            (b"[run]\ncommand = '", b'"a" | {x} ', b"'"),
            (_JOB + b"[parameters]\n", b'p%d = "--a={value}"\n', b""),
        ):
            yield _filled(head, piece, tail, length)
        nested = (length - 10) // 4
        yield b"a = " + b"[" * nested + b"]" * nested
        yield b"a = " + b"{a=" * nested + b"1" + b"}" * nested
        keys = b"".join(b".".join([b"k%d" % i] * 45) + b" = 1\n" for i in range(length // 200))
        yield keys[:length]


def json_monsters(size: int) -> Iterator[bytes]:
    """JSON that is nested deeply, in a live-rundata file and in AClib 2's result line."""
    many = size // 100
    for start in (b"", b"[]\n", b"Result of this algorithm run: "):
        yield start + b"[" * many
        yield start + b'{"a":' * many + b"1" + b"}" * many
        yield start + b'{"r-rc":' * many
        yield start + b'{"status": ' + b"9" * 5000 + b"}"
        yield start + b'{"status": "SAT", "cost": ' + b"9" * 5000 + b"}"
        yield start + b'{"status": "SAT", "cost": 1, "misc": ' + b"[" * many + b"]" * many + b"}"
    yield b'[{"@pi-id": 1e999, "pi-name": null}]\n' * (many // 10)


def configspace_monsters(size: int) -> Iterator[bytes]:
    """ConfigSpace's JSON with many values, terms and nested conditions."""
    kinds = (
        b'{"type": "categorical", "name": "m", "default_value": "v", "choices": [%s]}',
        b'{"type": "ordinal", "name": "m", "default_value": "v", "sequence": [%s]}',
    )
    space = b'{"hyperparameters": [{"type": "uniform_int", "name": "n", "lower": 1, "upper": 9,'
    space += b' "default_value": 2, "log": false}, {"type": "uniform_float", "name": "r", "lower":'
    space += b' 0.0, "upper": 1.0, "default_value": 0.5, "log": false}'
    term = b'{"type": "EQ", "child": "r", "parent": "n", "value": 3}'
    equal = b'{"type": "EQUALS", "name": "n", "value": 3}'
    for length in (size // 20, size // 200):
        for value in (b'"v%d"', b"%d", b'"v"', b"[]", b"null", b'"a b"'):
            listed = _filled(b'"v"', b", " + value, b"", length)
            long = b'"' + b"v" * length + b'", '
            for kind in kinds:
                yield b'{"hyperparameters": [' + kind % listed + b"]}"
                yield b'{"hyperparameters": [' + kind % (long + listed) + b"]}"
        for joint in (b"AND", b"OR"):
            head = b'{"type": "' + joint + b'", "child": "r", "conditions": ['
            many = _filled(head, term + b", ", term + b"]}", length)
            yield space + b'], "conditions": [' + many + b"]}"
            both = many.replace(b"AND", b"OR")
            yield space + b'], "conditions": [' + head + both + b", " + both + b"]}]}"
            deep = head * (length // 200) + term + b"]}" * (length // 200)
            yield space + b'], "conditions": [' + deep + b"]}"
            clause = b'{"type": "' + joint + b'", "clauses": ['
            many = _filled(clause, equal + b", ", equal + b"]}", length)
            yield space + b'], "forbiddens": [' + many + b"]}"
            deep = clause * (length // 200) + equal + b"]}" * (length // 200)
            yield space + b'], "forbiddens": [' + deep + b"]}"
        yield _filled(space, b', {"type": "normal_int", "name": "x%d"}', b"]}", length)
        yield _filled(space, b", 1", b"]}", length)


def script_monsters(size: int) -> Iterator[bytes]:
    """Python that is nested deeply, and options with many or huge values."""
    start = b"import argparse\np = argparse.ArgumentParser()\n"
    for length in (size // 10, size // 100):
        for head, piece, tail in (
            (b"x = ", b"(", b""),
            (b"x = ", b"-", b"1"),
            (b"x = 1", b"+1", b""),
            (b"x = 'a'", b"'a'", b""),
            (b"x = a", b".a", b""),
            (b"p.add_argument('--a', default=1", b"+1", b")"),
            (b"p.add_argument('--a', type=int, default=", b"9", b")"),
            (b"p.add_argument('--a', default=1", b"<<63", b")"),
            (b"p.add_argument('--a', choices=[1", b",%d", b"])"),
            (b"p.add_argument('--a', type=int, default=1, help='", b"a ", b"')"),
            (b"p.add_argument('--", b"a", b"', type=int, default=1)"),
            (b"", b"if x:\n ", b""),
        ):
            yield start + _filled(head, piece, tail, length) + b"\n"
    yield start + _filled(b"", b"p.add_argument('--a%d', type=int, default=1)\n", b"", size // 100)
    option = b"p.add_argument('--a%d', dest='x', type=float, default=1)\n"
    for piece in (
        option + b"p.set_defaults(x=2)\n",
        option + b"p = p\n",
        b"p = p.add_mutually_exclusive_group()\n" + option,
        b"q = p.add_subparsers().add_parser('%d')\nq.add_argument('--a', type=float)\n",
        b"def f(q):\n q.add_argument('--a', type=float)\nf(p)\n",
    ):
        yield start + _filled(b"", piece, b"", size // 100)
