import pytest

from engine.contract.errors import RequestError
from engine.contract.methods import AudioFeatures, DataKind
from engine.contract.recipe import AudioSpec, DataSpec, TextSpec
from engine.contract.texts import TEXTS
from gui.pages.open_request import (
    INPUT_SHAPE,
    MORE,
    SHOWN,
    SPECS,
    FieldError,
    data_from,
    default_text,
    field_of_error,
    read_field,
    texts_of,
)

DATA = [
    DataSpec(source="npz:/d/x.npz", mean=(0.485, 0.456), std=(0.229, 0.224), class_names=("cat", "dog")),
    DataSpec(source="folder:/d", image_size=(64, 48), validation=0.25, test=0.15, limit=500),
    DataSpec(source="torchvision:CIFAR10", limit=1000, batch_size=32),
    DataSpec(source="csv:/d/t.csv", text=TextSpec(text_column="body", length=32, vocabulary=500)),
    DataSpec(source="audio:/d", audio=AudioSpec(features=AudioFeatures.WAVEFORM, seconds=0.5, bands=32)),
    DataSpec(source="/d/own.py:load", mean=(0.5,), std=(0.5,)),
]


def kind_of(data: DataSpec) -> DataKind:
    scheme = data.source.partition(":")[0]
    return next((kind for kind in DataKind if kind == scheme), DataKind.PYTHON)


@pytest.mark.parametrize("data", DATA, ids=lambda data: data.source)
def test_that_data_comes_back_as_it_was_shown(data):
    assert data_from(data.source, kind_of(data), texts_of(data), data) == data


def test_that_fields_of_another_kind_are_left_out():
    texts = {"text.length": "32", "mean": "0.5"}

    assert data_from("audio:/d", DataKind.AUDIO, texts, DataSpec()) == DataSpec(source="audio:/d")


def test_that_an_empty_field_is_the_default_even_where_the_last_model_had_another():
    before = DataSpec(source="npz:/d/x.npz", validation=0.5)

    assert data_from("npz:/d/x.npz", DataKind.NPZ, {}, before).validation == DataSpec().validation


def test_that_every_field_that_is_asked_for_is_one_of_the_contract():
    asked = {name for table in (SHOWN, MORE) for kind in DataKind for name in table[kind]}

    assert asked <= set(SPECS)
    assert set(SHOWN) == set(MORE) == set(DataKind)


SHAPES = ["3, 224, 224", "3 224 224", "[3, 224, 224]", "3×224×224", "(3，224，224)", "3x224x224"]


@pytest.mark.parametrize("text", SHAPES)
def test_that_a_shape_may_be_written_as_people_write_it(text):
    assert read_field(INPUT_SHAPE, text) == (3, 224, 224)


@pytest.mark.parametrize("text", ["15 %", "15%", "15", "0.15", "15％"])
def test_that_a_share_may_be_written_in_percent_or_as_a_fraction(text):
    assert read_field("validation", text) == pytest.approx(0.15)


def test_that_the_default_of_a_share_reads_as_percent():
    assert default_text("validation") == "10 %"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (INPUT_SHAPE, "3, two"),
        (INPUT_SHAPE, "0, 224"),
        ("mean", "a half"),
        ("std", "0.2, 0"),
        ("std", "-1"),
        ("validation", "100 %"),
        ("test", "0"),
        ("limit", "0"),
        ("limit", "many"),
        ("text.vocabulary", "2"),
        ("audio.seconds", "-1"),
        ("image_size", "9000, 9000"),
    ],
)
def test_that_a_field_that_cannot_be_read_is_named(field, text):
    with pytest.raises(FieldError) as caught:
        read_field(field, text)

    assert caught.value.field == field


def test_that_class_names_may_be_parted_by_chinese_commas():
    assert read_field("class_names", "猫，狗") == ("猫", "狗")


@pytest.mark.parametrize(
    ("code", "field"),
    [
        ("architecture_missing", "architecture"),
        ("weights_do_not_fit", "architecture"),
        ("class_not_found", "architecture"),
        ("input_shape_needed", "input_shape"),
        ("forward_failed", "input_shape"),
        ("data_wrong_shape", "source"),
        ("data_no_folder", "source"),
        ("data_too_large", "limit"),
        ("csv_no_column", "text.text_column"),
        ("csv_ragged", "source"),
        ("tokenizer_unreadable", "text.tokenizer"),
        ("torchvision_missing", "source"),
        ("image_size_form", "image_size"),
        ("labels_out_of_range", "source"),
        ("normalisation_channels", "mean"),
        ("file_truncated", None),
        ("opening_too_slow", None),
    ],
)
def test_that_an_error_of_the_engine_points_at_the_field_to_mend(code, field):
    assert code in TEXTS
    assert field_of_error(error_of(code)) == field


def test_that_a_python_file_that_fails_is_the_data_s_where_the_data_names_it():
    error = RequestError("python_failed", path="/d/own.py", reason="a typing error")

    assert field_of_error(error, DataSpec(source="/d/own.py:load")) == "source"
    assert field_of_error(error, DataSpec(source="npz:/d/x.npz")) == "architecture"


def error_of(code: str) -> RequestError:
    """An error of that code, whatever its sentence names."""

    class _Anything(dict[str, object]):
        def __missing__(self, name: str) -> str:
            return name

    error = RequestError("busy")
    error.code, error.arguments = code, dict(_Anything())
    return error
