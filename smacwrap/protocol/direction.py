"""Which way a quality is better: as a job says it, as its name suggests it, as people see it.

SMAC minimises. A quality to maximise is negated on its way to SMAC, and turned back wherever a
person reads it.
"""

import re
from collections.abc import Iterator

from smacwrap.frozen import Frozen

_MORE_IS_BETTER = (
    "acc|accuracy|f1|fscore|fbeta|auc|roc|rocauc|auroc|auprc|aupr|ap|map|precision|recall"
    "|sensitivity|specificity|iou|miou|jaccard|dice|score|reward|return|r2|rsquared|fitness"
    "|bleu|rouge|meteor|ndcg|mrr|psnr|ssim|throughput|speedup|fps|qps|likelihood|elbo|kappa|mcc"
    "|success|winrate|gain|profit|correlation|similarity|silhouette"
)
_LESS_IS_BETTER = (
    "loss|logloss|err|error|mse|rmse|mae|mape|msle|rmsle|nll|perplexity|ppl|crossentropy|brier"
    "|cost|time|runtime|walltime|duration|latency|seconds|regret|risk|penalty|wer|cer|fid|bpc"
    "|misclassification|divergence"
)
# `valerr`, `testAcc`, `top5accuracy`: what is often glued to such a word.
_GLUED = r"(?:(?:val|valid|validation|test|train|training|dev|eval|mean|avg|best|final|top\d*)?)"
_MORE = re.compile(rf"{_GLUED}(?:{_MORE_IS_BETTER})s?\d*")
_LESS = re.compile(rf"{_GLUED}(?:{_LESS_IS_BETTER}|errors|losses)\d*")
_LOSS = re.compile(r"(?i)(loss|err|error)$")
_TURNED = {"neg", "negative", "negated", "minus", "inverse"}

_WORD = re.compile(r"[A-Za-z0-9]+")
_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_ONE_MINUS = re.compile(r"(?<![A-Za-z0-9])(?:1|one)[\s\\]*-[\s\\]*")

# In a regular expression: flags, classes such as \S, and where its first group begins.
_NO_TEXT = re.compile(r"\(\?[a-zA-Z]+\)|\\[A-Za-z]")
_GROUP = re.compile(r"(?<!\\)\(")


class Direction(Frozen):
    """What a scenario's target is tuned for: the metric, if it has a name, and which way.

    `stated` says that somebody wrote the direction down, and did not leave it to the default;
    `pattern` is the regular expression that finds the metric, for what its words suggest;
    `source` stands for a metric without a name.
    """

    metric: str = ""
    maximize: bool = False
    stated: bool = False
    pattern: str = ""
    source: str = "the quality that the target reports"

    def __str__(self) -> str:
        """What a launch does, in words: `maximises accuracy`."""
        what = self.metric or self.source
        return f"{'maximises' if self.maximize else 'minimises'} {what}"

    def own(self, cost: float) -> float:
        """A cost, or a quality as SMAC has it, as the number that the target's author knows."""
        return to_minimise(cost, self.maximize)  # negating it again gives it back

    def doubt(self) -> str:
        """Why this is perhaps the wrong way; empty if nothing speaks against it."""
        suggested = suggested_maximize(self.metric, self.pattern)
        if suggested is None or suggested == self.maximize or (self.stated and suggested):
            return ""
        by_name = suggested_maximize(self.metric) is not None
        what = f"'{self.metric}'" if by_name else f"the quality's pattern '{self.pattern}'"
        way = "maximise" if suggested else "minimise"
        fix = "maximize = true, or false if less is better" if suggested else "maximize = false"
        return f"{what} reads like a metric to {way}, and the scenario {self}: set {fix}"


def to_minimise(quality: float, maximize: bool) -> float:
    """The quality in SMAC's terms, negated where it is one to maximise."""
    return 0.0 - quality if maximize else quality  # -0.0 would be a second zero


def suggested_maximize(name: str, pattern: str = "") -> bool | None:
    """Whether a metric's name suggests that more of it is better; None if it suggests nothing.

    The words of a name count as a whole: `val_acc`, `testAcc`, `f1-score`, not `inaccuracy` or
    `accident`. Where they disagree (`brier_score`), nothing is suggested, but `dice_loss` is a
    loss. A name that says nothing leaves it to the regular expression that finds the metric: the
    last such word in front of its group counts.

    >>> suggested_maximize("val_acc"), suggested_maximize("rmse"), suggested_maximize("quality")
    (True, False, None)
    """
    found = list(_suggestions(name))
    if found:
        ends_in_loss = _LOSS.search(name) is not None
        return found[-1] if ends_in_loss or len(set(found)) == 1 else None
    found = list(_suggestions(_GROUP.split(_NO_TEXT.sub(" ", pattern))[0]))
    return found[-1] if found else None


def _suggestions(text: str) -> Iterator[bool]:
    """What each word suggests; one of several parts, as `testAcc`, that is one word counts once."""
    turned = False
    for match in _WORD.finditer(_ONE_MINUS.sub(" minus ", text)):
        for word in (match[0].lower(), *map(str.lower, _CAMEL.findall(match[0]))):
            if word in _TURNED:
                turned = not turned
            elif _MORE.fullmatch(word):
                yield not turned
            elif _LESS.fullmatch(word):
                yield turned
            else:
                continue
            if word == match[0].lower():
                break
