"""So many times fewer multiplications: against every ratio tried one by one, and the cut itself."""

import pytest

from engine.analysis.cost import count_macs
from engine.contract.methods import Scope
from engine.contract.recipe import LayerPruneSpec, PruneSpec
from engine.joint.compressed import CompressedModel
from engine.joint.goals import reach_macs
from tests.engine.networks import compress, make_network


def macs_of(model: CompressedModel) -> int:
    return sum(count or 0 for count in count_macs(model.captured).values())


def cut_to(name: str, spec: PruneSpec) -> tuple[int, int]:
    network, shape = make_network(name)
    model = compress(network, shape, spec)
    before = macs_of(model)
    model.attach_masks()
    for share in (0.5, 1.0):
        model.set_share(share)
    assert macs_of(model) == before, "trials are cut on copies"
    model.cut()
    return before, macs_of(model)


@pytest.mark.parametrize("scope", Scope)
@pytest.mark.parametrize("name", ["simple", "residual"])
def test_that_the_cut_has_so_many_times_fewer_macs_or_is_the_nearest_of_all_ratios(
    name: str, scope: Scope
) -> None:
    before, after = cut_to(name, PruneSpec(scope=scope, target_macs=2.1))
    others = [cut_to(name, PruneSpec(scope=scope, ratio=percent / 100))[1] for percent in range(20, 60, 2)]
    wanted = before / 2.1
    assert abs(after - wanted) <= max(0.01 * wanted, min(abs(other - wanted) for other in others))


def test_that_layers_of_their_own_ratio_keep_to_it() -> None:
    network, shape = make_network("simple")
    model = compress(network, shape, PruneSpec(target_macs=3.0, layers={"conv1": LayerPruneSpec(ratio=0.2)}))
    model.set_share(1.0)
    model.cut()
    assert model.module.get_submodule("conv1").out_channels == 8


def test_that_a_goal_out_of_reach_ends_at_the_smallest_network() -> None:
    spec = reach_macs(
        PruneSpec(target_macs=100.0),
        lambda tried: frozenset(range(round(90 * tried.ratio))),
        lambda gone: 100 - len(gone),
        is_final=True,
    )
    assert round(90 * spec.ratio) == 90


@pytest.mark.parametrize("target", [1.25, 2.0, 4.0])
def test_that_the_ratio_is_found_by_bisection(target: float) -> None:
    spec = reach_macs(
        PruneSpec(target_macs=target),
        lambda tried: frozenset(range(round(10_000 * tried.ratio))),
        lambda gone: (10_000 - len(gone)) ** 2,
        is_final=True,
    )
    assert spec.ratio == pytest.approx(1 - target**-0.5, abs=0.001)
