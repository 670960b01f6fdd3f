"""The reported half: nobody looks at these problems while making the engine."""

import warnings
from functools import cache
from typing import Any

import numpy as np
from searching.problem import Problem, Values, reals, vector
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
from sklearn.decomposition import PCA
from sklearn.ensemble import GradientBoostingClassifier, RandomForestRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC


def _rosenbrock(values: Values) -> float:
    z = vector(values, 4) - [0.37, -0.81, 0.13, 0.58] + 1
    return float((100 * (z[1:] - z[:-1] ** 2) ** 2 + (1 - z[:-1]) ** 2).sum())


def _michalewicz(values: Values) -> float:
    x = vector(values, 5)
    x[::2] = np.pi - x[::2]
    return -float((np.sin(x) * np.sin(np.arange(1, 6) * x**2 / np.pi) ** 20).sum())


def _levy(values: Values) -> float:
    w = 1 + (vector(values, 4) - [3.1, -4.4, 6.2, -1.7]) / 4
    inner = (w[:-1] - 1) ** 2 * (1 + 10 * np.sin(np.pi * w[:-1] + 1) ** 2)
    last = (w[-1] - 1) ** 2 * (1 + np.sin(2 * np.pi * w[-1]) ** 2)
    return float(np.sin(np.pi * w[0]) ** 2 + inner.sum() + last)


_INTEGERS = """\
a integer [0, 40] [20]
b integer [0, 40] [20]
c integer [-9, 9] [0]
d integer [1, 1024] [32] log
e integer [1, 1024] [32] log
f integer [0, 3] [0]
"""


def _integers(values: Values) -> float:
    """A narrow valley across the axes, with ripples, at (31, 6, 4, 300, 5, 2)."""
    z = np.array(
        [
            (values["a"] - 31) / 40,
            (values["b"] - 6) / 40,
            (values["c"] - 4) / 18,
            np.log2(values["d"] / 300) / 10,
            np.log2(values["e"] / 5) / 10,
            (values["f"] - 2) / 3,
        ]
    )
    across = np.array([z[0] + z[1], z[0] - z[3], z[2] + z[4], z[1] - z[5]])
    return float(4 * across @ across + z @ z + 0.1 * (1 - np.cos(8 * np.pi * z)).sum())


_GRIEWANK = """\
x real [-50, 50] [0]
y real [-50, 50] [0]
n integer [-30, 30] [0]
m integer [-30, 30] [0]
place categorical {north, east, south, west, middle} [middle]
mode categorical {slow, normal, fast} [slow]
"""

_PLACES = {"north": 17.0, "east": -9.5, "south": 31.5, "west": -28.0, "middle": 4.0}
_MODES = {"slow": 1.1, "normal": 0.0, "fast": 0.4}


def _griewank(values: Values) -> float:
    """The place moves the valley, only the south's reaches 0."""
    shift = _PLACES[values["place"]]
    z = np.array([values["x"] - shift, values["y"] + shift / 2, values["n"] - 11, values["m"] + 19])
    waves = np.cos(z / np.sqrt(np.arange(1, 5))).prod()
    aside = 0.01 * abs(shift - 31.5) + _MODES[values["mode"]]
    return float((z @ z) / 400 - waves + 1 + aside)


_VESSEL = """\
shell integer [1, 99] [32]
head integer [1, 99] [16]
radius real [10, 200] [60]
length real [10, 200] [150]
"""


def _vessel(values: Values) -> float | None:
    """The cheapest pressure vessel (Kannan and Kramer 1994); one that bursts or leaks crashes."""
    shell, head = 0.0625 * values["shell"], 0.0625 * values["head"]
    radius, length = values["radius"], values["length"]
    volume = np.pi * radius**2 * length + 4 / 3 * np.pi * radius**3
    if shell < 0.0193 * radius or head < 0.00954 * radius or volume < 1_296_000:
        return None
    return float(
        0.6224 * shell * radius * length
        + 1.7781 * head * radius**2
        + 3.1661 * shell**2 * length
        + 19.84 * shell**2 * radius
    )


_NESTED = """\
algorithm categorical {greedy, exact, local, none} [none]
share real [0, 1] [0.2]
rounds integer [1, 40] [30]
greed real [0, 1] [0.5]
bias real [0, 1] [0.5]
solver categorical {simplex, barrier} [simplex]
tolerance real [0.000001, 1] [0.01] log
step real [0.0001, 1] [0.1] log
size integer [1, 64] [4] log
restart categorical {on, off} [off]
period real [0, 1] [0.9]
heat real [0, 1] [0.5]
cooling real [0, 1] [0.5]
tabu integer [0, 30] [15]
greed | algorithm == greedy
bias | algorithm == greedy
solver | algorithm == exact
tolerance | solver == simplex
step | solver == barrier
size | solver == barrier
restart | solver == barrier
period | restart == on
heat | algorithm == local
cooling | algorithm == local
tabu | algorithm == local
"""


def _nested(values: Values) -> float:
    """Each algorithm has its own valley; the deepest lies at the end of the longest branch."""
    shared = 2 * (values["share"] - 0.62) ** 2 + ((values["rounds"] - 7) / 20) ** 2
    return float(shared + _of_algorithm(values))


def _of_algorithm(values: Values) -> float:
    match values["algorithm"]:
        case "greedy":
            return 0.25 + (values["greed"] - 0.2) ** 2 + (values["bias"] - 0.9) ** 2
        case "local":
            z = np.array(
                [values["heat"] - 0.75, values["cooling"] - 0.1, (values["tabu"] - 22) / 30]
            )
            return 0.05 + float(np.sqrt(z @ z) + 0.05 * (1 - np.cos(6 * np.pi * z)).sum())
        case "exact" if values["solver"] == "simplex":
            return 0.1 + 0.2 * abs(np.log10(values["tolerance"]) + 3.7)
        case "exact":
            apart = 0.3 * (np.log10(values["step"]) + 2.3) ** 2
            apart += 0.05 * np.log2(values["size"] / 16) ** 2
            if values["restart"] == "off":
                return 0.08 + float(apart)
            return float(apart) + (values["period"] - 0.35) ** 2
        case _:
            return 0.5


_BOOSTING = """\
learning_rate real [0.005, 1] [0.1] log
n_estimators integer [5, 40] [20]
max_depth integer [1, 6] [3]
subsample real [0.3, 1] [1]
min_samples_leaf integer [1, 40] [1] log
max_features real [0.05, 1] [1]
loss categorical {log_loss, exponential} [log_loss]
"""


def _sample(data: tuple[Any, Any], count: int) -> tuple[Any, Any]:
    chosen = np.random.default_rng(1).permutation(len(data[0]))[:count]
    return data[0][chosen], data[1][chosen]


@cache
def _cancer() -> tuple[Any, Any]:
    return _sample(load_breast_cancer(return_X_y=True), 200)


def _boosting(values: Values) -> float:
    model = GradientBoostingClassifier(random_state=1, **values)
    return -float(cross_val_score(model, *_cancer(), cv=2, scoring="neg_log_loss").mean())


_CLASSIFIERS = """\
model categorical {neighbours, svm, network} [neighbours]
scale categorical {none, standard, range} [none]
reduce categorical {yes, no} [no]
components integer [2, 40] [5]
k integer [1, 50] [20] log
weights categorical {uniform, distance} [uniform]
metric categorical {euclidean, manhattan, cosine} [euclidean]
kernel categorical {linear, rbf, poly} [rbf]
C real [0.001, 1000] [1] log
gamma real [0.00001, 10] [0.1] log
degree integer [2, 5] [3]
hidden integer [2, 64] [8] log
alpha real [0.00001, 10] [0.001] log
rate real [0.0001, 0.3] [0.001] log
activation categorical {relu, tanh, logistic} [relu]
components | reduce == yes
k | model == neighbours
weights | model == neighbours
metric | model == neighbours
kernel | model == svm
C | model == svm
gamma | kernel in {rbf, poly}
degree | kernel == poly
hidden | model == network
alpha | model == network
rate | model == network
activation | model == network
"""


@cache
def _digits() -> tuple[Any, Any]:
    return _sample(load_digits(return_X_y=True), 400)


def _classifiers(values: Values) -> float:
    steps: list[Any] = []
    if values["scale"] != "none":
        steps.append(StandardScaler() if values["scale"] == "standard" else MinMaxScaler())
    if values["reduce"] == "yes":
        steps.append(PCA(values["components"], random_state=1))
    model = make_pipeline(*steps, _classifier(values))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return float(1 - cross_val_score(model, *_digits(), cv=2, error_score="raise").mean())


def _classifier(values: Values) -> Any:
    match values["model"]:
        case "neighbours":
            return KNeighborsClassifier(
                values["k"], weights=values["weights"], metric=values["metric"]
            )
        case "svm":
            own = {name: values[name] for name in ("gamma", "degree") if name in values}
            return SVC(C=values["C"], kernel=values["kernel"], max_iter=3000, **own)
        case _:
            return MLPClassifier(
                (values["hidden"],),
                activation=values["activation"],
                alpha=values["alpha"],
                learning_rate_init=values["rate"],
                max_iter=15,
                random_state=1,
            )


_FOREST = """\
n_estimators integer [3, 60] [10]
max_depth integer [1, 16] [4]
min_samples_leaf integer [1, 60] [1] log
max_features real [0.05, 1] [1]
criterion categorical {squared_error, poisson} [squared_error]
bootstrap categorical {yes, no} [yes]
max_samples real [0.05, 1] [1]
max_samples | bootstrap == yes
{criterion=poisson, bootstrap=no}
{max_depth > 8 && min_samples_leaf > 20}
"""


@cache
def _diabetes() -> tuple[Any, Any]:
    features, response = load_diabetes(return_X_y=True)
    return features, response


_MEMORY = 700
"""Leaves of all trees: more do not fit into the memory of the imaginary machine."""


def _forest(values: Values) -> float | None:
    share = values.get("max_samples", 1.0)
    leaves = min(2 ** values["max_depth"], 295 * share / values["min_samples_leaf"])
    if values["n_estimators"] * leaves > _MEMORY:
        return None
    options = {**values, "bootstrap": values["bootstrap"] == "yes"}
    model = RandomForestRegressor(random_state=1, **options)
    score = cross_val_score(model, *_diabetes(), cv=3, scoring="neg_root_mean_squared_error")
    return -float(score.mean())


REPORTED = [
    Problem("rosenbrock", "real", reals(4, -2, 2, -1), _rosenbrock, optimum=0.0),
    Problem("michalewicz", "real", reals(5, 0, 3.141592653589793, 1), _michalewicz,
            optimum=-4.687658179),
    Problem("integers", "integer", _INTEGERS, _integers, optimum=0.0),
    Problem("griewank", "mixed", _GRIEWANK, _griewank, optimum=0.0),
    Problem("nested", "conditional", _NESTED, _nested, optimum=0.0),
    Problem("vessel", "infeasible regions", _VESSEL, _vessel, optimum=6059.714335048436),
    Problem("levy", "noisy", reals(4, -10, 10, 0), _levy, optimum=0.0, noise=0.5),
    Problem("boosting on cancer", "model, mixed", _BOOSTING, _boosting),
    Problem("classifiers on digits", "model, conditional", _CLASSIFIERS, _classifiers),
    Problem("forest on diabetes", "model, infeasible regions", _FOREST, _forest),
]  # fmt: skip
"""Ten problems."""
