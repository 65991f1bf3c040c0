"""Running a network node by node over the model's own sub-modules, to see what functions give.

Hooks see what layers give; an Add or a Concat has no module to hook. The order is that of ``forward``, so
random layers draw the same numbers and the outputs are equal bit for bit.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from graph.building import build_call, take_apart
from graph.code.classes import Classes
from graph.code.modules import item_paths
from graph.code.plans import Instance
from graph.code.structure import CodeError, Step, Structures
from graph.model import Project
from graph.problems import Place
from graph.shapes import ProjectShapes

if TYPE_CHECKING:
    from torch import Tensor, nn


def walk(
    project: Project,
    shapes: ProjectShapes,
    network_id: str,
    model: nn.Module,
    inputs: Tensor | Sequence[Tensor],
    wanted: Iterable[Place],
) -> dict[Place, Tensor]:
    """The outputs of the wanted nodes in the order they are computed; of nodes with several outputs the first.

    ``wanted`` are node ids from the network inwards, ``("n7", "n2")`` or ``("n7[2]", "n2")`` in a row of
    repetitions. A row itself gives what its last repetition gives; what stands in a block that runs over time
    gives (B, T, …), all its steps. ``model`` is an instance of the
    generated class; gradients, mode and device are the caller's. Nodes that reach no output are not run,
    and :class:`CodeError` names a wanted one among them.
    """
    found = walk_ports(project, shapes, network_id, model, inputs, wanted)
    return {place: next(iter(ports.values())) for place, ports in found.items()}


def walk_ports(
    project: Project,
    shapes: ProjectShapes,
    network_id: str,
    model: nn.Module,
    inputs: Tensor | Sequence[Tensor],
    wanted: Iterable[Place],
) -> dict[Place, dict[str, Tensor]]:
    """Like :func:`walk`, with all outputs of each node by port."""
    classes = Classes(Structures(project, network_id), shapes.networks[network_id])
    root = classes.root
    tensors = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
    if len(tensors) != len(root.structure.inputs):
        raise CodeError(f"The network has {len(root.structure.inputs)} inputs, but {len(tensors)} are given.")
    names = {place: _first_plain(place) for place in wanted}
    walker = _Walker(model, set(names.values()))
    prefix = "layers." if root.structure.chain else ""
    walker.graph(root, (), prefix, tensors)
    missing = walker.wanted - walker.found.keys()
    if missing:
        raise CodeError(f"There is no running node at {' / '.join(min(missing))}.")
    asked: dict[Place, list[Place]] = {}
    for place, plain in names.items():
        asked.setdefault(plain, []).append(place)
    return {place: ports for plain, ports in walker.found.items() for place in asked[plain]}


def _first_plain(place: Place) -> Place:
    """The way into a row's first repetition without its number."""
    return (*(step.removesuffix("[0]") for step in place[:-1]), place[-1])


def _stacked(steps: list[dict[Place, dict[str, Any]]]) -> dict[Place, dict[str, Any]]:
    """Values of single steps, (B, …), as sequences, (B, T, …)."""
    import torch

    return {
        place: {
            port: torch.stack([step[place][port] for step in steps], dim=min(1, value.dim()))
            for port, value in ports.items()
        }
        for place, ports in steps[-1].items()
    }


class _Cell:
    """Stands in for a cell's module while its graph is walked."""

    def __init__(self, run: Callable[..., list[Any]], module: Any) -> None:
        self.run = run
        self.parameters = module.parameters

    def __call__(self, *tensors: Any) -> Any:
        results = self.run(tensors)
        return results if len(results) > 1 else results[0]


class _Walker:
    def __init__(self, model: nn.Module, wanted: set[Place]) -> None:
        self.model = model
        self.wanted = wanted
        self.found: dict[Place, dict[str, Any]] = {}

    def graph(self, instance: Instance, place: Place, prefix: str, tensors: Sequence[Any]) -> list[Any]:
        """Run a graph; its outputs in order."""
        structure = instance.structure
        values: dict[str, dict[str, Any]] = {}
        for node, tensor in zip(structure.inputs, tensors, strict=True):
            values[node.id] = {"output": tensor}
            self._keep((*place, node.id), values[node.id])
        paths = {step.id: (own, items) for step, own, items in item_paths(instance, prefix)}
        for step in structure.steps:
            arguments = {
                port: [values[node][output] for node, output in refs] for port, refs in step.sources.items()
            }
            own, items = paths.get(step.id, ("", []))
            if step.block is not None:
                values[step.id] = self._block(step, instance, place, items, arguments)
            else:
                values[step.id] = self._layer(step, instance, own, arguments)
            self._keep((*place, step.id), values[step.id])
        if structure.reading is not None:
            results = self._code(instance, prefix.removesuffix("."), tensors)
        else:
            results = [values[node][port] for _, (node, port) in structure.outputs]
        for (node, _), result in zip(structure.outputs, results, strict=True):
            self._keep((*place, node.id), {"output": result})
        return results

    def _over_time(
        self, step: Step, cell: Instance, place: Place, path: str, arguments: Mapping[str, list[Any]]
    ) -> list[Any]:
        """A cell run step by step; what is wanted inside is stacked over the steps, as time runs."""
        here = (*place, step.id)
        module: Any = self.model.get_submodule(path.removesuffix(".cell"))
        named = {port: found[0] for port, found in arguments.items()}
        inside = {one for one in self.wanted if len(one) > len(here) and one[: len(here)] == here}
        if inside:
            steps: list[dict[Place, dict[str, Any]]] = []

            def run(tensors: Sequence[Any]) -> list[Any]:
                results = self.graph(cell, here, path + ".", tensors)
                steps.append({one: self.found.pop(one) for one in list(self.found) if one in inside})
                return results

            walked = SimpleNamespace(**{**vars(module), "cell": _Cell(run, module.cell)})
            result = type(module).forward(walked, **named)
            self.found.update(_stacked(steps[::-1] if module.backwards else steps))
        else:
            result = module(**named)
        return list(result) if len(cell.structure.outputs) > 1 else [result]

    def _code(self, instance: Instance, path: str, tensors: Sequence[Any]) -> list[Any]:
        """A person's own class or function, which has no inside to walk through."""
        structure = instance.structure
        if structure.function:
            assert structure.reading is not None and instance.variant is not None
            function = getattr(sys.modules[type(self.model).__module__], instance.variant.name)
            result = function(
                *tensors, **{item.name: instance.bindings[item.name] for item in structure.reading.parameters}
            )
        else:
            result = self.model.get_submodule(path)(*tensors)
        return list(result) if len(structure.outputs) > 1 else [result]

    def _keep(self, place: Place, ports: Mapping[str, Any]) -> None:
        if place in self.wanted:
            self.found[place] = dict(ports)

    def _layer(
        self, step: Step, instance: Instance, path: str, arguments: Mapping[str, list[Any]]
    ) -> dict[str, Any]:
        assert step.layer is not None
        values = instance.values(step.id)
        owner, _, name = path.rpartition(".")
        # not get_submodule alone: a Parameter is no module
        module = getattr(self.model.get_submodule(owner), name) if path else None
        call = build_call(step.layer, values, {port: len(found) for port, found in arguments.items()})
        flat = [tensor for port in step.layer.inputs for tensor in arguments.get(port.name, ())]
        return take_apart(step.layer, values, call(module, *flat))

    def _block(
        self,
        step: Step,
        instance: Instance,
        place: Place,
        items: list[str],
        arguments: Mapping[str, list[Any]],
    ) -> dict[str, Any]:
        """Look into a block only where something inside is wanted."""
        block = step.block
        assert block is not None
        if step.over:
            made = self._over_time(step, instance.inner[step.id][0], place, items[0], arguments)
            return dict(zip((node.name for node, _ in block.outputs), made, strict=True))
        tensors = [arguments[node.name][0] for node in block.inputs]
        if block.function:
            made = self.graph(instance.inner[step.id][0], (*place, step.id), "", tensors)
            return dict(zip((node.name for node, _ in block.outputs), made, strict=True))
        results: list[Any] = []
        for number, path in enumerate(items):
            inner = instance.inner[step.id][number]
            here = (*place, step.id if number == 0 else f"{step.id}[{number}]")
            if any(len(one) > len(here) and one[: len(here)] == here for one in self.wanted):
                results = self.graph(inner, here, path + ".", tensors)
            else:
                result = self.model.get_submodule(path)(*tensors)
                results = list(result) if len(block.outputs) > 1 else [result]
            if step.wrapped:
                ports = (node.name for node, _ in block.outputs)
                self._keep((*place, f"{step.id}[{number}]"), dict(zip(ports, results, strict=True)))
            tensors = [results[0], *tensors[1:]]
        return dict(zip((node.name for node, _ in block.outputs), results, strict=True))
