"""Wrappers written in Python: a decorated function, or a class in GenericWrapper4AC's style.

`smacwrap.target`, `smacwrap.Result`, `smacwrap.AbstractWrapper` and `smacwrap.SatWrapper` are
their public names.
"""
