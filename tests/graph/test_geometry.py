"""Places of ports and courses of wires."""

from __future__ import annotations

from itertools import pairwise

import pytest

from graph.build import GraphBuilder, project
from graph.geometry import (
    ABOVE,
    DOWNWARDS,
    HEIGHT,
    NAMES,
    PORT_Y,
    ROW,
    SLOT,
    WIDTH,
    fan,
    fanned,
    flow_of,
    input_place,
    node_size,
    output_place,
    port_y,
    wire,
    wire_points,
)  # fmt: skip
from graph.model import Project
from graph.reading.near import beside


def test_nodes_grow_with_their_ports() -> None:
    assert node_size(1, 1) == node_size(0, 1) == (WIDTH, HEIGHT)
    assert node_size(3, 1) == node_size(1, 3) == (WIDTH, HEIGHT + 2 * ROW + 6)
    for count in range(1, 9):
        ports = [port_y(index) for index in range(count)]
        assert ports[0] == PORT_Y
        assert ports == sorted(ports) and ports[-1] < node_size(count, 1)[1]


def test_wires_at_a_port_that_takes_many_stay_on_the_node() -> None:
    assert fan(0, 1) == 0
    assert [fan(index, 3) for index in range(3)] == [-9, 0, 9]
    ends = [fan(index, 100) for index in range(100)]
    assert ends[0] == pytest.approx(-20) and ends[-1] == pytest.approx(20)


@pytest.mark.parametrize("end", [(300.0, 0.0), (300.0, 200.0), (60.0, -150.0), (5.0, 40.0)])
def test_a_wire_forward_is_one_curve_that_never_turns_back(end: tuple[float, float]) -> None:
    assert len(wire((0.0, 0.0), end)) == 1
    points = wire_points((0.0, 0.0), end)
    assert points[0] == (0.0, 0.0) and points[-1] == pytest.approx(end)
    down = 1 if end[1] >= 0 else -1
    assert all((b[1] - a[1]) * down >= -1e-9 for a, b in pairwise(points))
    middle = points[len(points) // 2]
    assert middle == pytest.approx((end[0] / 2, end[1] / 2))


@pytest.mark.parametrize("down", [116.0, 300.0, 470.0])
def test_a_wire_to_the_next_row_runs_back_level_above_its_target(down: float) -> None:
    points = wire_points((900.0, 0.0), (0.0, down))
    between = [y for x, y in points if 10 < x < 890]
    assert between and all(y == pytest.approx(down - 58) for y in between)
    assert max(x for x, _ in points) < 950 and min(x for x, _ in points) > -50


@pytest.mark.parametrize("end", [(-200.0, 0.0), (-200.0, 50.0), (-200.0, -300.0)])
def test_a_wire_back_on_the_same_height_goes_round(end: tuple[float, float]) -> None:
    points = wire_points((0.0, 0.0), end)
    assert points[-1] == pytest.approx(end)
    between = [y for x, y in points if -190 < x < -10]
    assert max(between) - min(between) < 1e-6
    assert min(abs(between[0]), abs(between[0] - end[1])) >= 69


def test_which_way_wires_lead_is_said_by_the_project() -> None:
    made = Project(view={DOWNWARDS: ("g1", "b2")})
    assert [flow_of(made, key) for key in ("g1", "g2", "b2")] == ["down", "right", "down"]
    assert flow_of(Project(), "g1") == "right" == flow_of(Project(view={DOWNWARDS: True}), "g1")


def test_downwards_ports_stand_above_and_below_side_by_side() -> None:
    assert node_size(1, 1, flow="down") == (WIDTH, HEIGHT)
    assert input_place(0, 1, 1, flow="down") == (WIDTH / 2, 0)
    assert output_place(0, 1, 1, flow="down") == (WIDTH / 2, HEIGHT)
    assert node_size(5, 2, flow="down") == (5 * SLOT, HEIGHT + 2 * NAMES)
    assert [input_place(number, 5, 2, flow="down")[0] for number in range(5)] == [
        SLOT * (number + 0.5) for number in range(5)
    ]
    assert input_place(0, 1, 1, "dot", "down") == (8.0, 0.0) and output_place(0, 1, 1, "dot", "down") == (
        8.0,
        16.0,
    )
    assert fanned((10.0, 0.0), 0, 3, "down") == (1.0, 0.0) and fanned((0.0, 10.0), 2, 3) == (0.0, 19.0)


@pytest.mark.parametrize("end", [(0.0, 300.0), (200.0, 300.0), (40.0, 5.0)])
def test_downwards_a_wire_is_the_same_with_x_and_y_exchanged(end: tuple[float, float]) -> None:
    found = wire_points((0.0, 0.0), end, flow="down")
    assert found == [(x, y) for y, x in wire_points((0.0, 0.0), end[::-1])]


def test_downwards_a_wire_to_the_next_column_runs_clear_of_both() -> None:
    points = wire_points((88.0, 900.0), (88.0 + 250.0, 0.0), flow="down")
    between = [x for x, y in points if 10 < y < 890]
    assert all(x == pytest.approx(338 - ABOVE["down"]) for x in between)
    assert WIDTH < between[0] < 250.0


def test_a_node_that_a_text_adds_stands_between_its_neighbours_either_way() -> None:
    g = GraphBuilder("Net")
    g.output(g.add("ReLU", g.input("x")))
    made = project("Net", g)
    first, last, middle = made.main.nodes.values()
    first.x, first.y, middle.x, middle.y, last.x, last.y = 0.0, 0.0, 0.0, 110.0, 0.0, 400.0
    made.view[DOWNWARDS] = (made.main.id,)
    assert beside(made, made.main, [middle], [last]) == (0.0, (174 + 400 - 64) / 2)
    last.y = 300.0
    assert beside(made, made.main, [first], [last]) == (WIDTH + 32.0, 300 / 2)
    made.view[DOWNWARDS] = ()
    first.x, first.y, middle.x, middle.y, last.x, last.y = 0.0, 0.0, 236.0, 0.0, 900.0, 0.0
    assert beside(made, made.main, [middle], [last]) == ((412 + 900 - 176) / 2, 0.0)
