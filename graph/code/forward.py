"""The body of ``forward``: which calls share a line, and what the values between the lines are called.

Calls that feed each other are written inside each other while the line stays short, holds at most one
heavy layer and keeps the order of execution. ``x`` is used again as soon as its old value is dead.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from graph.building import call_text
from graph.code.layout import flat, names_of, parse, statement, substitute, unpacking, width
from graph.code.naming import local_name, name_values
from graph.code.plans import LayerPlan, Scope, UsePlan, Variant, stand_in_arguments
from graph.code.structure import Ref, Step

MAX_DEPTH = 5
MAX_BRANCH_DEPTH = 2
_NAME_GUESS = 6

Comment = Callable[[Ref], str]


@dataclass(slots=True)
class Piece:
    """An expression that waits to be written, or a finished line."""

    tree: ast.expr
    nodes: list[str]
    result: Ref | None
    depth: int = 1
    heavy: bool = False
    block: bool = False
    targets: tuple[str, dict[str, Ref]] | None = None
    """For several results: the pattern with stand-ins, and the value each of them is."""


@dataclass(slots=True)
class Line:
    """A statement of ``forward``: its text over one or more lines, the nodes it computes, a comment."""

    text: list[str]
    nodes: list[str]
    comment: str = ""


class Forward:
    """Writes ``forward`` of one class whose graph is not a chain."""

    def __init__(self, variant: Variant, comment: Comment, top: bool) -> None:
        self.top = top
        self.variant = variant
        self.scope: Scope = variant.scope
        self.structure = variant.structure
        self.comment = comment
        self.tokens: dict[str, Ref] = {}
        self._token_of: dict[Ref, str] = {}
        self.used: dict[Ref, int] = {}
        for step in self.structure.steps:
            for ref in step.refs:
                self.used[ref] = self.used.get(ref, 0) + 1
        for _, ref in self.structure.outputs:
            self.used[ref] = self.used.get(ref, 0) + 1
        self.pieces: list[Piece] = []
        self.pending: list[Piece] = []

    def arguments(self) -> list[str]:
        """The names of ``forward``'s arguments: ``x``, or the inputs' own names where there are several."""
        if len(self.structure.inputs) == 1:
            return ["x"]
        return [local_name(node.name) for node in self.structure.inputs]

    def lines(self, indent: int = 8) -> list[Line]:
        for step in self.structure.steps:
            self._add(step)
        result = self._result()
        statements = [(self._writes(piece), self._reads(piece.tree)) for piece in self.pieces]
        statements.append(([], self._reads(result.tree)))
        given = name_values(self.structure, self.arguments(), statements, self._marks())
        lines = []
        for piece in [*self.pieces, result]:
            trees = {name: parse(given[self.tokens[name]]) for name in self._tokens_in(piece.tree)}
            tree = substitute(piece.tree, trees)
            shown = self.comment(piece.result) if piece.result else ""
            if piece is result:
                lines.append(Line(statement("return ", tree, indent), piece.nodes, shown))
            elif piece.targets is not None:
                pattern, targets = piece.targets
                words = {name: parse(given[ref]) for name, ref in targets.items()}
                text = _bare(substitute(parse(pattern), words))
                single = not isinstance(parse(text), ast.Tuple)
                written = statement(f"{text} = ", tree, indent) if single else unpacking(text, tree, indent)
                lines.append(Line(written, piece.nodes, shown))
            else:
                assert piece.result is not None
                name = given[piece.result]
                lines.append(Line(statement(f"{name} = ", tree, indent), piece.nodes, shown))
        return lines

    def _marks(self) -> set[Ref]:
        """Whole numbers and booleans that a function makes: masks, lengths, indices."""
        nodes = self.variant.instances[0].shapes.nodes
        return {
            (step.id, port)
            for step in self.structure.steps
            if not step.module
            for port, tensor in nodes[step.id].outputs.items()
            if tensor.kind != "float"
        }

    def _token(self, ref: Ref) -> str:
        """A stand-in for a value, until it is known what it will be called."""
        if ref not in self._token_of:
            self._token_of[ref] = f"VALUE_{len(self._token_of)}"
            self.tokens[self._token_of[ref]] = ref
        return self._token_of[ref]

    # which calls share a line

    def _add(self, step: Step) -> None:
        tree, readers = self._call(step)
        waiting = [piece for piece in self.pending if piece.result in readers]
        inside = self.pending[len(self.pending) - len(waiting) :] if waiting else []
        if not self._can_hold(step, tree, readers, waiting, inside):
            self._flush()
            inside = []
        nodes = [node for piece in inside for node in piece.nodes] + [step.id]
        depth = 1 + max((piece.depth for piece in inside), default=0)
        heavy = step.heavy or any(piece.heavy for piece in inside)
        if inside:
            del self.pending[len(self.pending) - len(inside) :]
        trees = {self._token(piece.result): piece.tree for piece in inside if piece.result}
        piece = Piece(substitute(tree, trees), nodes, (step.id, self._first_port(step)), depth, heavy)
        piece.block = step.block is not None
        piece.targets = self._targets(step)
        if piece.targets is not None:
            known = list(piece.targets[1].values())
            piece.result = known[0] if known else None
        single = piece.targets is None and piece.result is not None and self.used.get(piece.result) == 1
        if single:
            self.pending.append(piece)
        else:
            self._flush()
            self.pieces.append(piece)

    def _can_hold(
        self, step: Step, tree: ast.expr, readers: list[Ref], waiting: list[Piece], inside: list[Piece]
    ) -> bool:
        """Whether the waiting expressions may be written inside this call."""
        if not waiting:
            return True
        order = [ref for ref in readers if any(piece.result == ref for piece in waiting)]
        if [piece.result for piece in inside] != order or not _plain(tree):
            return False
        if self.top and any(piece.block for piece in inside):
            return False
        if step.heavy and any(piece.heavy for piece in inside):
            return False
        if any(piece.depth > (MAX_BRANCH_DEPTH if len(step.refs) > 1 else MAX_DEPTH - 1) for piece in inside):
            return False
        receiver = _receiver(tree)
        trees = {}
        for piece in inside:
            assert piece.result is not None
            if self._token(piece.result) in receiver and not isinstance(
                piece.tree, (ast.Name, ast.Attribute)
            ):
                return False
            trees[self._token(piece.result)] = piece.tree
        whole = substitute(tree, trees)
        guesses = {name: parse("_" * _NAME_GUESS) for name in names_of(whole) if name in self.tokens}
        shown = self.comment((step.id, self._first_port(step)))
        length = 8 + len("return ") + len(flat(substitute(whole, guesses))) + (len(shown) + 4 if shown else 0)
        return length <= width()

    def _flush(self) -> None:
        self.pieces += self.pending
        self.pending = []

    def _result(self) -> Piece:
        """The ``return`` statement, with what still waits inside it if the order allows."""
        refs = [ref for _, ref in self.structure.outputs]
        waiting = [piece for piece in self.pending if piece.result in refs]
        order = [ref for ref in refs if any(piece.result == ref for piece in waiting)]
        several = len(refs) > 1 and any(piece.depth > MAX_BRANCH_DEPTH for piece in waiting)
        if waiting != self.pending or [piece.result for piece in waiting] != order or several:
            self._flush()
            waiting = []
        self.pending = []
        trees = {self._token(piece.result): piece.tree for piece in waiting if piece.result}
        parts = [trees.get(self._token(ref), parse(self._token(ref))) for ref in refs]
        tree = parts[0] if len(parts) == 1 else ast.Tuple(elts=parts, ctx=ast.Load())
        return Piece(
            tree, [node for piece in waiting for node in piece.nodes], refs[0] if len(refs) == 1 else None
        )

    # what a call looks like

    def _call(self, step: Step) -> tuple[ast.expr, list[Ref]]:
        """The call with a token for every value it reads, and these values from left to right."""
        stand_ins = stand_in_arguments(step)
        module = f"self.{self.structure.attributes[step.id]}" if step.module else ""
        trees: dict[str, ast.expr] = {}
        for port, refs in step.sources.items():
            for name, ref in zip(stand_ins[port], refs, strict=True):
                trees[name] = parse(self._token(ref))
        kept = {name: parse(f"self.{attribute}") for name, attribute in self.variant.stored.items()}
        if step.block is not None:
            names = _passed(step, stand_ins)
            text = f"{module}({', '.join(names)})"
            if step.block.function:
                text = self._function(step, names)
                trees.update(kept)
        else:
            plan = self.scope.plans[step.id]
            assert isinstance(plan, LayerPlan) and step.layer is not None
            texts = {name: f"PARAMETER_{name}" for name in plan.soft}
            text = call_text(step.layer, plan.values, stand_ins, module, texts)
            trees.update(
                {f"PARAMETER_{name}": substitute(soft.tree, kept) for name, soft in plan.soft.items()}
            )
        tree = substitute(parse(text), trees)
        return tree, [self.tokens[name] for name in names_of(tree) if name in self.tokens]

    def _function(self, step: Step, names: list[str]) -> str:
        """The call of a person's own function: its inputs by position, its parameters by name."""
        plan = self.scope.plans[step.id]
        assert isinstance(plan, UsePlan)
        call = plan.runs[0].tree
        assert isinstance(call, ast.Call)
        return flat(ast.Call(func=call.func, args=[parse(name) for name in names], keywords=call.keywords))

    def _first_port(self, step: Step) -> str:
        if step.block is not None:
            return step.block.outputs[0][0].name
        plan = self.scope.plans[step.id]
        assert isinstance(plan, LayerPlan) and step.layer is not None
        return step.layer.out_ports(plan.values)[0].name

    def _targets(self, step: Step) -> tuple[str, dict[str, Ref]] | None:
        """``output, _`` for a call with several results of which the first is used."""
        if step.block is not None:
            if len(step.block.outputs) == 1:
                return None
            tree: ast.expr = ast.Tuple(
                elts=[parse(node.name) for node, _ in step.block.outputs], ctx=ast.Load()
            )
        else:
            plan = self.scope.plans[step.id]
            assert isinstance(plan, LayerPlan)
            if plan.pattern is None:
                return None
            tree = parse(plan.pattern.replace("{", "").replace("}", ""))
        targets: dict[str, Ref] = {}

        def reduced(part: ast.expr) -> ast.expr:
            if isinstance(part, ast.Tuple):
                items = [reduced(item) for item in part.elts]
                unused = all(isinstance(item, ast.Name) and item.id == "_" for item in items)
                return parse("_") if unused else ast.Tuple(elts=items, ctx=ast.Load())
            assert isinstance(part, ast.Name)
            ref = (step.id, part.id)
            if not self.used.get(ref):
                return parse("_")
            targets[self._token(ref)] = ref
            return parse(self._token(ref))

        return flat(reduced(tree)), targets

    def _tokens_in(self, tree: ast.expr) -> list[str]:
        return [name for name in names_of(tree) if name in self.tokens]

    def _reads(self, tree: ast.expr) -> list[Ref]:
        return [self.tokens[name] for name in self._tokens_in(tree)]

    def _writes(self, piece: Piece) -> list[Ref]:
        if piece.targets is not None:
            return list(piece.targets[1].values())
        return [piece.result] if piece.result else []


def _passed(step: Step, names: Mapping[str, list[str]]) -> list[str]:
    """A block's inputs in order; behind a state that is not wired they are passed by keyword."""
    assert step.block is not None
    found: list[str] = []
    for number, item in enumerate(step.block.inputs):
        if item.name in names:
            left_out = len(found) < number
            found.append(f"{item.name}={names[item.name][0]}" if left_out else names[item.name][0])
    return found


def _bare(tree: ast.expr) -> str:
    text = flat(tree)
    return text[1:-1] if isinstance(tree, ast.Tuple) and len(tree.elts) > 1 else text


def _plain(tree: ast.expr) -> bool:
    """Whether every value stands there once, outside of anything that is run more than once or not at all."""
    kinds = (
        ast.Call,
        ast.BinOp,
        ast.UnaryOp,
        ast.Attribute,
        ast.Name,
        ast.Constant,
        ast.List,
        ast.Tuple,
        ast.Subscript,
        ast.Slice,
        ast.keyword,
        ast.operator,
        ast.unaryop,
        ast.expr_context,
        ast.Starred,
    )
    found = [name for name in names_of(tree) if name.startswith("VALUE_")]
    return len(set(found)) == len(found) and all(isinstance(part, kinds) for part in ast.walk(tree))


def _receiver(tree: ast.expr) -> set[str]:
    """Values whose attribute, method, item or negative is taken: they read better with a name."""
    return {
        part.value.id
        for part in ast.walk(tree)
        if isinstance(part, (ast.Attribute, ast.Subscript)) and isinstance(part.value, ast.Name)
    } | {
        part.operand.id
        for part in ast.walk(tree)
        if isinstance(part, ast.UnaryOp) and isinstance(part.operand, ast.Name)
    }
