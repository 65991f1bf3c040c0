"""A person's own pictures: classes and splits from folders, odd and broken files, memory."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest
import torch
from PIL import Image

from runtime.data import Cancelled, DataError, split
from runtime.data import pixels as pixels_module
from runtime.data.decoding import decode
from runtime.data.folder import read_folder, scan
from runtime.data.source import Loading
from runtime.data.stored import Stored


def save(
    path: Path, colour: object = (255, 0, 0), size: tuple[int, int] = (20, 10), mode: str = "RGB"
) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, colour).save(path)  # type: ignore[arg-type]
    return path


def pixels(path: Path, size: int = 4, **options: str) -> numpy.ndarray:  # type: ignore[type-arg]
    result = decode(path, size, **options)  # type: ignore[arg-type]
    assert not isinstance(result, str), result
    return result


def test_each_folder_is_a_class(tmp_path: Path) -> None:
    for number in range(6):
        save(tmp_path / "cats" / f"{number}.png", (255, 0, 0))
        save(tmp_path / "dogs" / "deep" / f"{number}.jpg", (0, 0, 255))
    save(tmp_path / "hares" / "one.PNG", (0, 255, 0))
    (tmp_path / "hares" / "notes.txt").write_text("no picture")
    save(tmp_path / "hares" / ".hidden.png")
    save(tmp_path / ".cache" / "x.png")
    (tmp_path / "empty").mkdir()
    found = scan(tmp_path)
    assert (
        found.classes == ("cats", "dogs", "hares")
        and len(found.pictures) == 13
        and found.ignored == {".txt": 1}
    )
    dataset = read_folder(tmp_path, image_size=8)
    assert dataset.schema == found.schema(8) and dataset.schema.task == "classification"
    assert tuple(dataset.inputs.shape) == (13, 3, 8, 8) and dataset.inputs.dtype == torch.float32
    assert dataset.class_counts() == {"cats": 6, "dogs": 6, "hares": 1}
    assert dataset.inputs[0, :, 0, 0].tolist() == [1, 0, 0]
    assert dataset.inputs[-1, :, 7, 7].tolist() == [0, 1, 0]
    assert 12 in split(dataset, 0.2, 0.2).train  # the only hare
    grey = read_folder(tmp_path, image_size=8, colour="grey", scaling="-1 to 1")
    assert tuple(grey.inputs.shape) == (13, 1, 8, 8) and grey.inputs.min() >= -1


def test_train_val_and_test_folders_are_the_splits(tmp_path: Path) -> None:
    for part, count in (("Train", 5), ("val", 2), ("test", 3)):
        for name in ("a", "b"):
            for number in range(count):
                save(tmp_path / part / name / f"{number}.png")
    dataset = read_folder(tmp_path, image_size=4)
    splits = split(dataset, 0.5, 0.4)
    assert [len(rows) for rows in (splits.train, splits.validation, splits.test)] == [10, 4, 6]
    assert dataset.class_counts(splits.test) == {"a": 3, "b": 3}
    assert dataset.schema.test_size == 6 and dataset.schema.task == "binary"


def test_odd_pictures_are_read_as_they_look(tmp_path: Path) -> None:
    deep = numpy.full((5, 5), 65535 // 4 * 3, dtype=numpy.uint16)
    Image.fromarray(deep).save(tmp_path / "16bit.png")
    assert pixels(tmp_path / "16bit.png") == pytest.approx(0.75, abs=0.005)
    assert pixels(tmp_path / "16bit.png", colour="grey").shape == (1, 4, 4)

    save(tmp_path / "cmyk.jpg", (0, 255, 255, 0), mode="CMYK")
    assert pixels(tmp_path / "cmyk.jpg")[:, 0, 0] == pytest.approx([1, 0, 0], abs=0.02)

    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:])
    assert pixels(tmp_path / "moving.gif")[:, 0, 0] == pytest.approx([1, 0, 0], abs=0.02)

    save(tmp_path / "glass.png", (0, 0, 0, 0), mode="RGBA")
    assert (pixels(tmp_path / "glass.png") == 1).all()
    save(tmp_path / "bits.png", 1, mode="1")
    assert (pixels(tmp_path / "bits.png") == 1).all()

    lying = Image.new("RGB", (20, 10), "black")
    lying.paste("white", (0, 0, 10, 10))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90° clockwise: what is left becomes the top
    lying.save(tmp_path / "turned.jpg", exif=exif)
    upright = pixels(tmp_path / "turned.jpg", fit="stretch")
    assert upright[0, 0, 0] > 0.9 and upright[0, 0, 3] > 0.9 and upright[0, 3, 0] < 0.1


def test_three_ways_to_make_a_picture_square(tmp_path: Path) -> None:
    picture = Image.new("RGB", (30, 10), "white")
    picture.paste("red", (0, 0, 10, 10))
    picture.save(tmp_path / "wide.png")
    path = tmp_path / "wide.png"
    assert (pixels(path, 10, fit="crop") == 1).all()  # the white middle
    padded = pixels(path, 30, fit="pad")
    assert padded[:, 0, 0].tolist() == [0, 0, 0] and padded[:, 15, 15].tolist() == [1, 1, 1]
    stretched = pixels(path, 30, fit="stretch")
    assert stretched[:, 29, 0].tolist() == [1, 0, 0] and stretched[:, 0, 29].tolist() == [1, 1, 1]


def test_broken_files_are_listed_skipped_and_counted(tmp_path: Path) -> None:
    for name in ("a", "b"):
        for number in range(4):
            save(tmp_path / name / f"{number}.png")
    whole = save(tmp_path / "a" / "half.jpg", size=(200, 200)).read_bytes()
    (tmp_path / "a" / "half.jpg").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "b" / "nothing.png").write_bytes(b"")
    (tmp_path / "b" / "words.png").write_text("this is no picture")
    dataset = read_folder(tmp_path, image_size=4)
    assert len(dataset) == dataset.schema.size == 8
    half, nothing, words = dataset.skipped
    assert half.startswith(f"{Path('a', 'half.jpg')} is left out: it is damaged (")
    assert nothing == f"{Path('b', 'nothing.png')} is left out: the file is empty."
    assert words == f"{Path('b', 'words.png')} is left out: it is not a picture, whatever its name says."


def test_a_picture_with_too_many_pixels_is_left_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("a", "b"):
        save(tmp_path / name / "small.png", size=(10, 10))
    save(tmp_path / "b" / "large.png", size=(40, 40))
    save(tmp_path / "b" / "vast.png", size=(90, 90))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    dataset = read_folder(tmp_path, image_size=4)
    assert len(dataset) == 2
    assert [text.split(": ")[1] for text in dataset.skipped] == ["it has too many pixels."] * 2


def test_what_is_no_folder_of_classes_gives_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="There is no folder"):
        scan(tmp_path / "absent")
    with pytest.raises(DataError, match="holds no pictures"):
        scan(tmp_path)
    save(tmp_path / "only" / "a.png")
    with pytest.raises(DataError, match="cannot be looked into"):
        scan(tmp_path / "only" / "a.png")
    for name in ("a", "b"):
        save(tmp_path / "divided" / "test" / name / "x.png")
    with pytest.raises(DataError, match="no pictures to train on"):
        scan(tmp_path / "divided")
    for name in ("a", "b"):
        (tmp_path / "broken" / name).mkdir(parents=True)
        (tmp_path / "broken" / name / "x.png").write_text("no")
    with pytest.raises(DataError, match=r"None of the 2 pictures in .* can be read"):
        read_folder(tmp_path / "broken")


def test_pictures_that_do_not_fit_into_memory_are_read_from_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    chance = numpy.random.default_rng(0)
    for name in ("a", "b"):
        for number in range(20):
            path = save(tmp_path / "set" / name / f"{number}.png")
            Image.fromarray(chance.integers(0, 256, (12, 12, 3), numpy.uint8)).save(path)
    (tmp_path / "set" / "a" / "broken.png").write_text("no")
    loading = Loading(root=tmp_path / "cache")
    for scaling in ("0 to 1", "-1 to 1", "standardised"):
        plain = read_folder(tmp_path / "set", 8, scaling=scaling, loading=loading)  # type: ignore[arg-type]
        with monkeypatch.context() as patch:
            patch.setattr(pixels_module, "MEMORY_SHARE", 0.0)
            stored = read_folder(tmp_path / "set", 8, scaling=scaling, loading=loading)  # type: ignore[arg-type]
        assert isinstance(stored.inputs, Stored) and not isinstance(plain.inputs, Stored)
        assert stored.inputs.nbytes == 40 * 3 * 8 * 8 and stored.skipped == plain.skipped
        rows = split(plain).train
        torch.testing.assert_close(stored.inputs[rows], plain.inputs[rows])
        one, other = stored.prepared(rows), plain.prepared(rows)
        torch.testing.assert_close(one.inputs[5:9], other.inputs[5:9])
        torch.testing.assert_close(one.inputs[torch.tensor(3)], other.inputs[3])
        torch.testing.assert_close(one.inputs[3, 1], other.inputs[3, 1])
        assert type(one.inputs[rows]) is torch.Tensor and one.inputs.shape == other.inputs.shape
        assert len(one.inputs) == 40 and one.inputs.dtype == torch.float32 and one.inputs.dim() == 4
        torch.testing.assert_close(one.inputs.mean(), other.inputs.mean())
        assert isinstance(one.inputs.to("cpu"), Stored)
        for ours, theirs in zip(stored.statistics(), plain.statistics(), strict=True):
            assert ours["name"] == theirs["name"]
            assert ours["std"] == pytest.approx(theirs["std"], rel=1e-4)
            assert ours["max"] == pytest.approx(theirs["max"], abs=1e-6)
    with monkeypatch.context() as patch:
        patch.setattr(
            pixels_module, "MANY", 1
        )  # so many that the next time should be quick, but small enough
        patch.setattr(pixels_module, "decode_bytes", None)
        again = read_folder(tmp_path / "set", 8, scaling="standardised", loading=loading)
    assert type(again.inputs) is torch.Tensor and torch.equal(again.inputs, plain.inputs)
    kept = list((tmp_path / "cache" / "pictures").iterdir())
    assert len(kept) == 2  # decoded once, for all three scalings
    monkeypatch.setattr(pixels_module, "MEMORY_SHARE", 0.0)
    monkeypatch.setattr(pixels_module, "SPARE", 2**62)
    with pytest.raises(DataError, match=r"41 pictures of this size need .* GB on the disk .* smaller"):
        read_folder(tmp_path / "set", 9, loading=loading)


def test_pictures_without_classes_have_no_targets(tmp_path: Path) -> None:
    for number in range(6):
        save(tmp_path / "faces" / f"{number}.png")
    dataset = read_folder(tmp_path, image_size=4)
    assert dataset.schema == scan(tmp_path).schema(4) and dataset.schema.task == "unlabelled"
    assert tuple(dataset.targets.shape) == (6, 0) and dataset.schema.classes is None
    assert len(read_folder(tmp_path / "faces", image_size=4)) == 6


def test_a_linked_folder_cannot_send_the_search_in_circles(tmp_path: Path) -> None:
    for name in ("a", "b"):
        save(tmp_path / name / "x.png")
    try:
        (tmp_path / "a" / "loop").symlink_to(tmp_path, target_is_directory=True)
        (tmp_path / "c").symlink_to(tmp_path / "a", target_is_directory=True)
    except OSError:
        pytest.skip("this system does not let a user make links")
    assert len(scan(tmp_path).pictures) == 2


def test_reading_can_be_cancelled(tmp_path: Path) -> None:
    for name in ("a", "b"):
        save(tmp_path / name / "x.png")
    with pytest.raises(Cancelled):
        read_folder(tmp_path, loading=Loading(cancelled=lambda: True))
