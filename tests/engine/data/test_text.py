"""Tables of texts: their columns, titles, delimiters and encodings; texts as numbers."""

from pathlib import Path

import pytest
import torch

from engine.context import Control, RunContext
from engine.contract.errors import RequestError, RunCancelled
from engine.contract.methods import InputKind
from engine.contract.recipe import DataSpec, TextSpec
from engine.data.splits import Data, load_data
from engine.data.tables import find_delimiter

ROWS = [(f"say {word} now", label) for word, label in zip("abcdefghij" * 2, ["yes", "no"] * 10, strict=True)]


def write_csv(path: Path, rows: list[tuple[str, str]] = ROWS, title: str = "text,label\n") -> Path:
    path.write_text(title + "".join(f'"{text}",{label}\n' for text, label in rows), encoding="utf-8")
    return path


def load(path: Path, *, text: TextSpec | None = None, **spec: object) -> Data:
    return load_data(
        DataSpec(source=f"csv:{path}", text=text, **spec),  # type: ignore[arg-type]
        RunContext(),
        seed=0,
    )


def texts_of(data: Data) -> list[tuple[str, str]]:
    assert data.tokenizer is not None
    return [
        (data.tokenizer.decode(numbers.tolist()), data.class_names[int(label)])
        for split in (data.train, data.validation, data.test)
        for numbers, label in zip(split.inputs, split.labels, strict=True)
    ]


def test_that_texts_become_word_numbers_with_sorted_classes(tmp_path: Path) -> None:
    data = load(write_csv(tmp_path / "d.csv"), text=TextSpec(length=5))
    assert (data.sample_shape, data.train.inputs.dtype, data.kind) == ((5,), torch.int64, InputKind.TEXT)
    assert (data.class_names, len(data.train) + len(data.validation), len(data.test)) == (
        ("no", "yes"),
        16,
        4,
    )
    assert data.to_inputs(data.test.inputs) is data.test.inputs
    # "now" and "say" are in every text and come first, by alphabet; padding is 0.
    assert data.train.inputs[:, 0].tolist() == [3] * len(data.train)
    assert data.train.inputs[0, 2:].tolist() == [2, 0, 0]
    assert data.vocabulary is not None and int(data.train.inputs.max()) == data.vocabulary - 1


def test_that_a_file_of_train_is_joined_by_the_test_beside_it(tmp_path: Path) -> None:
    write_csv(tmp_path / "talk_train.csv")
    write_csv(tmp_path / "talk_test.csv", [("say strange things", "yes"), ("say a now", "maybe")])
    data = load(tmp_path / "talk_train.csv")
    assert (data.class_names, len(data.test)) == (("maybe", "no", "yes"), 2)
    # Words of test alone are unknown: 1.
    assert data.test.inputs[0, :4].tolist() == [3, 1, 1, 0]
    assert texts_of(data)[-2:] == [("say <unk> <unk>", "yes"), ("say a now", "maybe")]


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        ("text,label\nwell,yes\nno way,no\nyes,yes\nnever,no\n", ("no", "yes")),
        ("well;1\nno way;0\nyes;1\nnever;0\n", ("0", "1")),
        ("\ufeffid\ttext\tlabel\n7\ta b\tx\n8\tc d\ty\n9\te\tx\n\n10\tf\ty\n", ("x", "y")),
        ('"a, ""quoted"" text",x\n"two\nlines",y\nc,x\nd,y\n', ("x", "y")),
        ("a|9\nb|10\nc|9\nd|10\n", ("9", "10")),
    ],
)
def test_that_tables_of_every_habit_are_read(tmp_path: Path, content: str, wanted: tuple[str, ...]) -> None:
    path = tmp_path / "d.csv"
    path.write_text(content, encoding="utf-8")
    data = load(path, text=TextSpec(length=8), test=0.5, validation=0.0)
    assert data.class_names == wanted
    assert (len(data.train), len(data.test)) == (2, 2)


def test_that_tables_of_excel_in_utf_16_are_read(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text("盆景很好\t好\n不错\t好\n很差\t差\n不好\t差\n", encoding="utf-16")
    data = load(path, test=0.5, validation=0.0)
    assert sorted(data.class_names) == sorted(("好", "差"))


def test_that_numbers_as_labels_keep_their_value_where_they_begin_with_0(tmp_path: Path) -> None:
    rows = [(f"t{place}", str(label)) for place, label in enumerate([0, 2, 10, 4, 5, 6, 8, 9] * 4)]
    data = load(write_csv(tmp_path / "d.csv", rows))
    assert data.class_names == tuple(map(str, range(11)))
    assert set(data.train.labels.tolist()) == {0, 2, 10, 4, 5, 6, 8, 9}
    ratings = [(f"t{place}", str(1 + place % 5)) for place in range(20)]
    stars = load(write_csv(tmp_path / "stars.csv", ratings))
    assert (stars.class_names, int(stars.train.labels.min())) == (("1", "2", "3", "4", "5"), 0)


def test_that_columns_are_found_by_name(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    lines = [f"{place},words {place},{'ab'[place % 2]},{place * 7}" for place in range(10)]
    path.write_text("id,Sentence,kind,score\n" + "\n".join(lines))
    data = load(path, text=TextSpec(text_column="sentence", label_column="kind"))
    assert data.class_names == ("a", "b")
    assert {text.split()[0] for text, _ in texts_of(data)} <= {"words", "<unk>"}


def test_that_the_words_do_not_depend_on_the_limit(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "d.csv")
    whole, part = load(path), load(path, limit=4, validation=0.0)
    assert whole.tokenizer == part.tokenizer
    assert (len(part.train), len(part.test)) == (4, 4)


@pytest.mark.parametrize(
    ("content", "text", "code", "says"),
    [
        (b"text,label\na,x\nb,y,z\n", None, "csv_ragged", "Line 3"),
        (b"one\ntwo\n", None, "csv_one_column", "one column"),
        (b"\xff\x00\xc3\x28,x\n", None, "csv_unreadable", "UTF-8"),
        (b"", None, "file_empty", "empty"),
        (b'a,"x\nb,y\n', None, "csv_unreadable", "unexpected end"),
        (b"text,label\n", None, "data_empty", "train"),
        (b"text,label\na,x\n", TextSpec(text_column="body"), "csv_no_column", "text, label"),
    ],
)
def test_that_a_table_that_cannot_be_read_is_one_clear_line(
    tmp_path: Path, content: bytes, text: TextSpec | None, code: str, says: str
) -> None:
    (tmp_path / "d.csv").write_bytes(content)
    with pytest.raises(RequestError) as caught:
        load(tmp_path / "d.csv", text=text)
    assert caught.value.code == code
    assert says in caught.value.message and "\n" not in caught.value.message


@pytest.mark.parametrize(("name", "code"), [("no.csv", "file_missing"), (".", "file_is_folder")])
def test_that_a_table_must_be_a_file(tmp_path: Path, name: str, code: str) -> None:
    with pytest.raises(RequestError) as caught:
        load(tmp_path / name)
    assert caught.value.code == code


def test_that_reading_texts_can_be_cancelled(tmp_path: Path) -> None:
    control = Control()
    control.cancel()
    spec = DataSpec(source=f"csv:{write_csv(tmp_path / 'd.csv')}")
    with pytest.raises(RunCancelled):
        load_data(spec, RunContext(control=control), seed=0)


def test_that_commas_within_texts_do_not_hide_the_delimiter() -> None:
    assert find_delimiter("a, b and c;x\nd;y\n") == ";"
    assert find_delimiter("no delimiter at all\n") == ","
