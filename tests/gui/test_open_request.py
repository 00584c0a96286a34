import pytest

from engine.contract.recipe import DataSpec
from engine.contract.source import ModelSource
from engine.contract.texts import TEXTS
from gui.pages.open_request import FieldError, OpenField, field_of_error, request_from, texts_of
from gui.session import OpenRequest

FULL = OpenRequest(
    source=ModelSource(file="/m/net.pt", architecture="torchvision:resnet18", input_shape=(3, 224, 224)),
    data=DataSpec(source="npz:/d/x.npz", mean=(0.485, 0.456), std=(0.229, 0.224), class_names=("cat", "dog")),
)


def texts(**changes: str) -> dict[OpenField, str]:
    return {field: changes.get(field.value, "") for field in OpenField}


def test_that_an_empty_form_asks_for_the_file_alone():
    assert request_from("/m/net.pt", texts()) == OpenRequest(source=ModelSource(file="/m/net.pt"))


def test_that_a_request_comes_back_as_it_was_shown():
    assert request_from("/m/net.pt", texts_of(FULL)) == FULL


SHAPES = ["3, 224, 224", "3 224 224", "[3, 224, 224]", "3×224×224", "(3，224，224)", "3x224x224"]


@pytest.mark.parametrize("text", SHAPES)
def test_that_a_shape_may_be_written_as_people_write_it(text):
    assert request_from("/m/net.pt", texts(input_shape=text)).source.input_shape == (3, 224, 224)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (OpenField.INPUT_SHAPE, "3, two"),
        (OpenField.INPUT_SHAPE, "0, 224"),
        (OpenField.MEAN, "a half"),
        (OpenField.STD, "0.2, 0"),
        (OpenField.STD, "-1"),
    ],
)
def test_that_a_field_that_cannot_be_read_is_named(field, text):
    with pytest.raises(FieldError) as caught:
        request_from("/m/net.pt", texts(**{field.value: text}))

    assert caught.value.field is field


def test_that_class_names_may_be_parted_by_chinese_commas():
    request = request_from("/m/net.pt", texts(source="sample", class_names="猫，狗"))

    assert request.data is not None
    assert request.data.class_names == ("猫", "狗")


@pytest.mark.parametrize(
    ("code", "field"),
    [
        ("architecture_missing", OpenField.ARCHITECTURE),
        ("weights_do_not_fit", OpenField.ARCHITECTURE),
        ("input_shape_needed", OpenField.INPUT_SHAPE),
        ("data_wrong_shape", OpenField.SOURCE),
        ("labels_out_of_range", OpenField.SOURCE),
        ("normalisation_channels", OpenField.MEAN),
        ("file_truncated", None),
    ],
)
def test_that_an_error_of_the_engine_points_at_the_field_to_mend(code, field):
    assert code in TEXTS
    assert field_of_error(code) is field
