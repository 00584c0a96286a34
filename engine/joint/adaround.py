"""AdaRound (Nagel 2020, *Up or down? Adaptive rounding for post-training quantization*).

The nearest level of each weight is not what serves a layer's answers best: errors of weights that are read together
may cancel. For each weight a variable V says how far it goes from the level below to the one above,

    h(V) = clamp(1.2 · sigmoid(V) − 0.1, 0, 1)                                                    (equation 23)
    W̃ = s · clamp(floor(W / s) + h(V), −Q, Q)                                                     (equation 22)

and V minimises, by Adam over samples, the error of the layer's answers and a regulariser that β makes steeper from 20
to 2, until every h is 0 or 1,

    ‖f(W x) − f(W̃ x̂)‖² + λ · Σ (1 − |2 h(V) − 1|^β)                                       (equations 24 and 25)

x̂ comes out of layers that are rounded already, W x is the float network's answer, and f the batch norm and the ReLU
behind the layer. The error is counted in units of what rounding to the nearest makes, and the regulariser as a mean, so
that one λ fits all layers. A channel whose choice errs no less than its nearest levels keeps those.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

import torch
from torch import Tensor, fx

from engine.analysis.reaching import values_at
from engine.joint.following import Follower, what_follows
from engine.pruning.least_squares import Correctable, answers_at, choose_positions, patches_at
from engine.pruning.masks import masked_tensor
from engine.quantization.adaround_weight import AdaRoundWeight
from engine.quantization.attach import switch_quantizers_, weight_quantizer_of
from engine.quantization.weights import weight_limit

PARTS = 10
STEPS = 500
ROWS_A_STEP = 256
LEARNING_RATE = 1e-2
PENALTY = 10.0
SHARPNESS = (20.0, 2.0)
WARM_UP = 0.2
LOW, HIGH = -0.1, 1.1
LEAST_ROWS = 2048
ROWS_PER_UNKNOWN = 8
MOST_NUMBERS = 2**26
"""Of all that one layer reads at the places that are looked at: 256 MB."""
_Tell = Callable[[int], None]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One layer: what it reads, what is wanted behind its followers, and the grid of its weights.

    Attributes:
        inputs: what it reads at many places, (groups, rows, unknowns).
        wanted: what the float network has behind the followers there, (rows, outputs).
        weight, scale: of the shape (groups, outputs of a group, unknowns).
        limit: the highest level.
        bias: (outputs,), or 0.
        follower: the batch norm and the ReLU behind.
    """

    inputs: Tensor
    wanted: Tensor
    weight: Tensor
    scale: Tensor
    limit: int
    bias: Tensor | float
    follower: Follower

    @cached_property
    def below(self) -> Tensor:
        """The level below each weight."""
        return torch.floor(self.weight / self.scale)

    @property
    def nearest(self) -> Tensor:
        """1 where the level above is the nearest, else 0."""
        return torch.round(self.weight / self.scale) - self.below

    def levels(self, up: Tensor) -> Tensor:
        """The levels, where ``up`` (0 to 1) is how far each weight goes from the level below to the one above."""
        return (self.below + up).clamp(-self.limit, self.limit)

    def errors(self, up: Tensor, rows: Tensor | slice = slice(None)) -> Tensor:
        """Mean squared errors of what stands behind the followers at some rows, (outputs,)."""
        answers = self.inputs[:, rows] @ (self.levels(up) * self.scale).mT
        flat = answers.movedim(0, 1).flatten(1)
        return (self.follower.answer(flat + self.bias) - self.wanted[rows]).square().mean(0)


@torch.no_grad()
def adaround_(
    module: fx.GraphModule,
    layers: Sequence[str],
    batches: Sequence[Tensor],
    *,
    seed: int,
    tell: _Tell = lambda done: None,
) -> None:
    """Chooses the levels of layers of a calibrated network, in evaluation mode; rounding is off afterwards.

    Both networks run over the batches once for each layer, as far as that layer.

    Args:
        module: the network with its quantizers.
        layers: those whose quantizer is an :class:`AdaRoundWeight`, in the order of the graph.
        batches: samples.
        seed: chooses the places that are looked at, and the order of rows.
        tell: hears over and over how many parts are done, :data:`PARTS` for each layer; it may raise to stop.
    """
    module.eval()
    generator = torch.Generator().manual_seed(seed)
    try:
        for number, name in enumerate(layers):
            tell_of_layer = partial(_tell_from, tell, number * PARTS)
            problem = _problem_of(module, name, _rows(module, name, batches, generator, tell_of_layer))
            _apply_(module, name, problem, choose_levels(problem, generator, tell_of_layer))
    finally:
        switch_quantizers_(module, is_on=False)


def _tell_from(tell: _Tell, begin: int, done: int) -> None:
    tell(begin + done)


def _rows(
    module: fx.GraphModule, name: str, batches: Sequence[Tensor], generator: torch.Generator, tell: _Tell
) -> Iterator[tuple[Tensor, Tensor]]:
    """What the layer reads where all before it is rounded, and what it answers where nothing is."""
    layer = module.get_submodule(name)
    assert isinstance(layer, Correctable)
    calls = sum(node.op == "call_module" and node.target == name for node in module.graph.nodes)
    samples, unknowns = sum(map(len, batches)), layer.weight[0].numel()
    numbers = unknowns * calls * getattr(layer, "groups", 1)
    rows = min(max(LEAST_ROWS, ROWS_PER_UNKNOWN * unknowns), max(MOST_NUMBERS // numbers, samples))
    for batch in batches:
        tell(0)
        switch_quantizers_(module, is_on=True)
        read = values_at(module, name, batch, calls=calls, is_input=True)
        switch_quantizers_(module, is_on=False)
        answered = values_at(module, name, batch, calls=calls, is_input=False)
        for x, y in zip(read, answered, strict=True):
            places = choose_positions(layer, y, samples, generator, rows=rows)
            yield patches_at(layer, x, places).float(), answers_at(layer, y, places).float()


def _problem_of(module: fx.GraphModule, name: str, rows: Iterator[tuple[Tensor, Tensor]]) -> Problem:
    layer = module.get_submodule(name)
    assert isinstance(layer, Correctable)
    inputs, answers = zip(*rows, strict=True)
    follower, quantizer = what_follows(module, name), weight_quantizer_of(layer)
    weight = masked_tensor(module, f"{name}.weight")
    coded = quantizer.code(weight)
    scale = replace(coded, levels=torch.ones_like(coded.levels)).values()
    joined = torch.cat(inputs, 1)
    shape = (joined.shape[0], -1, joined.shape[2])
    return Problem(
        inputs=joined,
        wanted=follower.answer(torch.cat(answers)),
        weight=weight.reshape(shape),
        scale=scale.reshape(shape),
        limit=weight_limit(quantizer.form.bits),
        bias=0.0 if layer.bias is None else layer.bias.detach(),
        follower=follower,
    )


def choose_levels(problem: Problem, generator: torch.Generator, tell: _Tell = lambda done: None) -> Tensor:
    """Which weights of a layer go up: zeros and ones, of the weight's shape.

    Args:
        problem: the layer.
        generator: chooses the rows of each step.
        tell: hears how many of :data:`PARTS` parts are done; it may raise to stop.
    """
    nearest = problem.errors(problem.nearest)
    relaxed = _relaxed(problem, float(nearest.mean()), generator, tell)
    # What a mask removed is 0, and stays it.
    up = ((relaxed >= 0.5) & (problem.weight != 0)).to(relaxed.dtype)
    is_better = problem.errors(up) < nearest
    return torch.where(is_better.view(len(relaxed), -1, 1), up, problem.nearest)


def _relaxed(problem: Problem, unit: float, generator: torch.Generator, tell: _Tell) -> Tensor:
    """How far each weight goes up, 0 to 1, after all steps; ``unit`` is the error that counts as 1."""
    rest = problem.weight / problem.scale - problem.below
    variable = torch.logit((rest - LOW) / (HIGH - LOW)).requires_grad_()
    optimizer = torch.optim.Adam([variable], lr=LEARNING_RATE)
    count = len(problem.wanted)
    for step in range(STEPS):
        rows = torch.randint(count, (min(ROWS_A_STEP, count),), generator=generator)
        with torch.enable_grad():
            up = rectified_sigmoid(variable)
            error = problem.errors(up, rows.to(variable.device)).mean() / max(unit, 1e-30)
            loss = error + PENALTY * _penalty(up, step / STEPS)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        tell((step + 1) * PARTS // STEPS)
    return rectified_sigmoid(variable.detach())


def rectified_sigmoid(variable: Tensor) -> Tensor:
    """``clamp(1.2 · sigmoid(V) − 0.1, 0, 1)`` (equation 23), which reaches 0 and 1.

    >>> rectified_sigmoid(torch.tensor([-9.0, 0.0, 9.0])).tolist()
    [0.0, 0.5, 1.0]
    """
    return (torch.sigmoid(variable) * (HIGH - LOW) + LOW).clamp(0, 1)


def _penalty(up: Tensor, progress: float) -> Tensor:
    """How undecided weights are, 0 to 1 (equation 24); nothing at first, then steeper and steeper."""
    reached = (progress - WARM_UP) / (1 - WARM_UP)
    if reached < 0:
        return torch.zeros((), device=up.device)
    sharpness = SHARPNESS[0] + (SHARPNESS[1] - SHARPNESS[0]) * reached
    return (1 - (2 * up - 1).abs() ** sharpness).mean()


def _apply_(module: fx.GraphModule, name: str, problem: Problem, up: Tensor) -> None:
    quantizer = weight_quantizer_of(module.get_submodule(name))
    assert isinstance(quantizer, AdaRoundWeight)
    moved = problem.levels(up) - problem.levels(problem.nearest)
    quantizer.moved.copy_(moved.reshape(quantizer.moved.shape).to(torch.int8))
