"""The development half: the engine may be made with an eye on these problems."""

from functools import cache
from typing import Any

import numpy as np
from searching.problem import Problem, Values, reals, vector
from sklearn.datasets import load_digits, load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import cross_val_score
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier


def _branin(values: Values) -> float:
    x, y = values["x"], values["y"]
    valley = (y - 5.1 / (4 * np.pi**2) * x**2 + 5 / np.pi * x - 6) ** 2
    return float(valley + 10 * (1 - 1 / (8 * np.pi)) * np.cos(x) + 10)


_HARTMANN_SCALE = np.array(
    [
        [10, 3, 17, 3.5, 1.7, 8],
        [0.05, 10, 17, 0.1, 8, 14],
        [3, 3.5, 1.7, 10, 17, 8],
        [17, 8, 0.05, 10, 0.1, 14],
    ]
)
_HARTMANN_PLACE = 1e-4 * np.array(
    [
        [1312, 1696, 5569, 124, 8283, 5886],
        [2329, 4135, 8307, 3736, 1004, 9991],
        [2348, 1451, 3522, 2883, 3047, 6650],
        [4047, 8828, 8732, 5743, 1091, 381],
    ]
)


def _hartmann(values: Values) -> float:
    squares = _HARTMANN_SCALE * (vector(values, 6) - _HARTMANN_PLACE) ** 2
    return -float(np.array([1, 1.2, 3, 3.2]) @ np.exp(-squares.sum(axis=1)))


_HARTMANN_OPTIMUM = -3.322368011415515

_ACKLEY = """\
a real [-5, 10] [0]
b real [-5, 10] [0]
l real [0.00001, 100] [1] log
n integer [0, 20] [10]
k categorical {u, v, w} [w]
extra real [-2, 2] [1]
extra | k == u
"""


def _ackley(values: Values) -> float:
    kind = {"u": 0, "v": 1, "w": 3}[values["k"]]
    extra = values["extra"] - 0.2 if "extra" in values else 0.5
    number = np.log10(values["l"]) + 1
    x = np.array([values["a"] - 3, values["b"] + 2, number, values["n"] - 7, kind, extra])
    bowl = -20 * np.exp(-0.2 * np.sqrt(np.mean(x**2)))
    return float(bowl - np.exp(np.mean(np.cos(2 * np.pi * x))) + 20 + np.e)


_SVM = """\
C real [0.001, 1000] [1] log
kernel categorical {linear, rbf, poly, sigmoid} [linear]
gamma real [0.0001, 10] [0.01] log
degree integer [2, 5] [3]
coef0 real [0, 1] [0]
shrinking categorical {yes, no} [yes]
gamma | kernel in {rbf, poly, sigmoid}
degree | kernel == poly
coef0 | kernel in {poly, sigmoid}
"""


@cache
def _digits() -> tuple[Any, Any]:
    features, labels = load_digits(return_X_y=True)
    chosen = np.random.default_rng(0).permutation(len(features))[:300]
    return features[chosen] / 16, labels[chosen]


def _svm(values: Values) -> float:
    options = {**values, "shrinking": values["shrinking"] == "yes"}
    return float(1 - cross_val_score(SVC(max_iter=3000, **options), *_digits(), cv=3).mean())


_TREE = """\
criterion categorical {gini, entropy} [gini]
max_depth integer [1, 12] [3]
min_samples_split integer [2, 40] [2]
min_samples_leaf integer [1, 40] [1] log
max_features real [0.05, 1] [1]
ccp_alpha real [0.00001, 0.1] [0.001] log
{min_samples_leaf > min_samples_split}
{criterion=entropy, max_depth=1}
"""


@cache
def _wine() -> tuple[Any, Any]:
    features, labels = load_wine(return_X_y=True)
    return features, labels


def _tree(values: Values) -> float:
    tree = DecisionTreeClassifier(random_state=1, **values)
    scores = cross_val_score(tree, *_wine(), cv=4, scoring="neg_brier_score")
    return -float(scores.mean())


_CATEGORIES = "\n".join(
    [f"c{i} categorical {{v0, v1, v2, v3, v4, v5, v6, v7}} [v0]" for i in range(6)]
    + ["x real [0, 1] [0]"]
)


def _categories(values: Values) -> float:
    random = np.random.default_rng(3)
    alone, pairs = random.random((6, 8)), random.random((8, 8))
    v = [int(values[f"c{i}"][1:]) for i in range(6)]
    total = alone[range(6), v].sum() + pairs[v[0], v[1]] + pairs[v[2], v[3]]
    return float(total + 2 * (values["x"] - 0.7) ** 2)


def _crashing(values: Values) -> float | None:
    x = vector(values, 4)
    if x[0] + x[1] > 1.3:
        return None
    return float(((x - [0.6, 0.65, 0.2, 0.5]) ** 2).sum() + 0.1 * np.sin(10 * x).sum() + 0.4)


def _steps(values: Values) -> float:
    x = vector(values, 6)
    stairs = np.abs(np.floor(x * 8) - [2, 5, 1, 6, 3, 4]).sum()
    return float(stairs + 0.3 * (x[0] > 0.5) * (x[3] < 0.3))


_BEAM = """\
h real [0.1, 2] [0.5]
l real [0.1, 10] [6]
t real [0.1, 10] [9]
b real [0.1, 2] [1]
"""


def _beam(values: Values) -> float | None:
    """The welded beam of Ragsdell and Phillips 1976: two thirds of the space break."""
    h, l, t, b = (values[name] for name in "hltb")  # noqa: E741  (its names in the literature)
    load, length, young, shear = 6000.0, 14.0, 30e6, 12e6
    radius = np.sqrt(l**2 / 4 + ((h + t) / 2) ** 2)
    polar = 2 * np.sqrt(2) * h * l * (l**2 / 12 + ((h + t) / 2) ** 2)
    first, second = load / (np.sqrt(2) * h * l), load * (length + l / 2) * radius / polar
    stress = np.sqrt(first**2 + first * second * l / radius + second**2)
    bending, deflection = 6 * load * length / (b * t**2), 4 * load * length**3 / (young * t**3 * b)
    buckling = 4.013 * young * t * b**3 / 6 / length**2
    buckling *= 1 - t / 2 / length * np.sqrt(young / 4 / shear)
    if stress > 13_600 or bending > 30_000 or h > b or deflection > 0.25 or load > buckling:
        return None
    return float(1.10471 * h**2 * l + 0.04811 * t * b * (14 + l))


_SPRING = """\
wire real [0.05, 2] [0.08] log
coil real [0.25, 1.3] [0.8]
turns real [2, 15] [8]
"""


def _spring(values: Values) -> float | None:
    """The tension spring of Belegundu 1982: nearly all of the space breaks."""
    wire, coil, turns = values["wire"], values["coil"], values["turns"]
    broken = (
        1 - coil**3 * turns / (71785 * wire**4),
        (4 * coil**2 - wire * coil) / (12566 * (coil * wire**3 - wire**4))
        + 1 / (5108 * wire**2)
        - 1,
        1 - 140.45 * wire / (coil**2 * turns),
        (wire + coil) / 1.5 - 1,
    )
    return None if max(broken) > 0 else float((turns + 2) * coil * wire**2)


_SMALL_FORESTS = """\
n integer [2, 60] [5]
max_depth integer [1, 10] [2]
min_samples_leaf integer [1, 30] [3] log
max_features real [0.05, 1] [1]
criterion categorical {gini, entropy} [gini]
"""


def _small_forest(values: Values) -> float | None:
    """A forest that must fit into the memory of an imaginary machine: half of the space does."""
    leaves = min(2 ** values["max_depth"], 178 / values["min_samples_leaf"])
    if values["n"] * leaves > 400:
        return None
    options = {name: value for name, value in values.items() if name != "n"}
    forest = RandomForestClassifier(values["n"], random_state=1, **options)
    return -float(cross_val_score(forest, *_wine(), cv=3, scoring="neg_log_loss").mean())


_BLOCKS = 10


def _wide_pcs() -> str:
    """Ten switches, each with 19 parameters below it."""
    domains = (
        "real [0, 1] [0.5]",
        "integer [1, 1000] [10] log",
        "categorical {u, v, w} [u]",
        "real [0.0001, 10] [1] log",
    )
    lines = []
    for block in range(_BLOCKS):
        lines.append(f"s{block} categorical {{off, a, b}} [a]")
        for i in range(19):
            lines.append(f"p{block}_{i} {domains[i % 4]}")
            lines.append(f"p{block}_{i} | s{block} " + ("in {a, b}" if i % 2 else "== b"))
    return "\n".join(lines)


def _wide(values: Values) -> float:
    total = 0.0
    for block in range(_BLOCKS):
        switch = values[f"s{block}"]
        total += {"off": 0.5, "a": 0.3, "b": 0.1}[switch]
        if switch != "off":
            total += (np.log10(values[f"p{block}_1"]) / 3 - 0.6) ** 2
        if switch == "b":
            total += (values[f"p{block}_0"] - 0.3) ** 2
    return float(total)


DEVELOPMENT = [
    Problem(
        "branin",
        "real",
        "x real [-5, 10] [0]\ny real [0, 15] [5]",
        _branin,
        optimum=0.39788735772973816,
    ),
    Problem("hartmann", "real", reals(6, 0, 1, 0.5), _hartmann, optimum=_HARTMANN_OPTIMUM),
    Problem("ackley", "mixed, conditional", _ACKLEY, _ackley),
    Problem("categories", "categorical", _CATEGORIES, _categories),
    Problem("steps", "steps", reals(6, 0, 1, 0.9), _steps, optimum=0.0),
    Problem("crashing", "infeasible regions", reals(4, 0, 1, 0.1), _crashing),
    Problem("noisy", "noisy", reals(6, 0, 1, 0.5), _hartmann, optimum=_HARTMANN_OPTIMUM, noise=0.1),
    Problem("wide", "200 parameters, conditional", _wide_pcs(), _wide),
    Problem("svm on digits", "model, conditional", _SVM, _svm),
    Problem("tree on wine", "model, forbidden clauses", _TREE, _tree),
    Problem("beam", "infeasible regions", _BEAM, _beam, optimum=1.7248523),
    Problem("spring", "infeasible regions", _SPRING, _spring, optimum=0.0126652),
    Problem("small forest on wine", "model, infeasible regions", _SMALL_FORESTS, _small_forest),
]
"""Thirteen problems."""
