"""Finished models and the data that their files are run on."""

import torch
from torch import nn

from engine.context import RunContext
from engine.contract.recipe import PruneSpec, QuantizeSpec
from engine.data.splits import Data, Split
from engine.export.job import ExportJob
from engine.joint.compressed import CompressedModel
from tests.engine.networks import Shape, compress, make_network, some_inputs


def make_data(shape: Shape, *, samples: int = 64, classes: int = 5) -> Data:
    """Normal random samples with random labels."""
    labels = torch.randint(classes, (samples,), generator=torch.Generator().manual_seed(2))
    split = Split(some_inputs(shape, samples), labels)
    return Data(
        train=split,
        validation=Split(split.inputs[:16], labels[:16]),
        test=split,
        classes=classes,
        class_names=tuple(str(label) for label in range(classes)),
        mean=torch.zeros(1),
        std=torch.ones(1),
    )


def finish(network: nn.Module, shape: Shape, *, bits: int | None = 8, ratio: float = 0.5) -> CompressedModel:
    """Half of the channels cut; quantized after training unless ``bits`` is None."""
    quantize = None if bits is None else QuantizeSpec(weight_bits=bits)
    model = compress(network, shape, PruneSpec(ratio=ratio), quantize)
    model.attach_masks()
    model.set_share(1.0)
    model.cut()
    if quantize is not None:
        model.attach_quantizers()
        model.calibrate([some_inputs(shape, 64)])
    model.finish()
    return model


def make_job(name: str, *, bits: int | None = 8) -> ExportJob:
    """An export of a network of :data:`tests.engine.networks.NETWORKS`."""
    network, shape = make_network(name)
    classes = 10 if name == "simple" else 5
    return ExportJob(
        model=finish(network, shape, bits=bits),
        data=make_data(shape, classes=classes),
        ctx=RunContext(),
        threads=1,
        title=f'"{name}"',
    )
