"""Write CNF instances for SAT solvers: small, of two kinds, and the same for the same seed.

Random 3-SAT near the threshold where half of the formulas are satisfiable, and pigeons that do
not fit into their holes (UNSAT), in DIMACS files. Each kind is divided between `train.txt` and
`test.txt`, two lists of instances.
"""

import itertools
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import click

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


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--number", type=click.IntRange(min=2), default=10, show_default=True,
              help="Instances of each kind; at least one to train and one to test.")  # fmt: skip
@click.option("--seed", default=1, show_default=True, help="Of the random numbers.")
def main(folder: Path, number: int, seed: int) -> None:
    """Write CNF instances, and the lists train.txt and test.txt of them, into a FOLDER.

    \b
    Example:
      python scripts/make_cnf_instances.py instances --number 20
    """
    lists: dict[str, list[str]] = {"train.txt": [], "test.txt": []}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for i, (name, formula) in enumerate(instances(number, seed)):
            file = folder / name
            file.write_text(dimacs(formula))
            lists["test.txt" if i % number % 2 else "train.txt"].append(str(file))
        for name, files in lists.items():
            (folder / name).write_text("".join(f"{file}\n" for file in files))
    except OSError as error:
        click.echo(f"make_cnf_instances.py: error: {error}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
