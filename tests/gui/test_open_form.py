from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit, QPushButton, QWidget

from engine.contract.errors import RequestError, RunCancelled
from engine.contract.methods import DataKind
from engine.contract.recipe import DataSpec
from engine.contract.source import ModelSource, PrunedFrom
from gui.pages.open_form import OpenForm
from gui.session import OpenRequest
from tests.gui.data_builders import make_contents, make_match

FILE = "/models/net.pt"
SOURCE = ModelSource(file=FILE)


@pytest.fixture
def form(qtbot) -> OpenForm:
    form = OpenForm()
    qtbot.addWidget(form)
    form.retranslate()
    form.resize(1020, 640)
    form.show()
    return form


def edit(form: QWidget, name: str) -> QLineEdit:
    return next(found for found in form.findChildren(QLineEdit) if found.accessibleName() == name)


def button(form: QWidget, text: str) -> QPushButton:
    return next(
        found for found in form.findChildren(QPushButton) if text in found.text() and found.isVisible()
    )


def shown(form: QWidget) -> str:
    return "\n".join(label.text() for label in form.findChildren(QLabel) if label.isVisible())


def open_file(form: OpenForm, source: ModelSource = SOURCE, data: DataSpec | None = None) -> None:
    form.set_request(OpenRequest(source=source, data=data))


def asked(form: OpenForm, qtbot) -> OpenRequest:
    with qtbot.waitSignal(form.open_requested) as heard:
        qtbot.mouseClick(button(form, "Open"), Qt.MouseButton.LeftButton)
    return heard.args[0]


def test_that_a_file_is_looked_at_at_once(form, qtbot):
    with qtbot.waitSignal(form.look_requested) as heard:
        open_file(form)

    assert heard.args == [SOURCE]
    assert "Looking at the file" in shown(form)


def test_that_what_the_file_is_stands_below_its_name(form):
    open_file(form)

    form.set_contents(SOURCE, make_contents(needs_architecture=False))

    assert "Checkpoint · 46.8 MB · 122 tensors · 11.7 M parameters" in " ".join(shown(form).split())
    assert not edit(form, "Architecture").isVisible()


def test_that_a_pruned_file_says_what_it_was(form):
    open_file(form)
    whole = PrunedFrom(name="torchvision:<b>resnet50</b>", parameters=25_557_032)

    form.set_contents(SOURCE, make_contents(needs_architecture=False, pruned_from=whole))

    assert "pruned from torchvision:<b>resnet50</b> with 25.6 M parameters" in " ".join(shown(form).split())


def test_that_a_guess_that_fits_whole_is_filled_in_and_told(form, qtbot):
    open_file(form)

    form.set_contents(SOURCE, make_contents(make_match(), make_match("torchvision:resnet34", matched=100)))

    assert edit(form, "Architecture").text() == "torchvision:resnet18"
    assert form.model.meter_text() == "122 of 122 keys fit · filled in for you"
    assert asked(form, qtbot).source.architecture == "torchvision:resnet18"


def test_that_a_guess_that_fits_in_part_is_only_proposed(form, qtbot):
    open_file(form)
    form.set_contents(SOURCE, make_contents(make_match("torchvision:resnet34", matched=100)))
    assert edit(form, "Architecture").text() == ""

    qtbot.mouseClick(button(form, "100 of 122"), Qt.MouseButton.LeftButton)

    assert edit(form, "Architecture").text() == "torchvision:resnet34"
    assert form.model.meter_text() == "100 of 122 keys fit · 22 missing: fc.0, fc.1, fc.2 …"


def test_that_a_file_is_looked_at_once_for_what_was_typed_in_one_go(form, qtbot):
    open_file(form)
    form.set_contents(SOURCE, make_contents())
    heard: list[ModelSource] = []
    form.look_requested.connect(heard.append)

    with qtbot.waitSignal(form.look_requested):
        qtbot.keyClicks(edit(form, "Architecture"), "timm:resnet26")
    typed = ModelSource(file=FILE, architecture="timm:resnet26")
    form.set_contents(typed, make_contents(match=make_match("timm:resnet26", matched=120)))

    assert heard == [typed]
    assert form.model.meter_text() == "120 of 122 keys fit · 2 missing: fc.0, fc.1"


def test_that_an_answer_to_what_is_no_longer_typed_is_dropped(form, qtbot):
    open_file(form)
    form.set_contents(SOURCE, make_contents())
    qtbot.keyClicks(edit(form, "Architecture"), "timm:resnet26")

    late = ModelSource(file=FILE, architecture="timm:resnet2")
    form.set_contents(late, make_contents(match=make_match("timm:resnet2", matched=1)))

    assert form.model.meter_text() == ""


def test_that_an_architecture_that_is_unknown_is_told_while_it_is_typed_and_takes_no_focus(form, qtbot):
    open_file(form)
    form.set_contents(SOURCE, make_contents())
    line = edit(form, "Architecture")
    qtbot.keyClicks(line, "timm:r")

    error = RequestError("architecture_unknown", name="r", nearest="timm:resnet18")
    form.show_look_error(ModelSource(file=FILE, architecture="timm:r"), error)
    assert 'did you mean "timm:resnet18"' in form.error()

    qtbot.keyClicks(line, "e")
    assert form.error() == ""


def test_that_a_file_that_cannot_be_read_says_so_and_a_look_that_was_given_up_says_nothing(form):
    open_file(form)
    form.show_look_error(SOURCE, RunCancelled())
    assert "cancelled" not in shown(form)
    assert "Looking" not in shown(form)

    open_file(form)
    form.show_look_error(SOURCE, RequestError("file_truncated", path=FILE, reason="no end"))
    assert "is damaged or cut short" in shown(form)


def test_that_a_class_that_only_the_user_has_asks_for_its_python_file(form):
    open_file(form)

    form.show_look_error(SOURCE, RequestError("class_not_found", path=FILE, names="nets.Net", name="Net"))

    assert "needs nets.Net" in form.error()
    assert edit(form, "Architecture").isVisible()
    assert "Looking" not in shown(form)


def test_that_one_of_several_sets_of_weights_is_chosen(form, qtbot):
    open_file(form)
    form.set_contents(SOURCE, make_contents(make_match(), entries=("model_ema", "model")))
    assert asked(form, qtbot).source.entry is None

    with qtbot.waitSignal(form.look_requested) as heard:
        qtbot.keyClick(form.model._entry.combo, Qt.Key.Key_Down)
    assert heard.args[0].entry == "model"
    form.set_contents(heard.args[0], make_contents(make_match(), entries=("model", "model_ema")))

    assert asked(form, qtbot).source.entry == "model"


def test_that_code_that_the_file_wants_is_told_before_it_is_opened(form):
    open_file(form)

    form.set_contents(SOURCE, make_contents(wants=("nets.LeNet5",), needs_architecture=False))

    assert "nets.LeNet5" in shown(form)


def test_that_the_input_shape_is_asked_for_only_once_the_engine_wants_it(form, qtbot):
    open_file(form)
    form.set_contents(SOURCE, make_contents(make_match()))
    assert not edit(form, "Input shape").isVisible()

    form.show_error(RequestError("input_shape_needed", architecture="torchvision:resnet18"))
    qtbot.keyClicks(edit(form, "Input shape"), "three")
    qtbot.keyClick(edit(form, "Input shape"), Qt.Key.Key_Return)
    assert form.error() == "Write whole numbers within their limits, such as 3, 224, 224."

    edit(form, "Input shape").clear()
    qtbot.keyClicks(edit(form, "Input shape"), "3, 64, 64")
    assert asked(form, qtbot).source.input_shape == (3, 64, 64)


def test_that_a_python_file_is_compared_with_only_once_its_callable_is_typed(form, qtbot, monkeypatch):
    open_file(form)
    form.set_contents(SOURCE, make_contents())
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("/models/nets.py", ""))

    line, heard = edit(form, "Architecture"), []
    form.look_requested.connect(lambda source: heard.append(source.architecture))
    qtbot.mouseClick(button(form, "Browse…"), Qt.MouseButton.LeftButton)
    qtbot.keyClicks(line, "Net")
    assert not form.model._timer.isActive()
    qtbot.keyClick(line, Qt.Key.Key_Tab)

    assert heard == ["/models/nets.py:Net"]


def test_that_known_data_comes_back_with_what_the_form_does_not_show(form, qtbot):
    data = DataSpec(source="npz:/d/x.npz", mean=(0.5,), std=(0.25,), batch_size=32)
    open_file(form, data=data)

    assert asked(form, qtbot) == OpenRequest(source=SOURCE, data=data)


@pytest.mark.parametrize("kind", [kind for kind in DataKind if kind is not DataKind.SAMPLE])
def test_that_each_kind_of_data_asks_where_it_lies(form, qtbot, kind):
    open_file(form)
    qtbot.mouseClick(form.data._kinds.tile(kind), Qt.MouseButton.LeftButton)

    with qtbot.assertNotEmitted(form.open_requested):
        qtbot.mouseClick(button(form, "Open"), Qt.MouseButton.LeftButton)

    assert "Say where the data lies" in form.error()
    assert form.focusWidget() is form.data._place.path.edit


def test_that_sound_is_described_by_its_own_fields(form, qtbot):
    open_file(form)
    form.data.choose(DataKind.AUDIO)
    qtbot.keyClicks(form.data._place.path.edit, "/d/spoken")
    qtbot.keyClicks(edit(form, "Seconds"), "0.5")
    qtbot.mouseClick(button(form, "More settings"), Qt.MouseButton.LeftButton)
    qtbot.keyClicks(edit(form, "Mel bands"), "32")

    data = asked(form, qtbot).data

    assert data is not None and data.audio is not None
    assert (data.source, data.audio.seconds, data.audio.bands) == ("audio:/d/spoken", 0.5, 32)


def test_that_a_mistake_behind_more_settings_brings_them_into_sight(form, qtbot):
    open_file(form, data=DataSpec(source="npz:/d/x.npz"))
    edit(form, "Validation share").setText("all")

    qtbot.mouseClick(button(form, "Open"), Qt.MouseButton.LeftButton)

    assert edit(form, "Validation share").isVisible()
    assert form.error() == "Write numbers within their limits, such as 10 %."


def test_that_an_error_at_a_field_that_is_not_shown_lands_where_the_data_lies(form):
    open_file(form, data=DataSpec(source="npz:/d/x.npz"))

    error = RequestError("csv_no_column", path="/d/x.npz", name="text", found="a, b")

    assert form.show_error(error)
    assert form.data._place.path.error() == form.error() != ""


def test_that_torchvision_data_is_fetched_only_when_that_is_ticked(form, qtbot):
    open_file(form)
    form.data.choose(DataKind.TORCHVISION)
    qtbot.keyClicks(form.data._place.path.edit, "MNIST")
    assert asked(form, qtbot).data == DataSpec(source="torchvision:MNIST")

    form.data._place._download.click()

    assert asked(form, qtbot).data == DataSpec(source="torchvision:MNIST?download=true")


def test_that_data_is_previewed_as_it_is_typed(form, qtbot):
    open_file(form)
    assert not button(form, "Preview").isEnabled()
    form.data.choose(DataKind.SAMPLE)

    with qtbot.waitSignal(form.preview_requested) as heard:
        qtbot.mouseClick(button(form, "Preview"), Qt.MouseButton.LeftButton)

    assert heard.args == [DataSpec(source="sample")]


def test_that_a_folder_of_arrays_becomes_the_data(form, qtbot, tmp_path):
    Path(tmp_path, "x_train.npy").write_bytes(b"")
    open_file(form)

    form.data.take_path(tmp_path)

    assert asked(form, qtbot).data == DataSpec(source=f"npz:{tmp_path}")
