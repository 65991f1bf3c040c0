"""Every preset opens without a problem and has the published number of parameters."""

from __future__ import annotations

import random

import pytest

from graph.catalogue import CATALOGUE
from graph.document import apply_edits
from graph.edits import EditError, SetParams
from graph.fixes import fixes_for
from graph.model import BLOCK, Project
from graph.order import topological
from graph.shapes import Inference
from graph.values import Expr
from presets import all_presets, find
from runtime.facts import facts_for

INFERENCE = Inference()

# ../SYSTEMS of the course: published architectures, and torchvision's for VGG and ResNet
PARAMETERS = {
    "linear-regression": 4,
    "logistic-regression": 3,
    "softmax-regression": 15,
    "perceptron": 3,
    "xor-mlp": 17,
    "income-dnn": 10_306,
    "mnist-cnn": 50_186,
    "cnn48": 9_536_074,
    "cifar-lenet": 62_006,
    "fashion-cnn": 15_626,
    "lenet5": 61_706,
    "two-conv": 73_398,
    "alexnet": 62_378_344,
    "alexnet-torchvision": 61_100_840,
    "mini-alexnet": 60_843_624,
    "vgg11": 132_863_336,
    "vgg13": 133_047_848,
    "vgg16": 138_357_544,
    "vgg19": 143_667_240,
    "vgg11-bn": 132_868_840,
    "vgg13-bn": 133_053_736,
    "vgg16-bn": 138_365_992,
    "vgg19-bn": 143_678_248,
    "vgg11-lrn": 132_863_336,
    "vgg16-c": 133_638_952,
    "resnet18": 11_689_512,
    "resnet34": 21_797_672,
    "resnet50": 25_557_032,
    "resnet101": 44_549_160,
    "resnet152": 60_192_808,
    "googlenet": 6_624_904,
    "googlenet-aux": 13_004_888,
    "densenet121": 7_978_856,
    "densenet169": 14_149_480,
    "densenet201": 20_013_928,
    "resnext50": 25_028_904,
    "wide-resnet50": 68_883_240,
    "shufflenet-v2": 2_278_604,
    "efficientnet-b0": 5_288_548,
    "squeezenet": 1_235_496,
    "mobilenet-v2": 3_504_872,
    "mobilenet-v3-large": 5_483_032,
    "mobilenet-v3-small": 2_542_856,
    "mnasnet": 4_383_312,
    "regnet-y-400mf": 4_344_144,
    "convnext-tiny": 28_589_128,
    "vit-b16": 86_567_656,
    "transfer": 11_178_564,
    "unet": 482_805,
    "fcn": 1_291_199,
    "detector": 98_841,
    "multi-task": 135_236,
    "lstm": 17_985,
    "bilstm": 35_969,
    "gru": 13_505,
    "char-gpt": 155_353,
    "digits-vit": 138_890,
    "digits-mixer": 108_198,
    "attention-by-hand": 4_321,
    "sequence-transformer": 18_305,
}
ALL = [preset.id for preset in all_presets()]


@pytest.mark.parametrize("preset_id", ALL)
def test_opens_on_data_it_can_train_on_at_once(preset_id: str) -> None:
    from runtime.data import SOURCES

    made = find(preset_id).build()
    shapes = INFERENCE.run(made, facts_for(made))
    assert [problem.text for problem in shapes.problems if problem.severity != "hint"] == []
    if made.data.source or made.training.recipe == "supervised":
        assert not SOURCES[made.data.source].schema(made.data.options).needs_download
    if preset_id in PARAMETERS:
        assert sum(network.parameters for network in shapes.networks.values()) == PARAMETERS[preset_id]


def test_the_table_of_parameters_names_only_presets() -> None:
    assert set(ALL) >= PARAMETERS.keys()


def test_resnet_opens_as_stem_stages_and_head() -> None:
    network = find("resnet50").build().main
    names = [network.nodes[key].name for key in topological(network)]
    assert names == [
        "x",
        "stem",
        "layer1",
        "layer2",
        "layer3",
        "layer4",
        "avgpool",
        "flatten",
        "fc",
        "scores",
    ]


def _mutations(made: Project, count: int, seed: int) -> list[SetParams]:
    """Random changes of one parameter of one layer, anywhere in the project."""
    dice = random.Random(seed)
    places = [
        (graph.id, node.id, param)
        for graph in made.graphs()
        for node in graph.nodes.values()
        if node.type != BLOCK and node.type in CATALOGUE
        for param in CATALOGUE[node.type].params
        if not isinstance(node.params.get(param.name), Expr) and param.name != "index"
    ]
    found = []
    for graph_id, node_id, param in dice.choices(places, k=count):
        value: object
        if param.kind == "bool":
            value = dice.random() < 0.5
        elif param.kind == "choice":
            value = dice.choice(param.choices)
        elif param.kind == "float":
            value = dice.uniform(0.0, 0.9)
        elif param.kind == "shape":
            value = tuple(dice.choice((1, 3, 4, 7, 8, 28, 32)) for _ in range(dice.randint(1, 4)))
        else:
            value = dice.choice((-1, 0, 1, 2, 3, 5, 7, 11, 64, 100))
        found.append(SetParams(graph_id, node_id, {param.name: value}))  # type: ignore[dict-item]
    return found


@pytest.mark.parametrize(
    "preset_id",
    ["digits-cnn", "vgg16", "resnet18", "resnet50", "mobilenet-v2", "lstm", "bilstm", "char-gpt", "iris-mlp"],
)
def test_a_broken_graph_shows_exactly_one_problem_with_who_and_what(preset_id: str) -> None:
    made = find(preset_id).build()
    facts = facts_for(made)
    broken = repaired = 0
    for edit in _mutations(made, 120, seed=len(preset_id)):
        mutant = made.copy()
        try:
            apply_edits(mutant, [edit])
        except EditError as refusal:
            # a value that no layer of this type takes is refused at once, and the parameter is named
            assert next(iter(edit.values)) in str(refusal)
            continue
        errors = INFERENCE.run(mutant, facts).errors
        if not errors:
            continue
        broken += 1
        assert len(errors) == 1, f"{preset_id}: {edit} gives {[error.text for error in errors]}"
        problem = errors[0]
        who = mutant.graph(problem.graph).nodes[problem.node].name
        assert f"“{who}”" in problem.text
        assert problem.expected or problem.got or problem.param, problem
        if broken % 8 == 0:
            repaired += bool(fixes_for(INFERENCE, mutant, problem, facts))
    assert broken > 5
    assert repaired >= broken // 8 // 2
