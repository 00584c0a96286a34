"""Banking77 (77 intents of bank customers): a GRU and a small Transformer on Penjing's own words, and half of each.

Run: ``PENJING_DATA=DIR .venv/bin/python benchmarks/banking77.py [--json] [--only ROW] [--out DIR]``, where DIR holds
banking77_train.csv and banking77_test.csv. Afterwards, as a user:

    penjing inspect benchmarks/results/banking77/gru.pt --trust \
        --architecture benchmarks/text_networks.py:GRUClassifier --data csv:DIR/banking77_train.csv
"""

from collections.abc import Iterator

import torch
from halved import Halving, carry_out_with_halves
from text_networks import GRUClassifier, TextTransformer
from torch import Tensor
from trained import Plan, data_file, parser_of, shuffled

from engine.contract.methods import PruneGranularity, PruneMethod
from engine.contract.recipe import DataSpec, DistillSpec
from engine.data.splits import Split
from engine.data.tokenizer import PADDING, UNKNOWN

BATCH = 64
FORGOTTEN = 0.1


def text_batches(split: Split) -> Iterator[tuple[Tensor, Tensor]]:
    """Texts of about the same length together, without the padding that all of them have.

    Some words are made unknown: the network learns what to do with words that it never saw.
    """
    lengths = (split.inputs != PADDING).sum(1)
    order = (lengths + 4 * torch.rand(len(split))).argsort()
    for places in shuffled(split, BATCH, order=order):
        words = split.inputs[places, : int(lengths[places].max())]
        is_forgotten = (torch.rand(words.shape) < FORGOTTEN) & (words != PADDING)
        yield words.masked_fill(is_forgotten, UNKNOWN), split.labels[places]


GRU = Plan(
    name="gru",
    architecture="text_networks.py:GRUClassifier",
    build=GRUClassifier,
    batches=text_batches,
    epochs=30,
    learning_rate=4e-3,
)
TRANSFORMER = Plan(
    name="transformer",
    architecture="text_networks.py:TextTransformer",
    build=TextTransformer,
    batches=text_batches,
    epochs=40,
    learning_rate=1.5e-3,
)
HALVINGS = (
    Halving(
        plan=TRANSFORMER,
        what="heads",
        granularity=PruneGranularity.HEAD,
        epochs=10,
        learning_rate=5e-4,
    ),
    Halving(
        plan=TRANSFORMER,
        what="inner-channels",
        granularity=PruneGranularity.CHANNEL,
        # The stream's channels are those of the words.
        skip=("words",),
        epochs=6,
        learning_rate=5e-4,
    ),
    Halving(
        plan=GRU,
        what="units",
        granularity=PruneGranularity.UNIT,
        method=PruneMethod.TAYLOR,
        epochs=8,
        learning_rate=3e-3,
        distill=DistillSpec(temperature=2.0),
    ),
)


def main() -> None:
    options = parser_of(__doc__, default_out="banking77").parse_args()
    spec = DataSpec(source=f"csv:{data_file('banking77_train.csv')}")
    carry_out_with_halves((GRU, TRANSFORMER), HALVINGS, spec, options)


if __name__ == "__main__":
    main()
