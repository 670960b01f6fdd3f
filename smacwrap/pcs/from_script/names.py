"""What the names of a module stand for, by its imports: `sw.target` is `smacwrap.target`."""

import ast
from collections.abc import Iterator


class Names:
    """The full names of what a module uses.

    Args:
        module: the module; imports count wherever they are in it.
    """

    def __init__(self, module: ast.Module) -> None:
        self._full: dict[str, str] = {}
        self.imported: set[str] = set()
        """The packages that the module imports, by their first names."""
        self.functions: list[ast.FunctionDef | ast.AsyncFunctionDef] = []
        self.classes: dict[str, ast.ClassDef] = {}
        self.calls: list[ast.Call] = []
        self.assigned: dict[str, ast.expr] = {}
        """What the module assigns to a name at its top level, the last time."""
        for node in ast.walk(module):
            if isinstance(node, ast.Import | ast.ImportFrom):
                self._import(node)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                self.functions.append(node)
            elif isinstance(node, ast.ClassDef):
                self.classes[node.name] = node
            elif isinstance(node, ast.Call):
                self.calls.append(node)
        for statement in module.body:
            if isinstance(statement, ast.Assign):
                for target in statement.targets:
                    if isinstance(target, ast.Name):
                        self.assigned[target.id] = statement.value
        self.functions.sort(key=lambda function: function.lineno)

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.partition(".")[0]
                self.imported.add(first)
                self._full[alias.asname or first] = alias.name if alias.asname else first
        elif node.module and not node.level:
            self.imported.add(node.module.partition(".")[0])
            for alias in node.names:
                self._full[alias.asname or alias.name] = f"{node.module}.{alias.name}"

    def full(self, node: ast.expr) -> str:
        """The full name of an expression such as `sw.target`; empty if it is none."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        return ".".join([self._full.get(node.id, node.id), *reversed(parts)])

    def decorators(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.expr]:
        """The decorators of a function, a name for one as what the module assigned to it."""
        for decorator in function.decorator_list:
            if isinstance(decorator, ast.Name) and decorator.id in self.assigned:
                yield self.assigned[decorator.id]
            else:
                yield decorator


def called(node: ast.expr) -> ast.expr:
    """What is called in a call, with or without brackets: `target` for `@target(...)`."""
    return node.func if isinstance(node, ast.Call) else node


def keywords(node: ast.expr) -> dict[str, ast.expr]:
    """The keyword arguments of a call; none of anything else."""
    words = node.keywords if isinstance(node, ast.Call) else []
    return {word.arg: word.value for word in words if word.arg is not None}
