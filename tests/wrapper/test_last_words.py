"""Why programs in several languages say that they failed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smacwrap.wrapper.last_words import end_of, last_words

TRACEBACK = """\
Epoch 1
Traceback (most recent call last):
  File "train.py", line 3, in <module>
    raise {0}
"""
CHAINED = """\
Traceback (most recent call last):
  File "t.py", line 2, in f
KeyError: 'x'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "t.py", line 4, in <module>
RuntimeError: no x
"""
GROUP = """\
  + Exception Group Traceback (most recent call last):
  |   File "t.py", line 1, in <module>
  | ExceptionGroup: two (1 sub-exception)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "t.py", line 1, in f
    | ValueError: inner
    +------------------------------------
"""
JAVA = """\
Exception in thread "main" java.lang.RuntimeException: x
\tat Main.main(Main.java:1)
Caused by: java.io.IOException: disk quota
\t... 1 more
"""


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (TRACEBACK + "ValueError: bad data\n", "ValueError: bad data"),
        (TRACEBACK + "KeyboardInterrupt\n", "KeyboardInterrupt"),
        (TRACEBACK + "a.b.MyError: first line\n  second line\n", "a.b.MyError: first line"),
        (TRACEBACK + "MyError:\n  what it was\n", "MyError: what it was"),
        (TRACEBACK + "ValueError: x\nwandb: run ended\n", "ValueError: x"),
        (CHAINED, "RuntimeError: no x"),
        (GROUP, "ValueError: inner"),
        (TRACEBACK + "ValueError: caught\n" + "epoch\n" * 100, ""),
        ('  File "t.py", line 1\n    (\n    ^\nSyntaxError: never closed\n', "SyntaxError: never"),
        ("usage: t.py [-h]\nt.py: error: unrecognized arguments: -x 1\n", "t.py: error: unrec"),
        (JAVA, "Caused by: java.io.IOException: disk quota"),
        ("/t.js:1\nError: no model\n    at f (/t.js:1:7)\n\nNode.js v18\n", "Error: no model"),
        ("Error in f(1) : object 'x' not found\nExecution halted\n", "Error in f(1) : object"),
        ("thread 'main' panicked at src/main.rs:2:5:\nboom\n", "thread 'main' panicked at"),
        ("terminate called after throwing\n  what():  bad_alloc\n", "what(): bad_alloc"),
        ("sh: 1: ./solver: not found\n", "sh: 1: ./solver: not found"),
        ("\x1b[31mERROR: no licence\x1b[0m\n", "ERROR: no licence"),
        ("Died at t.pl line 3.\n", "Died at t.pl line 3."),
        ("t.rb:1:in `<main>': boom (RuntimeError)\n", "t.rb:1:in"),
        ("Val error: 0.25\nepoch 2 error: nan, train error: -1\n", ""),
        ("10 epochs done\n", ""),
        ("", ""),
    ],
)
def test_the_last_words_of_programs(output: str, words: str) -> None:
    found = last_words(end_of(output.encode()))
    assert found.startswith(words)
    assert bool(found) == bool(words)


@given(st.binary() | st.text().map(lambda text: (TRACEBACK + text).encode()))
def test_any_output_gives_one_short_line_that_can_be_printed(output: bytes) -> None:
    words = last_words(end_of(output))
    assert words.isprintable()
    assert len(words) <= 301
