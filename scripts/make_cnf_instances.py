"""Write CNF instances for SAT solvers: small, of two kinds, and the same for the same seed.

Random 3-SAT near the threshold where half of the formulas are satisfiable, and pigeons that do
not fit into their holes (UNSAT), in DIMACS files. Each kind is divided between `train.txt` and
`test.txt`, two lists of instances.
"""

import argparse
import itertools
import random
import sys
from collections.abc import Iterator
from pathlib import Path

THRESHOLD = 4.26  # clauses a variable of random 3-SAT (Crawford and Auton, 1996)

Formula = list[tuple[int, ...]]  # clauses of literals: 3 is a variable, -3 its negation


def random_3sat(variables: int, rng: random.Random) -> Formula:
    """A formula of random clauses, near the threshold of satisfiability."""
    return [
        tuple(rng.choice((-1, 1)) * v for v in rng.sample(range(1, variables + 1), 3))
        for _ in range(round(THRESHOLD * variables))
    ]


def pigeonhole(holes: int, rng: random.Random) -> Formula:
    """One pigeon more than holes, each in a hole of its own: unsatisfiable."""
    names = list(range(1, holes * (holes + 1) + 1))
    rng.shuffle(names)
    at = {
        (pigeon, hole): names[pigeon * holes + hole]
        for pigeon in range(holes + 1)
        for hole in range(holes)
    }
    formula: Formula = [
        tuple(at[pigeon, hole] for hole in range(holes)) for pigeon in range(holes + 1)
    ]
    for hole in range(holes):
        for one, other in itertools.combinations(range(holes + 1), 2):
            formula.append((-at[one, hole], -at[other, hole]))
    return formula


def instances(number: int, seed: int) -> Iterator[tuple[str, Formula]]:
    """Names and formulas: `number` of each kind, of growing size."""
    rng = random.Random(seed)
    for i in range(number):
        yield f"random-{i + 1}.cnf", random_3sat(180 + 10 * (i % 10), rng)
    for i in range(number):
        yield f"pigeonhole-{i + 1}.cnf", pigeonhole(7 + i % 3, rng)


def dimacs(formula: Formula) -> str:
    """The text of a DIMACS file."""
    variables = max(abs(literal) for clause in formula for literal in clause)
    lines = [f"p cnf {variables} {len(formula)}"]
    lines += [" ".join(map(str, clause)) + " 0" for clause in formula]
    return "\n".join(lines) + "\n"


def main(argv: list[str]) -> int:
    """Write the instances that the arguments ask for, and return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="where to write the files and the two lists")
    parser.add_argument("--number", type=int, default=10, help="instances of each kind (10)")
    parser.add_argument("--seed", type=int, default=1, help="of the random numbers (1)")
    arguments = parser.parse_args(argv)
    if arguments.number < 2:
        parser.error(f"--number is at least 2, one to train and one to test: {arguments.number}")
    lists: dict[str, list[str]] = {"train.txt": [], "test.txt": []}
    try:
        arguments.folder.mkdir(parents=True, exist_ok=True)
        for i, (name, formula) in enumerate(instances(arguments.number, arguments.seed)):
            file = arguments.folder / name
            file.write_text(dimacs(formula))
            lists["test.txt" if i % arguments.number % 2 else "train.txt"].append(str(file))
        for name, files in lists.items():
            (arguments.folder / name).write_text("".join(f"{file}\n" for file in files))
    except OSError as error:
        print(f"make_cnf_instances.py: error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
