"""The same as sgd_wrapper.py, as a function: no second process, no output to be read.

python sgd_function.py no_instance 0 60 2147483647 1 -alpha 0.001 -loss log_loss
"""

from typing import Literal

from sgd import train

import smacwrap


@smacwrap.target
def sgd(
    loss: Literal["hinge", "log_loss", "modified_huber"] = "hinge",
    alpha: float = 0.0001,
    learning_rate: Literal["optimal", "constant", "adaptive"] = "optimal",
    eta0: float = 0.01,
    max_iter: int = 20,
    *,
    seed,
):
    """The validation error; `eta0` is inactive where the learning rate is optimal."""
    return train(loss, alpha, learning_rate, eta0, max_iter, max(0, seed))


if __name__ == "__main__":
    sgd.main()
