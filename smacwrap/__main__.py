"""`python -m smacwrap` is `smacwrap`."""

from smacwrap.cli import main

main()
