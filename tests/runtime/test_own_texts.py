"""A person's own texts: language models, labelled sentences, pairs; characters, words and parts of words."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
import torch

from runtime.data import SOURCES, DataError, split
from runtime.data.own import facts, recognise
from runtime.data.schema import END, START, UNKNOWN
from runtime.data.tokens import numbers_of, readable


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))
    return path


def test_a_text_becomes_windows_whose_targets_follow(tmp_path: Path) -> None:
    found = recognise(write(tmp_path / "tale.txt", "The cat sat.\nThe cat ran.\n"))
    assert found.source == "own-text" and found.title == "tale"
    dataset = SOURCES["own-text"].load({**found.options, "window": 8, "stride": 3})
    schema = dataset.schema
    assert schema == SOURCES["own-text"].schema({**found.options, "window": 8, "stride": 3})
    assert schema.task == "next-token" and schema.vocabulary == schema.classes
    assert readable(dataset.inputs[0].tolist(), schema.vocabulary) == "the cat "
    assert readable(dataset.targets[0].tolist(), schema.vocabulary) == "he cat s"
    assert (dataset.inputs[:, 1:] == dataset.targets[:, :-1]).all() and dataset.ordered
    words = SOURCES["own-text"].load(
        {**found.options, "unit": "words", "window": 4, "stride": 1, "lower": False}
    )
    assert set(words.schema.vocabulary) == {"", UNKNOWN, "\n", ".", "The", "cat", "ran", "sat"}
    assert readable(words.inputs[0].tolist(), words.schema.vocabulary) == "The cat sat."


def test_rare_tokens_become_the_unknown_word(tmp_path: Path) -> None:
    text = "aaaa bbbb " * 40 + "xyz 0123456789 qwertz"
    path = write(tmp_path / "t.txt", text)
    dataset = SOURCES["own-text"].load({"path": str(path), "vocabulary": 10, "window": 5, "stride": 5})
    assert len(dataset.schema.vocabulary) == 10 and UNKNOWN in dataset.schema.vocabulary
    assert (dataset.inputs >= 0).all() and int(dataset.inputs.max()) < 10


def test_a_folder_of_texts_in_any_encoding(tmp_path: Path) -> None:
    write(tmp_path / "books" / "a.txt", "안녕하세요 여러분 " * 5, "cp949")
    write(tmp_path / "books" / "deep" / "b.txt", "Où êtes-vous allés ? " * 5, "cp1252")
    write(tmp_path / "books" / "c.md", "Zażółć gęślą jaźń. " * 5, "utf-16")
    write(tmp_path / "books" / "empty.txt", "")
    found = recognise(tmp_path / "books")
    assert found.source == "own-text"
    dataset = SOURCES["own-text"].load({**found.options, "unit": "words", "window": 3, "stride": 1})
    assert {"안녕하세요", "êtes-vous", "jaźń"} <= set(dataset.schema.vocabulary)
    assert dataset.skipped == ("empty.txt is left out: empty.txt is empty.",)


def test_subwords_are_learned_and_read_back(tmp_path: Path) -> None:
    verbs = ("play", "walk", "talk", "jump", "work", "look")
    text = "\n".join(f"we {verb} and he {verb}s while they are {verb}ing" for verb in verbs * 20)
    path = write(tmp_path / "verbs.txt", text)
    options = {"path": str(path), "unit": "subwords", "vocabulary": 60, "window": 6, "stride": 6}
    dataset = SOURCES["own-text"].load(options)
    words = dataset.schema.vocabulary
    assert len(words) <= 60 and "##ing" in words
    assert readable(dataset.inputs[0].tolist(), words).startswith("we play and")
    assert readable(numbers_of("walking and talks", words), words) == "walking and talks"
    assert SOURCES["own-text"].load(options).schema == dataset.schema


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "t.txt is empty"),
        (b" \n \n", "t.txt is empty"),
        (b"abc", "less than one window"),
        (b"\x00\x01\x02\x03" * 50, "not a text"),
    ],
)
def test_no_text_gives_a_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "t.txt"
    path.write_bytes(content)
    with pytest.raises(DataError, match=sentence):
        SOURCES["own-text"].schema({"path": str(path)})


def test_labelled_sentences_from_a_table(tmp_path: Path) -> None:
    rows = [("I liked this film", "good"), ("What a terrible film", "bad"), ("", "bad"), ("Fine, really", "good"),
            ("A dull film to see", ""), ("Not good at all", "bad"), ("It was so good", "good")]  # fmt: skip
    body = "".join(f'"{text}";{label}\n' for text, label in rows)
    found = recognise(write(tmp_path / "films.csv", "review;verdict\n" + body))
    assert found.source == "own-sentences"
    assert found.options["text"] == "review" and found.options["target"] == "verdict"
    dataset = SOURCES["own-sentences"].load(found.options)
    schema = dataset.schema
    assert schema == SOURCES["own-sentences"].schema(found.options)
    assert schema.task == "binary" and schema.classes == ("bad", "good") and schema.size == 5
    assert dataset.targets.reshape(-1).tolist() == [1, 0, 1, 0, 1]
    assert readable(dataset.inputs[2].tolist(), schema.vocabulary) == "fine, really"
    assert dataset.skipped == ("Left out for want of a text or an answer: 2 of 7 rows.",)
    short = SOURCES["own-sentences"].load({**found.options, "length": 2})
    assert tuple(short.inputs.shape) == (5, 2)
    assert short.skipped[-1] == "5 texts are longer than 2 words and are cut off."


def test_numbers_to_predict_and_no_column_chosen(tmp_path: Path) -> None:
    rows = "".join(f"{number},text number {number} of them,{number / 7:.3f}\n" for number in range(20))
    path = write(tmp_path / "t.csv", "id,words,stars\n" + rows)
    dataset = SOURCES["own-sentences"].load({"path": str(path)})
    assert dataset.schema.task == "regression" and dataset.schema.target_names == ("stars",)
    assert dataset.prepared(split(dataset).train).targets.abs().max() < 5
    with pytest.raises(DataError, match="has no column “nothing”"):
        SOURCES["own-sentences"].schema({"path": str(path), "target": "nothing"})


def test_a_folder_of_texts_for_each_class(tmp_path: Path) -> None:
    for part, count in (("train", 6), ("test", 3)):
        for name in ("neg", "pos"):
            for number in range(count):
                write(tmp_path / part / name / f"{number}.txt", f"{name} text number {number}")
    write(tmp_path / "train" / "neg" / "broken.txt", "")
    found = recognise(tmp_path)
    assert found.source == "own-sentences"
    dataset = SOURCES["own-sentences"].load(found.options)
    assert dataset.schema.classes == ("neg", "pos") and len(dataset) == 18
    assert dataset.class_counts(split(dataset).test) == {"neg": 3, "pos": 3}
    assert "broken.txt is left out" in dataset.skipped[0]


def test_pairs_are_framed_by_start_and_end(tmp_path: Path) -> None:
    lines = ["Go.\tVa !", "I am here.\tJe suis ici.", 'He said "no".\tIl a dit "non".', "Alone.\t",
             "One two three four five six\tUn deux trois quatre cinq six"]  # fmt: skip
    path = write(tmp_path / "fra.txt", "".join(f"{line}\tCC-BY 2.0\n" for line in lines))
    found = recognise(path)
    assert found.source == "own-pairs"
    options = {**found.options, "length": 5}
    dataset = SOURCES["own-pairs"].load({**options, "length": 7})
    assert len(dataset) == 4
    dataset = SOURCES["own-pairs"].load(options)
    schema = dataset.schema
    assert schema == SOURCES["own-pairs"].schema(options) and schema.task == "translation"
    assert tuple(dataset.inputs.shape[1:]) == schema.input_shape == (5,)
    assert tuple(dataset.targets.shape[1:]) == schema.target_shape == (6,)
    words = [schema.target_vocabulary[number] for number in dataset.targets[0].tolist()]
    assert words == [START, "va", "!", END, "", ""]
    assert [schema.vocabulary[number] for number in dataset.inputs[0].tolist()] == ["go", ".", END, "", ""]
    assert dataset.skipped == (
        "1 row lacks one of the two sentences and is left out.",
        "2 pairs have more than 5 words and are left out.",
    )
    assert facts("own-pairs", options)["size"] == 2


def test_too_long_pairs_only(tmp_path: Path) -> None:
    path = write(tmp_path / "t.tsv", "one two three four\tun deux trois quatre\n" * 3)
    with pytest.raises(
        DataError, match=r"has no pair of sentences that can be used\. 3 pairs have more than 2"
    ):
        SOURCES["own-pairs"].load({"path": str(path), "length": 2})


def test_the_first_pair_is_no_header_and_a_header_is_none_of_the_pairs(tmp_path: Path) -> None:
    numbers = "thirteen\t1 3\ntwenty one\t2 1\nforty two thousand\t4 2 0 0 0\n"
    named = "english\tfrench\nI am here.\tJe suis ici.\nWhere are you?\tOù es-tu ?\n"
    for text, size in ((numbers, 3), (named, 2)):
        found = recognise(write(tmp_path / "pairs.tsv", text))
        assert found.source == "own-pairs", found
        assert SOURCES["own-pairs"].schema(found.options).size == size


def test_sentences_that_come_again_are_sentences_but_places_are_not(tmp_path: Path) -> None:
    things, verdicts = ("film", "book", "meal"), ("great", "fine", "awful", "poor")
    body = "".join(
        f"the {things[number % 3]} was {verdicts[number % 4]},{'good' if number % 4 < 2 else 'bad'}\n"
        for number in range(120)
    )
    found = recognise(write(tmp_path / "said.csv", "sentence,feeling\n" + body))
    assert (found.source, found.options["text"], found.options["target"]) == (
        "own-sentences",
        "sentence",
        "feeling",
    )
    body = "".join(f"New York City,{number % 5}\nRio de Janeiro,{number % 7}\n" for number in range(60))
    assert recognise(write(tmp_path / "places.csv", "place,rooms\n" + body)).source == "own-table"


def test_a_vocabulary_is_learnt_from_the_training_rows_alone(tmp_path: Path) -> None:
    own = [f"w{'abcdefgh'[row // 5]}{'abcde'[row % 5]}" for row in range(40)]
    rows = [f"{'fine' if row % 2 else 'poor'} film {own[row]},{'ny'[row % 2]}" for row in range(40)]
    path = write(tmp_path / "films.csv", "text,good\n" + "\n".join(rows) + "\n")
    source, options = SOURCES["own-sentences"], {"path": str(path), "text": "text"}
    whole = source.load(options)
    # Nothing, the unknown word, fine, poor and film, and one word of each row.
    assert len(whole.schema.vocabulary) == 2 + 3 + 40
    parts = split(whole)
    found = whole.learned(parts.train)
    words = found.schema.vocabulary
    train = set(parts.train.tolist())
    assert {word for word in words if word[:1] == "w"} == {own[row] for row in train}
    assert len(words) == 45 and words[-12:] == ("",) * 12 and whole.schema.size == found.schema.size
    unknown = words.index(UNKNOWN)
    assert [int((row == unknown).sum()) for row in found.inputs] == [
        int(row not in train) for row in range(40)
    ]
    assert found.skipped == (
        "12 of 36 words in the texts that are held out are not in the vocabulary of the training texts: they are "
        "read as <unknown>.",
    )
    # Rarer words go first, as counted in the training rows: of these, “film” comes oftenest.
    few = source.load({**options, "vocabulary": 10}).learned(parts.train)
    assert len(few.schema.vocabulary) == 10 and {"film", "fine", "poor"} < set(few.schema.vocabulary)
    # Another run's words are taken as they are; too many of them are another text's.
    again = whole.learned(split(whole, seed=5).train, found.learnt)
    assert again.schema == found.schema and (again.inputs == found.inputs).all()
    with pytest.raises(DataError, match="they were changed since it began"):
        whole.learned(parts.train, {"words": [*words, "more"]})


@pytest.mark.parametrize("unit", ["characters", "words", "subwords"])
def test_the_held_out_end_of_a_text_teaches_no_words(tmp_path: Path, unit: str) -> None:
    text = "we walk and we talk\n" * 60 + "zyx qqq xyz\n" * 20
    path = write(tmp_path / "t.txt", text)
    options = {"path": str(path), "unit": unit, "window": 6, "stride": 5, "vocabulary": 40}
    whole = SOURCES["own-text"].load(options)
    parts = split(whole)
    found = whole.learned(parts.train)
    assert found.inputs.shape == whole.inputs.shape and found.schema.classes == found.schema.vocabulary
    words = found.schema.vocabulary
    letters = {letter for word in words if word not in (UNKNOWN, "\n") for letter in word if letter != "#"}
    assert letters - {" "} == set("weandtalk") and len(words) == len(whole.schema.vocabulary)
    for row in (0, len(parts.train) // 2):
        assert readable(found.inputs[row].tolist(), words)[:4] in text
    assert words.index(UNKNOWN) in found.inputs[parts.test]
    assert words.index(UNKNOWN) not in found.inputs[: len(parts.train) // 2]
    assert "are not in the vocabulary of the training text" in found.skipped[-1]


def test_both_sides_of_pairs_are_learnt_from_the_training_pairs(tmp_path: Path) -> None:
    own = "cdefghijklmnopqrstuv"
    lines = [f"one a{letter}\tun b{letter}" for letter in own]
    dataset = SOURCES["own-pairs"].load(
        {"path": str(write(tmp_path / "t.tsv", "\n".join(lines))), "header": "no"}
    )
    train = split(dataset).train
    found = dataset.learned(train)
    schema, rows = found.schema, set(train.tolist())
    assert {word for word in schema.target_vocabulary if word[:1] == "b"} == {f"b{own[row]}" for row in rows}
    assert schema.input_shape == dataset.schema.input_shape and len(schema.vocabulary) == 24
    unseen = next(row for row in range(20) if row not in rows)
    assert [schema.target_vocabulary[number] for number in found.targets[unseen]] == [
        START,
        "un",
        UNKNOWN,
        END,
    ]
    assert found.learnt["words"] == schema.vocabulary


KOREAN = ("이 영화는 정말 재미있었어요", "너무 지루해서 잠들 뻔했다", "배우들의 연기가 훌륭했다")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp949"])
@pytest.mark.parametrize("unit", ["words", "characters", "subwords"])
def test_korean_sentences_with_a_number_for_each_row(tmp_path: Path, encoding: str, unit: str) -> None:
    rows = [f"{9_000_000 + 7 * row * row}\t{KOREAN[row % 3]} {row}\t{int(row % 3 != 1)}" for row in range(60)]
    path = write(tmp_path / "ratings.txt", "id\tdocument\tlabel\n" + "\n".join(rows), encoding)
    found = recognise(path)
    assert found.source == "own-sentences" and found.options == {
        "path": str(path), "text": "document", "target": "label",
    }  # fmt: skip
    dataset = SOURCES["own-sentences"].load({**found.options, "unit": unit})
    assert readable(dataset.inputs[0].tolist(), dataset.schema.vocabulary) == f"{KOREAN[0]} 0"
    assert dataset.schema.classes == ("0", "1") and dataset.targets[:3].reshape(-1).tolist() == [1, 0, 1]


def test_of_several_columns_beside_a_text_the_one_called_label_is_said_of_it(tmp_path: Path) -> None:
    rows = "".join(
        f"u{row},{KOREAN[row % 3]} {row}번,{'부정' if row % 3 == 1 else '긍정'},web,{'ab'[row % 2]}\n"
        for row in range(40)
    )
    head = "user,문장,{},source,part\n"
    for name, source in (("감정", "own-sentences"), ("mood", "own-table")):
        found = recognise(write(tmp_path / "t.csv", head.format(name) + rows))
        assert found.source == source, name
    found = recognise(write(tmp_path / "t.csv", head.format("label") + rows))
    assert found.options["text"] == "문장" and found.options["target"] == "label"


def test_short_sentences_that_come_again_are_pairs_too(tmp_path: Path) -> None:
    said = (("Go.", "가."), ("Go.", "가세요."), ("Hi!", "안녕!"), ("Hi!", "안녕하세요!"), ("Run.", "달려."))
    lines = [(one, other, number) for number in range(30) for one, other in said]
    downloaded = "".join(
        f"{one}\t{other}\tCC-BY 2.0 (France) Attribution: tatoeba.org #{number} (CK) & #{number} (Bugung)\n"
        for one, other, number in lines
    )
    numbered = "".join(f"{number}\t{one}\t{number}\t{other}\n" for one, other, number in lines)
    for text, names in ((downloaded, ("column_1", "column_2")), (numbered, ("column_2", "column_4"))):
        found = recognise(write(tmp_path / "kor.txt", text, "cp949"))
        assert (found.source, found.options.get("first"), found.options.get("second")) == (
            "own-pairs",
            *names,
        )
        assert SOURCES["own-pairs"].schema(found.options).size == 150


def test_a_short_text_is_cut_into_short_windows(tmp_path: Path) -> None:
    found = recognise(write(tmp_path / "line.txt", "이것은 한 줄짜리 글입니다. " * 8))
    assert found.options["window"] == 16 and (SOURCES["own-text"].schema(found.options).size or 0) >= 8
    with pytest.raises(DataError, match="holds 2 characters, which is too little"):
        recognise(write(tmp_path / "word.txt", "짧다"))


def test_held_out_texts_are_cut_where_no_training_text_goes_on(tmp_path: Path) -> None:
    rows = [f"{'하늘 ' * (2 + row % 3)}{'구름 ' * 5 * (row == 9)}끝,{'ab'[row % 2]}" for row in range(20)]
    path = write(tmp_path / "t.csv", "text,label\n" + "\n".join(rows))
    whole = SOURCES["own-sentences"].load({"path": str(path), "text": "text", "target": "label"})
    assert whole.schema.input_shape == (8,)
    train = torch.tensor([row for row in range(20) if row != 9])
    found = whole.learned(train)
    words = found.schema.vocabulary
    assert found.inputs.shape == whole.inputs.shape  # another seed or fold leaves the shape alone
    assert readable(found.inputs[9].tolist(), words) == f"하늘 하늘 {UNKNOWN} {UNKNOWN} {UNKNOWN}"
    assert (
        found.skipped[-1] == "1 held-out text is longer than those that train and is cut off behind 5 words."
    )
    assert not any("longer" in note for note in whole.learned(torch.arange(20)).skipped)


def test_the_columns_of_a_table_of_texts_are_known(tmp_path: Path) -> None:
    rows = "".join(f"{row},{KOREAN[row % 3]} {row},{'ab'[row % 2]},{'xyz'[row % 3]}\n" for row in range(30))
    path = write(tmp_path / "t.csv", "id,문장,label,part\n" + rows)
    found = recognise(path)
    about = facts(found.source, found.options)
    assert [column["name"] for column in about["columns"]] == ["id", "문장", "label", "part"]
    assert (
        about["text"] == "문장"
        and about["columns"][1]["summary"] == "texts to read"
        and about["preview"][0][0] == "0"
    )
    other = facts("own-sentences", {"path": str(path), "text": "문장"})  # nobody said what to predict
    assert other["target"] == "part" and other["classes"] == ["x", "y", "z"]
    pairs = facts("own-pairs", {"path": str(write(tmp_path / "p.tsv", "Go.\t가.\nHi!\t안녕!\n"))})
    assert (pairs["first"], pairs["second"], len(pairs["columns"])) == ("column_1", "column_2", 2)


def test_syllables_in_parts_are_put_together(tmp_path: Path) -> None:
    text = "".join(f"{KOREAN[row % 3]}\n" for row in range(12))
    path = write(tmp_path / "parts.txt", unicodedata.normalize("NFD", text))
    for unit in ("characters", "words"):
        words = SOURCES["own-text"].schema({"path": str(path), "unit": unit, "window": 8}).vocabulary
        assert {"characters": "영", "words": "영화는"}[unit] in words
