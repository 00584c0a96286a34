"""Words and their numbers: our own vocabulary, pieces of words, and files that come with a model."""

from pathlib import Path

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import BertTokenizer

from engine.contract.errors import RequestError
from engine.data.tokenizer import read_tokenizer, split_words, vocabulary_of

PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "un", "##believ", "##able", "tree", "##s", ",", "!", "盆", "a"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello,   World!", ["hello", ",", "world", "!"]),
        ("don't 'quote' 3.5 C3PO", ["don't", "'", "quote", "'", "3", ".", "5", "c3po"]),
        ("我爱AI模型", ["我", "爱", "ai", "模", "型"]),
        ("naïve_x", ["naïve", "_", "x"]),
        (" \n\t", []),
    ],
)
def test_that_texts_are_parted_into_words(text: str, words: list[str]) -> None:
    assert split_words(text) == words


def test_that_words_are_ranked_by_frequency_and_then_by_alphabet() -> None:
    own = vocabulary_of(["b b a", "c a b", "d"], 5)
    assert own.words == ("<pad>", "<unk>", "b", "a", "c")
    assert own.encode("a d b", 5) == [3, 1, 2, 0, 0]
    assert own.encode("a b c a", 2) == [3, 2]
    assert own.decode([3, 1, 2, 0, 0]) == "a <unk> b"


def test_that_pieces_are_those_of_transformers(tmp_path: Path) -> None:
    path = tmp_path / "vocab.txt"
    path.write_text("\n".join(PIECES) + "\n", encoding="utf-8")
    ours = read_tokenizer(str(path))
    theirs = BertTokenizer(vocab={word: number for number, word in enumerate(PIECES)}, do_lower_case=True)
    for text in ("Unbelievable trees!", "a tree, 盆 tree", "unknown tree", "", "a " * 40):
        wanted = theirs(text, max_length=12, truncation=True, padding="max_length")["input_ids"]
        assert ours.encode(text, 12) == wanted, text
    assert ours.size == len(PIECES)
    assert ours.decode(ours.encode("Unbelievable trees!", 12)) == "unbelievable trees !"


def test_that_a_plain_list_of_words_keeps_its_order(tmp_path: Path) -> None:
    path = tmp_path / "vocab.txt"
    path.write_text("tree\nbonsai\n")
    assert read_tokenizer(str(path)).encode("Bonsai tree x", 4) == [3, 2, 1, 0]
    path.write_text("<pad>\n<unk>\ntree\n")
    assert read_tokenizer(str(path)).encode("tree x", 3) == [2, 1, 0]


def test_that_a_tokenizer_json_is_read_from_its_file_or_folder(tmp_path: Path) -> None:
    inner = Tokenizer(models.WordLevel({"[UNK]": 0, "tree": 1, "[PAD]": 2, "a": 3}, unk_token="[UNK]"))
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    inner.enable_padding(length=50)
    inner.save(str(tmp_path / "tokenizer.json"))
    for place in (tmp_path, tmp_path / "tokenizer.json"):
        found = read_tokenizer(str(place))
        assert found.encode("a tree b", 5) == [3, 1, 0, 2, 2]
        assert found.encode("a tree b", 2) == [3, 1]
        assert (found.size, found.decode([3, 1, 2])) == (4, "a tree")


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"{not json", "tokenizer_unreadable"), (b"\xff\xfe\x00", "tokenizer_unreadable"), (b"", "file_empty")],
)
def test_that_a_broken_tokenizer_is_one_clear_line(tmp_path: Path, content: bytes, code: str) -> None:
    (tmp_path / "t").write_bytes(content)
    with pytest.raises(RequestError) as caught:
        read_tokenizer(str(tmp_path / "t"))
    assert caught.value.code == code
    with pytest.raises(RequestError, match="There is no file"):
        read_tokenizer(str(tmp_path / "none"))
