"""Blocks around code: their ports and parameters, which of them a project uses, and which may run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from graph.custom.reading import Reading, fingerprint, read, reading_of
from graph.model import BLOCK, INPUT, OUTPUT, Exposed, Graph, Node, Project
from graph.names import unique_name
from graph.values import Value

TITLE = "Python code"
TEMPLATE = '''\
class {name}(nn.Module):
    """Multiplies its input by one number, which is learned."""

    def __init__(self, start=1.0):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(start))

    def forward(self, x):
        return self.scale * x
'''

STEP = 160.0
"""From one port of a block of code to the next, in scene units."""


def code_block(block_id: str, code: str, name: str = "") -> Graph:
    """A block of this code with its ports and parameters; :class:`CodeFault` when the code cannot be one.

    ``name`` is what the block is called in the project; without one, what the code calls it.
    """
    reading = read(code)
    graph = Graph(block_id, name or reading.name, help=reading.help, code=code)
    graph.parameters = list(reading.parameters)
    graph.nodes = ports(graph, reading)
    return graph


def ports(graph: Graph, reading: Reading) -> dict[str, Node]:
    """The Input and Output nodes the code asks for. A node keeps its id, its place and its parameters when
    its name stays, or else when its number among the ports does (it was renamed). Of results Python knows only
    the number, so there it decides even when others come or go; arguments have names."""
    made: dict[str, Node] = {}
    fresh = iter(graph.fresh_ids("n", len(reading.inputs) + len(reading.outputs)))
    for kind, names, x in ((INPUT, reading.inputs, 0.0), (OUTPUT, reading.outputs, 480.0)):
        for number, (name, old) in enumerate(_kept(graph.ordered(kind), names, kind == OUTPUT)):
            params: dict[str, Value] = dict(old.params) if old else {}
            params.pop("index", None)
            if number:
                params["index"] = number
            if old is None:
                node = Node(next(fresh), kind, name, params, x, STEP * number)
            else:
                node = Node(old.id, kind, name, params, old.x, old.y, note=old.note)
            made[node.id] = node
    return made


def _kept(old: list[Node], names: tuple[str, ...], by_number: bool) -> Iterator[tuple[str, Node | None]]:
    """For every port its node so far: the one of that name, else the one at that place if its name is gone."""
    named = {node.name: node for node in old}
    spare = {number: node for number, node in enumerate(old) if node.name not in names}
    by_number = by_number or len(old) == len(names)
    for number, name in enumerate(names):
        if name in named:
            yield name, named[name]
        else:
            yield name, spare.pop(number, None) if by_number else None


def mismatch(graph: Graph, reading: Reading) -> str:
    """What of the block's ports or parameters does not agree with its code; only files can bring that about."""
    for what, mine, theirs in (
        ("inputs", [node.name for node in graph.inputs], list(reading.inputs)),
        ("outputs", [node.name for node in graph.outputs], list(reading.outputs)),
        ("parameters", _defaults(graph.parameters), _defaults(reading.parameters)),
    ):
        if mine != theirs:
            return (
                f"its {what} are {', '.join(mine) or 'none'}, but its code has {', '.join(theirs) or 'none'}"
            )
    return ""


def _defaults(parameters: Iterable[Exposed]) -> list[str]:
    return [f"{item.name}={item.default!r}" for item in parameters]


def fresh_block(project: Project, block_id: str = "") -> Graph:
    """A new block with the template's code."""
    name = unique_name("PythonBlock", {graph.name for graph in project.graphs()})
    return code_block(block_id or project.fresh_graph_id("b"), TEMPLATE.format(name=name))


def is_function(block: Graph) -> bool:
    """Whether a block is written in Python as a function, which has no weights and is called where it is used."""
    found = reading_of(block.code) if block.code else None
    return found is not None and found.kind == "function"


def is_template(code: str) -> bool:
    """Whether this is the program's own text for a new block, whatever the block is called."""
    found = reading_of(code)
    return found is not None and code == TEMPLATE.format(name=found.name)


def code_used(project: Project, graph_id: str | None = None) -> dict[str, Graph]:
    """The blocks written in Python that a network uses at any depth (without one: that the project holds)."""
    if graph_id is None:
        return {key: block for key, block in project.blocks.items() if block.code}
    found: dict[str, Graph] = {}
    seen: set[str] = set()
    todo = [graph_id]
    while todo:
        here = todo.pop()
        if here in seen or not project.has_graph(here):
            continue
        seen.add(here)
        graph = project.graph(here)
        if graph.code:
            found[here] = graph
        todo += [node.block for node in graph.nodes.values() if node.type == BLOCK and node.block]
    return {key: found[key] for key in project.blocks if key in found}


def untrusted(project: Project, trusted: Iterable[str], graph_id: str | None = None) -> dict[str, Graph]:
    """Those of :func:`code_used` that may not run: their fingerprint is not among ``trusted``, and they are not
    the program's own template."""
    known = set(trusted)
    return {
        key: block
        for key, block in code_used(project, graph_id).items()
        if fingerprint(block.code) not in known and not is_template(block.code)
    }


def clashing_imports(blocks: Mapping[str, Reading]) -> str:
    """A sentence when two blocks import different things under one name, which one module cannot hold."""
    seen: dict[str, tuple[str, str]] = {}
    for title, reading in blocks.items():
        for item in reading.imports:
            # “import a.b” and “import a.c” both bind the package a, and go together
            means = f"import {item.name}" if item.text.startswith(f"import {item.name}.") else item.text
            other, known = seen.setdefault(item.name, (title, means))
            if known != means:
                return (
                    f"“{other}” and “{title}” import different things as “{item.name}”: give one of them "
                    "another name."
                )
    return ""
