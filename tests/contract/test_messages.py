"""Every message survives the pipe; NaN travels as null."""

import math
import typing

import msgspec
import pytest

from engine.contract import events as ev
from engine.contract import messages as ms
from engine.contract.methods import ExportFormat, InputKind, SensitivityKind, SourceFormat
from engine.contract.recipe import DataSpec
from engine.contract.record import Record
from engine.contract.source import FileContents, ModelSource, WeightsMatch
from engine.contract.stats import LayerSensitivity, LayerSuggestion, Metrics, SensitivityMap
from tests.gui.builders import (
    make_artifact,
    make_events_story,
    make_inspection,
    make_layer,
    make_recipe,
    make_report,
)

REQUESTS: tuple[ms.Request, ...] = (
    ms.Inspect(id=1, source=ModelSource(file="/m.pt", architecture="torchvision:resnet18"), data=DataSpec()),
    ms.Preview(id=2, data=DataSpec(source="npz:/d.npz"), trust=True),
    ms.Look(id=2, source=ModelSource(file="/m.pt", entry="model_ema")),
    ms.Sensitivity(id=2, source=ModelSource(file="/m.pt"), kind=SensitivityKind.FULL, data=DataSpec()),
    ms.Estimate(id=3, recipe=make_recipe()),
    ms.Run(id=4, recipe=make_recipe(), folder="/runs/a", resume=True),
    ms.Export(id=5, folder="/runs/a", format=ExportFormat.ONNX_INT8, output="/out.onnx"),
    ms.Verify(id=6, path="/out.onnx"),
    ms.Trust(id=6, granted=False),
    ms.Pause(id=4),
    ms.Continue(id=4),
    ms.Cancel(id=4),
    ms.Detach(id=4),
    ms.Shutdown(id=0),
)
ANSWERS: tuple[ms.Answer, ...] = (
    ms.Ready(protocol=ms.PROTOCOL, versions={"torch": "2.14"}),
    ms.Event(id=4, event=ev.Paused(time=1.5)),
    ms.Question(id=4, path="/m.pt", wants=("os.system",)),
    ms.Result(id=4, value=msgspec.Raw(b'{"a":1}')),
    ms.Failed(id=4, code="busy", message="The engine is busy.", exit_status=2),
    ms.Busy(id=9),
    ms.Heartbeat(),
)
EVENTS: tuple[ev.RunEvent, ...] = (
    *make_events_story(),
    ev.RunResumed(step=40, name="sample"),
    ev.LayerChanged(layer="conv1", stats=make_layer()),
    ev.LayerMeasured(
        layer="conv1",
        sensitivity=LayerSensitivity(
            quantize=((8, 0.9),), suggestion=LayerSuggestion(channel_ratio=0.5, bits=4)
        ),
        step=3,
        steps=9,
        baseline=0.91,
    ),
    ev.Paused(),
    ev.Continued(),
    ev.WarningRaised(code="note_slower", message="slower", arguments={"ratio": "0.9"}),
)
VALUES: tuple[Record, ...] = (
    make_inspection(),
    make_report(),
    make_artifact(),
    FileContents(
        format=SourceFormat.CHECKPOINT,
        size_bytes=9,
        entries=("model_ema", "model"),
        needs_architecture=True,
        guesses=(WeightsMatch(architecture="torchvision:resnet18", matched=3, total=4, missing=1),),
    ),
    SensitivityMap(kind=SensitivityKind.QUICK, layers={"conv1": LayerSensitivity(prune=((0.5, 0.9),))}),
    ms.DataSummary(
        sample_shape=(1, 28, 28),
        train=9,
        validation=1,
        test=2,
        classes=2,
        class_counts=(5, 4),
        kind=InputKind.IMAGE,
        samples=(
            ms.SamplePreview(
                label=1,
                picture=ms.Picture(width=2, height=1, channels=1, pixels=bytes([0, 255])),
                wave=((-1.0, 0.5),),
                predicted=0,
                probability=0.7,
            ),
        ),
    ),
)


def there_and_back(value: object, kind: object) -> object:
    return msgspec.json.decode(msgspec.json.encode(value), type=kind)


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: type(request).__name__)
def test_that_a_request_arrives_as_it_was_sent(request_: ms.Request) -> None:
    assert there_and_back(request_, ms.Request) == request_


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: type(answer).__name__)
def test_that_an_answer_arrives_as_it_was_sent(answer: ms.Answer) -> None:
    arrived = there_and_back(answer, ms.Answer)
    assert msgspec.json.encode(arrived) == msgspec.json.encode(answer)
    assert type(arrived) is type(answer)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_that_an_event_arrives_as_it_was_sent(event: ev.RunEvent) -> None:
    assert there_and_back(ms.Event(id=1, event=event), ms.Answer) == ms.Event(id=1, event=event)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_that_a_value_arrives_as_it_was_sent(value: Record) -> None:
    assert there_and_back(value, type(value)) == value


@pytest.mark.parametrize(
    ("union", "examples"), [(ms.Request, REQUESTS), (ms.Answer, ANSWERS), (ev.RunEvent, EVENTS)]
)
def test_that_no_kind_of_message_was_forgotten_here(union: object, examples: tuple[object, ...]) -> None:
    assert {type(example) for example in examples} == set(typing.get_args(union))


def test_that_every_job_has_a_kind_of_answer() -> None:
    assert set(ms.VALUE_TYPES) == set(typing.get_args(ms.Job))
    assert set(ms.VALUE_TYPES.values()) == set(typing.get_args(ms.JobValue))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_that_what_is_no_number_travels_as_null(value: float) -> None:
    event = ev.MetricsLogged(stage=ev.Stage.TRAIN, step=3, values={"train_loss": value})
    line = msgspec.json.encode(event)
    assert b"null" in line
    arrived = msgspec.json.decode(line, type=ev.RunEvent)
    assert isinstance(arrived, ev.MetricsLogged)
    assert arrived.values == {"train_loss": None}
    assert there_and_back(Metrics(loss=value), Metrics) == Metrics(loss=None)


def test_that_a_message_is_one_line_tagged_by_its_type() -> None:
    for message in (*REQUESTS, *ANSWERS, *EVENTS):
        line = msgspec.json.encode(message)
        assert b"\n" not in line
        assert msgspec.json.decode(line)["type"] == type(message).__name__


def test_that_an_unknown_field_or_type_is_refused() -> None:
    for line in (b'{"type":"Pause","id":1,"speed":2}', b'{"type":"Explode","id":1}', b'{"type":"Pause"}'):
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(line, type=ms.Request)
