"""Trains a linear classifier with stochastic gradient descent, and prints its validation error."""

import argparse

from sklearn.datasets import load_iris
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import train_test_split


def train(loss, alpha, learning_rate, eta0, max_iter, seed):
    """The share of wrong answers on iris flowers that were not trained on."""
    images, labels = load_iris(return_X_y=True)
    split = train_test_split(images, labels, test_size=0.33, random_state=0)
    train_images, test_images, train_labels, test_labels = split
    model = SGDClassifier(
        loss=loss,
        alpha=alpha,
        learning_rate=learning_rate,
        eta0=eta0,
        max_iter=max_iter,
        tol=None,
        random_state=seed,
    )
    model.fit(train_images, train_labels)
    return 1 - model.score(test_images, test_labels)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--loss", default="hinge")
    parser.add_argument("--alpha", type=float, default=0.0001)
    parser.add_argument("--learning_rate", default="optimal")
    parser.add_argument("--eta0", type=float, default=0.01)
    parser.add_argument("--max_iter", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    print("error", train(**vars(parser.parse_args())))
