"""Small networks, one for each way in which channels meet, and what tests do with them."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.contract.recipe import ModelSpec, PruneSpec, QuantizeSpec, Recipe, RecoverSpec
from engine.joint.compressed import CompressedModel
from engine.models.example import Example
from engine.models.graph import capture
from resources.sample.net import SimpleNet

Shape = tuple[int, ...]


class Residual(nn.Module):
    """Two additions on one trunk: all of its makers fall together."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.stem_norm = nn.BatchNorm2d(8)
        self.first = nn.Conv2d(8, 12, 3, padding=1)
        self.first_norm = nn.BatchNorm2d(12)
        self.second = nn.Conv2d(12, 8, 3, padding=1)
        self.second_norm = nn.BatchNorm2d(8)
        self.side = nn.Conv2d(8, 8, 1)
        self.head = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.stem_norm(self.stem(x)))
        y = self.second_norm(self.second(F.relu(self.first_norm(self.first(x)))))
        x = F.relu(x + y)
        x = x + self.side(x)
        return self.head(F.adaptive_avg_pool2d(x, 1).flatten(1))


class Dense(nn.Module):
    """Concatenation, twice, with the data's own channels in the first one."""

    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Conv2d(3, 6, 3, padding=1)
        self.norm = nn.BatchNorm2d(9)
        self.two = nn.Conv2d(9, 4, 3, padding=1)
        self.three = nn.Conv2d(13, 10, 1)
        self.head = nn.Linear(10 * 4 * 4, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.norm(torch.cat([x, self.one(x)], 1)))
        x = torch.cat([x, self.two(x)], dim=1)
        x = F.max_pool2d(F.relu(self.three(x)), 2)
        return self.head(torch.flatten(x, 1))


class Depthwise(nn.Module):
    """A mobilenet block: expand, depthwise, project, add."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU6())
        self.expand = nn.Sequential(nn.Conv2d(8, 16, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU6())
        self.depth = nn.Sequential(
            nn.Conv2d(16, 16, 3, padding=1, groups=16, bias=False), nn.BatchNorm2d(16), nn.ReLU6()
        )
        self.project = nn.Sequential(nn.Conv2d(16, 8, 1, bias=False), nn.BatchNorm2d(8))
        self.twice = nn.Conv2d(8, 16, 3, groups=8)
        self.head = nn.Linear(16, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x = x + self.project(self.depth(self.expand(x)))
        return self.head(self.twice(x).mean((2, 3)))


class Grouped(nn.Module):
    """A convolution in four groups: each position goes from all groups or from none."""

    def __init__(self) -> None:
        super().__init__()
        self.before = nn.Conv2d(3, 16, 3, padding=1)
        self.grouped = nn.Conv2d(16, 24, 3, padding=1, groups=4)
        self.after = nn.Conv2d(24, 6, 1)
        self.head = nn.Linear(6, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.grouped(F.relu(self.before(x))))
        return self.head(self.after(x).mean(dim=[-2, -1]))


class SqueezeExcite(nn.Module):
    """A channel is multiplied by what a small network makes of all of them."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.squeeze = nn.Conv2d(8, 4, 1)
        self.excite = nn.Conv2d(4, 8, 1)
        self.head = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.conv(x))
        gate = torch.sigmoid(self.excite(F.relu(self.squeeze(F.adaptive_avg_pool2d(x, 1)))))
        return self.head((x * gate).mean((2, 3)))


class PaddedShortcut(nn.Module):
    """ResNet-20's change of width: every second pixel, and zeros for the channels that are new (He 2016, option A)."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.down = nn.Conv2d(8, 16, 3, stride=2, padding=1)
        self.norm = nn.BatchNorm2d(16)
        self.head = nn.Linear(16, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.stem(x))
        short = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 4, 4))
        return self.head(F.relu(self.norm(self.down(x)) + short).mean((2, 3)))


class CalledTwice(nn.Module):
    """One layer, two calls: its output is its own input."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Linear(6, 8)
        self.shared = nn.Linear(8, 8)
        self.head = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(F.relu(self.shared(F.relu(self.shared(F.relu(self.stem(x)))))))


class Tied(nn.Module):
    """Two layers with one weight."""

    def __init__(self) -> None:
        super().__init__()
        self.free = nn.Linear(6, 8)
        self.one = nn.Linear(8, 8)
        self.two = nn.Linear(8, 8)
        self.two.weight = self.one.weight
        self.head = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.one(F.relu(self.free(x))))
        return self.head(F.relu(self.two(x)))


class Strange(nn.Module):
    """Sorts its channels: no cut can follow that."""

    def __init__(self) -> None:
        super().__init__()
        self.strange = nn.Linear(6, 8)
        self.plain = nn.Linear(8, 8)
        self.head = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.cumsum(self.strange(x), 1)
        return self.head(F.relu(self.plain(x)))


class Transposed(nn.Module):
    """Widens by a transposed convolution."""

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.Conv2d(3, 8, 2, stride=2)
        self.up = nn.ConvTranspose2d(8, 6, 2, stride=2)
        self.last = nn.Conv2d(6, 4, 3)
        self.head = nn.Linear(4, 5)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(F.relu(self.last(F.relu(self.up(F.relu(self.down(x)))))).mean((2, 3)))


class Start(nn.Module):
    """Puts a token of its own before all others, and adds their places."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Parameter(torch.linspace(-1, 1, 8).view(1, 1, 8))
        self.places = nn.Parameter(torch.linspace(-2, 2, 136).view(1, 17, 8))

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.first.expand(x.shape[0], -1, -1), x], dim=1) + self.places


class Tokens(nn.Module):
    """Axes change places, a layer norm mixes all channels, and parameters are added to tokens and put before them."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = nn.Conv2d(3, 8, 2, stride=2)
        self.start = Start()
        self.norm = nn.LayerNorm(8)
        self.mix = nn.Linear(8, 12)
        self.back = nn.Linear(12, 8)
        self.last = nn.LayerNorm(8)
        self.head = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.start(self.patch(x).flatten(2).transpose(1, 2))
        x = x + self.back(F.gelu(self.mix(self.norm(x))))
        x = F.layer_norm(x, (8,), weight=self.last.weight, bias=self.last.bias)
        return self.head(x[:, 0] + x.permute(0, 2, 1).mean(2))


class Slopes(nn.Module):
    """PReLU with one slope and with one for each channel, padding as a layer, and axes that leave and come back."""

    def __init__(self) -> None:
        super().__init__()
        self.pad = nn.ZeroPad2d(1)
        self.stem = nn.Conv2d(3, 8, 3)
        self.each = nn.PReLU(8)
        self.conv = nn.Conv2d(8, 8, 3, padding=1)
        self.one = nn.PReLU()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.gate = nn.Linear(8, 8)
        self.head = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.one(self.conv(self.each(self.stem(self.pad(x)))))
        gate = torch.sigmoid(self.gate(self.pool(x).squeeze(-1).squeeze(-1)))
        return self.head((x * gate.unsqueeze(-1).unsqueeze(dim=3)).sum((2, 3)) + x.amax(dim=(2, 3)))


class Scale(nn.Module):
    """Multiplies each channel by a number."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.linspace(0.5, 2, channels).view(channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * x


class Shuffled(nn.Module):
    """ShuffleNet's two ideas: half of the channels pass by, and the halves are shuffled (Ma 2018, figure 3c).

    A group norm and a layer scale besides.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 12, 3, padding=1)
        self.branch = nn.Conv2d(6, 6, 3, padding=1)
        self.scale = Scale(12)
        self.last = nn.Conv2d(12, 8, 1)
        self.norm = nn.GroupNorm(4, 8)
        self.head = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        one, two = self.stem(x).chunk(2, dim=1)
        x = torch.cat([one, F.relu(self.branch(two))], 1)
        batch, channels, height, width = x.shape
        x = x.view(batch, 2, channels // 2, height, width).transpose(1, 2).contiguous()
        x = self.norm(self.last(self.scale(x.view(batch, -1, height, width))))
        left, right = x.split([5, 3], 1)
        return self.head(torch.cat([right, left], 1).mean((2, 3)))


class Branching(nn.Module):
    """Cannot be traced: what it computes depends on the values."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(6, 8)
        self.head = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.hidden(x) if x.sum() > 0 else self.hidden(-x))


NETWORKS: dict[str, tuple[Callable[[], nn.Module], Shape]] = {
    "simple": (SimpleNet, (1, 28, 28)),
    "residual": (Residual, (3, 8, 8)),
    "dense": (Dense, (3, 8, 8)),
    "depthwise": (Depthwise, (3, 8, 8)),
    "grouped": (Grouped, (3, 8, 8)),
    "squeeze_excite": (SqueezeExcite, (3, 8, 8)),
    "padded_shortcut": (PaddedShortcut, (3, 8, 8)),
    "called_twice": (CalledTwice, (6,)),
    "transposed": (Transposed, (3, 8, 8)),
    "tokens": (Tokens, (3, 8, 8)),
    "slopes": (Slopes, (3, 8, 8)),
    "shuffled": (Shuffled, (3, 8, 8)),
}
"""Networks by name, with the shape of one sample."""


@torch.no_grad()
def shake_(network: nn.Module, seed: int = 0) -> nn.Module:
    """Gives batch norms random statistics and every zero parameter a value, so that no difference hides behind a 0."""
    generator = torch.Generator().manual_seed(seed)
    for part in network.modules():
        if isinstance(part, nn.modules.batchnorm._BatchNorm):
            assert part.running_mean is not None and part.running_var is not None
            part.running_mean.normal_(0, 0.3, generator=generator)
            part.running_var.uniform_(0.5, 2, generator=generator)
            part.weight.uniform_(0.5, 1.5, generator=generator)
            part.bias.normal_(0, 0.3, generator=generator)
    for parameter in network.parameters():
        if not parameter.any():
            parameter.normal_(0, 0.1, generator=generator)
    return network


def make_network(name: str, seed: int = 0) -> tuple[nn.Module, Shape]:
    """A network of :data:`NETWORKS` with seeded weights, in evaluation mode."""
    build, shape = NETWORKS[name]
    torch.manual_seed(seed)
    return shake_(build()).eval(), shape


def make_recipe(
    prune: PruneSpec | None = None, quantize: QuantizeSpec | None = None, recover: RecoverSpec | None = None
) -> Recipe:
    """A recipe about a network that the test brings along."""
    return Recipe(
        model=ModelSpec(file="sample"), prune=prune, quantize=quantize, recover=recover or RecoverSpec()
    )


def compress(
    network: nn.Module, shape: Shape, prune: PruneSpec | None = None, quantize: QuantizeSpec | None = None
) -> CompressedModel:
    """The network, captured, with nothing on it yet."""
    return CompressedModel(capture(network, Example(shape)), make_recipe(prune, quantize))


def some_inputs(shape: Shape, count: int = 3, seed: int = 1) -> Tensor:
    """A batch of normal random samples."""
    return torch.randn(count, *shape, generator=torch.Generator().manual_seed(seed))


def error_between(found: Tensor, wanted: Tensor) -> float:
    """The largest difference ÷ the largest output."""
    assert found.shape == wanted.shape
    return float((found - wanted).abs().max() / wanted.abs().max())


def train_rounded_(model: CompressedModel, steps: int, optimizer: torch.optim.Optimizer) -> list[float]:
    """Trains an image network with its quantizers on, on inputs that stay the same; the loss before each step."""
    model.switch_quantizers(is_on=True)
    model.module.train()
    losses = []
    for _ in range(steps):
        loss = (model.module(some_inputs((3, 8, 8), 16)) - 1).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
