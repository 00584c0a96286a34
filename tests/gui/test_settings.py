from pathlib import Path

from PySide6.QtCore import QByteArray

from engine.contract.source import ModelSource
from gui.session import OpenRequest
from gui.settings import Settings, config_file


def request(name: str, architecture: str | None = None) -> OpenRequest:
    return OpenRequest(source=ModelSource(file=f"/models/{name}.pt", architecture=architecture))


def test_that_what_was_set_is_there_the_next_time():
    settings = Settings()
    settings.set_language("zh")
    settings.set_scheme("dark")
    settings.set_geometry(QByteArray(b"\x01\x02"))
    settings.add_recent(request("net"))
    del settings

    again = Settings()

    assert (again.language(), again.scheme()) == ("zh", "dark")
    assert again.geometry() == QByteArray(b"\x01\x02")
    assert again.recent() == (request("net"),)


def test_that_a_fresh_start_has_nothing_set():
    settings = Settings()

    assert (settings.language(), settings.scheme(), settings.recent()) == ("", "", ())


def test_that_a_file_is_listed_once_as_it_was_opened_last():
    settings = Settings()
    for opened in (request("a"), request("b"), request("a", "torchvision:resnet18")):
        settings.add_recent(opened)

    assert settings.recent() == (request("a", "torchvision:resnet18"), request("b"))


def test_that_the_list_of_recent_models_stays_short():
    settings = Settings()
    for number in range(9):
        settings.add_recent(request(str(number)))

    assert [Path(recent.source.file).stem for recent in settings.recent()] == ["8", "7", "6", "5", "4", "3"]


def test_that_a_damaged_file_reads_as_nothing_set():
    config_file().parent.mkdir(parents=True)
    config_file().write_text('[General]\nrecent="[{\\"source\\": 3}]"\ngeometry=7\n')

    assert Settings().recent() == ()
    assert Settings().geometry().isEmpty()
