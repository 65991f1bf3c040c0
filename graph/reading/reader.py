"""All classes of a text: which there are, what they are called, and which of them are the person's own code."""

from __future__ import annotations

import ast

from graph import custom
from graph.model import Node, Project
from graph.names import is_usable, unique_name
from graph.reading.classes import ClassReader
from graph.reading.sketch import CannotRead, Draft, Sketch
from graph.reading.source import Module


class Reader:
    """Reads all classes of a text. ``known`` is the project it belongs to, for blocks of own code."""

    def __init__(self, module: Module, known: Project | None = None, flat: bool = False) -> None:
        self.flat = flat
        self.module = module
        self.known = known
        self.draft = Draft()
        self.usual = (
            {node.type for graph in known.graphs() for node in graph.nodes.values()} if known else set()
        )
        """Types that the project uses: preferred where two are written alike."""
        self._open: list[str] = []
        self.codes = {block.name: block for block in known.blocks.values() if block.code} if known else {}
        """Blocks of own code: their text is not read, only their ports and arguments."""
        self._by_name: dict[str, Sketch] = {}
        self.renamed: dict[tuple[str, str], str] = {}
        """(block, output port) -> the name its first use gives it."""
        self.names = set(module.classes) | set(module.functions)

    def read(self) -> Draft:
        """All classes that the last one uses, and those nothing uses."""
        last = list(self.module.classes)[-1]
        for name, function in self.module.functions.items():
            if name not in self.codes:
                raise CannotRead(
                    f"the function “{name}” cannot be drawn: put what it does into forward, or into a code block.",
                    function,
                )
            self.sketch(name)
        for name in self.module.classes:
            if name != last:
                self.sketch(name)
        network = self.sketch(last)
        network.block = False
        self.draft.network = network.graph.id
        del self.draft.sketches[network.graph.id]
        self.draft.sketches[network.graph.id] = network
        self._rename()
        return self.draft

    def _rename(self) -> None:
        for (block, old), new in self.renamed.items():
            for output in self.draft.sketches[block].graph.outputs:
                if output.name == old:
                    output.name = new
        for sketch in self.draft.sketches.values():
            for edge in sketch.graph.edges.values():
                key = (sketch.graph.nodes[edge.source].block or "", edge.source_port)
                edge.source_port = self.renamed.get(key, edge.source_port)

    def sketch(self, name: str, where: ast.AST | None = None) -> Sketch:
        if name in self._by_name:
            return self._by_name[name]
        if name in self._open:
            raise CannotRead(f"the class “{name}” contains itself.", where or self.module.classes[name])
        self._open.append(name)
        made = self._code(name) if name in self.codes else ClassReader(self, self.module.classes[name]).read()
        self._open.pop()
        self._by_name[name] = made
        self.draft.sketches[made.graph.id] = made
        return made

    def _code(self, name: str) -> Sketch:
        """A block of the person's own code, with its text as it stands here."""
        tree = self.module.classes.get(name) or self.module.functions[name]
        before = custom.read(self.codes[name].code)
        head = "".join(f"{item.text}\n" for item in before.imports)
        code = (f"{head}\n\n" if head else "") + self.module.segment(tree)
        try:
            graph = custom.code_block(name, code, name)
        except custom.CodeFault as fault:
            line = tree.lineno + max(
                0, fault.line - 1 - code.count("\n", 0, len(code) - len(self.module.segment(tree)))
            )
            raise CannotRead(str(fault), (line, fault.column)) from None
        sketch = Sketch(graph, tree.lineno, code=True)
        sketch.named = set(graph.nodes)
        return sketch

    def add(self, sketch: Sketch) -> None:
        """Keep a chain that is written in place."""
        self.draft.sketches[sketch.graph.id] = sketch

    def name_output(self, block: Sketch, output: Node, wanted: str) -> None:
        """Call an output of a class like the variable it is first kept in."""
        taken = block.graph.names() | {new for (key, _), new in self.renamed.items() if key == block.graph.id}
        done = (block.graph.id, output.name) in self.renamed or block.code
        if done or not is_usable(wanted) or (wanted in taken and wanted != output.name):
            return
        self.renamed[block.graph.id, output.name] = wanted

    def fresh_class(self, wanted: str) -> str:
        name = unique_name(wanted, self.names)
        self.names.add(name)
        return name
