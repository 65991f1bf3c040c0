"""A person's own pictures: recognised by their folders; with masks; with boxes as COCO and YOLO write them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy
import pytest
import torch
from PIL import Image

from runtime.data import SOURCES, DataError, split
from runtime.data.own import facts, recognise
from runtime.data.own.box_files import yaml_names


def picture(path: Path, size: tuple[int, int] = (20, 10), colour: object = "red") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)  # type: ignore[arg-type]
    return path


def mask(path: Path, value: object, mode: str = "L") -> Path:
    """The left half is background, the right half ``value``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = Image.new(mode, (20, 20))
    if mode == "P":
        made.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0, *([7] * 759)])
    made.paste(value, (10, 0, 20, 20))  # type: ignore[arg-type]
    made.save(path)
    return path


def text(path: Path, words: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(words, encoding="utf-8")
    return path


def test_folders_of_pictures_are_recognised(tmp_path: Path) -> None:
    for name in ("cats", "dogs"):
        for number in range(3):
            picture(tmp_path / "pets" / name / f"{number}.jpg")
            for part in ("train", "val"):
                picture(tmp_path / "split" / part / name / f"{number}.png")
        picture(tmp_path / "faces" / f"{name}.png")
    found = recognise(tmp_path / "pets")
    assert found.source == "own-images" and found.title == "pets"
    assert found.sentence == "pets has a folder of pictures for each of cats, dogs."
    assert SOURCES["own-images"].schema({**found.options, "image_size": 8}).classes == ("cats", "dogs")
    assert recognise(tmp_path / "split").sentence.startswith("split has train and test folders")
    divided = SOURCES["own-images"].load({"path": str(tmp_path / "split"), "image_size": 8, "colour": "grey"})
    assert len(split(divided, 0.4, 0.2).validation) == 6 and tuple(divided.inputs.shape[1:]) == (1, 8, 8)
    assert recognise(tmp_path / "faces").sentence == "faces has pictures without classes."
    assert SOURCES["own-images"].schema({"path": str(tmp_path / "faces")}).task == "unlabelled"
    with pytest.raises(DataError, match=r"is one picture\. Choose the folder"):
        recognise(tmp_path / "faces" / "cats.png")
    (tmp_path / "nothing").mkdir()
    with pytest.raises(DataError, match="nothing is empty"):
        recognise(tmp_path / "nothing")
    text(tmp_path / "junk" / "a.xyz", "z")
    with pytest.raises(DataError, match="holds no pictures, tables, texts or arrays"):
        recognise(tmp_path / "junk")


def test_letters_are_classes_even_when_they_are_called_a_and_b(tmp_path: Path) -> None:
    for letter in "abc":
        picture(tmp_path / "letters" / letter / "0.png")
    assert recognise(tmp_path / "letters").source == "own-images"
    for number in range(4):
        picture(tmp_path / "two" / "a" / f"a{number}.png")
        picture(tmp_path / "two" / "b" / f"b{number}.png")
    assert recognise(tmp_path / "two").source == "own-images"


def test_facts_follow_what_happens_to_the_folder(tmp_path: Path) -> None:
    for name in ("a", "b"):
        picture(tmp_path / name / "0.png")
    options = {"path": str(tmp_path)}
    assert SOURCES["own-images"].schema(options).class_count == 2
    picture(tmp_path / "c" / "0.png")
    assert facts("own-images", options)["classes"] == ["a", "b", "c"]


def test_masks_by_value(tmp_path: Path) -> None:
    for number in range(6):
        picture(tmp_path / "images" / f"{number}.jpg", (20, 20), (number * 40, 0, 0))
        mask(tmp_path / "masks" / f"{number}_mask.png", 255)
    picture(tmp_path / "images" / "lonely.jpg")
    (tmp_path / "masks" / "3_mask.png").write_bytes(b"")
    found = recognise(tmp_path)
    assert found.source == "own-masks"
    options = {**found.options, "image_size": 10}
    schema = SOURCES["own-masks"].schema(options)
    assert schema.task == "segmentation" and schema.classes == ("background", "object") and schema.size == 6
    dataset = SOURCES["own-masks"].load(options)
    assert len(dataset) == 5 and tuple(dataset.targets.shape) == (5, 10, 10)
    assert dataset.targets.dtype == torch.int64
    assert dataset.targets[0, 0].tolist() == [0] * 5 + [1] * 5
    assert dataset.inputs[4, 0].mean() == pytest.approx(
        200 / 255, abs=0.02
    )  # number 5: rows keep their masks
    assert dataset.skipped == (
        "1 picture in images has no mask in masks and is left out.",
        f"{Path('images', '3.jpg')} is left out: the mask is empty.",
    )


def test_masks_of_palettes_colours_and_borders(tmp_path: Path) -> None:
    for number in range(4):
        picture(tmp_path / "voc" / "JPEGImages" / f"{number}.jpg", (20, 20))
        path = mask(tmp_path / "voc" / "SegmentationClass" / f"{number}.png", 2, "P")
        with Image.open(path) as opened:
            values = numpy.array(opened)
            palette = opened.getpalette()
        values[0], values[5, 5] = 255, 1
        made = Image.fromarray(values, "L")
        made.putpalette(palette)  # type: ignore[arg-type]
        made.save(path)
        picture(tmp_path / "rgb" / "images" / f"{number}.png", (20, 20))
        mask(tmp_path / "rgb" / "masks" / f"{number}.png", (0, 0, 200), "RGB")
    text(tmp_path / "voc" / "ImageSets" / "Segmentation" / "val.txt", "3\n")
    text(tmp_path / "voc" / "classes.txt", "nothing\ncat\ndog\n")
    assert recognise(tmp_path / "voc").source == "own-masks"
    voc = SOURCES["own-masks"].load({"path": str(tmp_path / "voc"), "image_size": 20, "fit": "stretch"})
    assert voc.schema.classes == ("nothing", "cat", "dog")
    assert voc.targets[0, 0].tolist() == [255] * 20
    assert voc.targets[0, 5].tolist() == [0] * 5 + [1] + [0] * 4 + [2] * 10
    assert voc.validation is not None and voc.validation.tolist() == [3]
    padded = SOURCES["own-masks"].load({"path": str(tmp_path / "voc"), "image_size": 30, "fit": "pad"})
    assert set(padded.targets.unique().tolist()) == {0, 1, 2, 255}
    rgb = SOURCES["own-masks"].load({"path": str(tmp_path / "rgb"), "image_size": 20})
    assert rgb.schema.classes == ("background", "object") and rgb.targets[0, 3, 15] == 1


def test_what_is_wrong_with_masks(tmp_path: Path) -> None:
    picture(tmp_path / "images" / "a.png")
    with pytest.raises(DataError, match="holds no pictures with masks"):
        SOURCES["own-masks"].schema({"path": str(tmp_path)})
    mask(tmp_path / "masks" / "a.png", 0)
    with pytest.raises(DataError, match="Every pixel of every mask has the same class"):
        SOURCES["own-masks"].schema({"path": str(tmp_path)})


def yolo(root: Path) -> Path:
    for part in ("train", "val"):
        for number in range(3):
            picture(root / "images" / part / f"{number}.png", (40, 20))
            text(root / "labels" / part / f"{number}.txt", "0 0.5 0.5 0.2 0.4\n1 0.25 0.25 0.5 0.5\n")
    text(root / "data.yaml", "train: images/train\nval: images/val\nnc: 2\nnames:\n  0: cat\n  1: 'dog'\n")
    return root


def test_boxes_as_yolo_writes_them(tmp_path: Path) -> None:
    root = yolo(tmp_path)
    text(
        root / "labels" / "train" / "1.txt",
        "0 0.5 0.5 0.2\nzero 1 1 1 1\n7 0.5 0.5 0.1 0.1\n1 0.95 0.5 0.2 0.2\n0 2 2 .1 .1\n",
    )
    (root / "labels" / "train" / "2.txt").unlink()
    found = recognise(root)
    assert found.source == "own-boxes" and recognise(root / "data.yaml").options == found.options
    options = {**found.options, "image_size": 16}
    dataset = SOURCES["own-boxes"].load({**options, "fit": "stretch"})
    schema = dataset.schema
    assert schema == SOURCES["own-boxes"].schema(options)
    assert schema.task == "detection" and schema.classes == ("cat", "dog") and schema.target_shape == (2, 5)
    torch.testing.assert_close(
        dataset.targets[0], torch.tensor([[0, 0.5, 0.5, 0.2, 0.4], [1, 0.25, 0.25, 0.5, 0.5]])
    )
    torch.testing.assert_close(
        dataset.targets[1], torch.tensor([[1, 0.925, 0.5, 0.15, 0.2], [-1, 0, 0, 0, 0]])
    )
    assert dataset.targets[2, :, 0].tolist() == [-1, -1]
    assert dataset.validation is not None and dataset.validation.tolist() == [3, 4, 5]
    assert dataset.skipped == (
        "Lines that are not a class and four numbers: 2 (1.txt line 1, 1.txt line 2).",
        "Boxes of a class without a name: 1 (1.txt line 3).",
        "Boxes that reach beyond their picture and are cut off: 1 (1.txt line 4).",
        "Boxes without an area inside their picture: 1 (1.txt line 5).",
        "Pictures without a text of boxes, which count as empty: 1 (2.png).",
    )
    padded = SOURCES["own-boxes"].load(options).targets[0]
    torch.testing.assert_close(padded, torch.tensor([[0, 0.5, 0.5, 0.2, 0.2], [1, 0.25, 0.375, 0.5, 0.25]]))
    few = SOURCES["own-boxes"].load({**options, "boxes": 1, "fit": "stretch"})
    assert few.targets[0].tolist()[0][0] == 1  # the larger one stays
    assert few.skipped[-1] == "4 pictures have more than 1 boxes; the smallest are left out."


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("names: [cat, 'dog', \"old hen\"]", ["cat", "dog", "old hen"]),
        ("names:\n- cat\n- dog # barks\nnc: 2", ["cat", "dog"]),
        ("nc: 2\nnames:\n  0: cat\n  1: dog\npath: x", ["cat", "dog"]),
        ("names: {0: cat, 1: dog}", ["cat", "dog"]),
        ("names: [\n  cat,\n  dog\n]", ["cat", "dog"]),
        ("nc: 3", []),
    ],
)
def test_class_names_of_a_yaml_file(words: str, names: list[str]) -> None:
    assert yaml_names(words) == names


def coco(root: Path) -> Path:
    for number in range(4):
        picture(root / "images" / f"{number}.png", (40, 20))
    data = {
        "images": [{"id": n, "file_name": f"{n}.png", "width": 40, "height": 20} for n in range(4)],
        "categories": [{"id": 3, "name": "cat"}, {"id": 7, "name": "dog"}],
        "annotations": [
            {"id": 1, "image_id": 0, "category_id": 3, "bbox": [10, 5, 20, 10]},
            {"id": 2, "image_id": 1, "category_id": 7, "bbox": [0, 0, 40, 20]},
            {"id": 3, "image_id": 1, "category_id": 3, "bbox": [0, 0, 4, 2]},
            {"id": 4, "image_id": 99, "category_id": 3, "bbox": [0, 0, 4, 2]},
            {"id": 5, "image_id": 2, "category_id": 1, "bbox": [0, 0, 4, 2]},
            {"id": 6, "image_id": 2, "category_id": 3, "bbox": [0, 0, "x", 2]},
            {"id": 7, "image_id": 2, "category_id": 3, "bbox": [0, 0, 0, 2]},
        ],
    }
    data["images"] += [{"id": 5, "file_name": "gone.png"}, {"id": 6, "file_name": "../../outside.png"}]
    text(root / "annotations" / "instances.json", json.dumps(data))
    return root


def test_boxes_as_coco_writes_them(tmp_path: Path) -> None:
    root = coco(tmp_path)
    assert recognise(root).source == "own-boxes"
    dataset = SOURCES["own-boxes"].load({"path": str(root), "image_size": 16, "fit": "stretch"})
    assert dataset.schema.classes == ("cat", "dog") and len(dataset) == 4
    assert dataset.targets[0].tolist() == [[0, 0.5, 0.5, 0.5, 0.5], [-1, 0, 0, 0, 0]]
    assert dataset.targets[1, :, 0].tolist() == [1, 0]
    assert dataset.skipped == (
        "Listed pictures that are not there: 2 (gone.png, ../../outside.png).",
        "Boxes of no picture that is there: 1 (annotation 4).",
        "Boxes of a class without a name: 1 (annotation 5).",
        "Boxes that are not four numbers: 1 (annotation 6).",
        "Boxes without an area inside their picture: 1 (annotation 7).",
    )
    assert facts("own-boxes", {"path": str(root)})["counts"] == [2, 1]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('{"images": [], "annotations": [', "is not JSON that can be read"),
        ('{"images": [], "annotations": []}', "holds no pictures with boxes"),
        ('["annotations", "images"]', "holds no pictures with boxes"),
    ],
)
def test_broken_coco_files(tmp_path: Path, content: str, sentence: str) -> None:
    path = text(tmp_path / "boxes.json", content)
    with pytest.raises(DataError, match=sentence):
        SOURCES["own-boxes"].schema({"path": str(path)})


def test_pairs_and_heaps_of_pictures(tmp_path: Path) -> None:
    for number in range(6):
        picture(tmp_path / "pairs" / "input" / f"{number}.jpg", (20, 20), (0, 0, 40 * number))
        picture(tmp_path / "pairs" / "target" / f"{number}.png", (20, 20), (40 * number, 0, 0))
        picture(tmp_path / "heaps" / "trainA" / f"horse{number}.png", (20, 20), "white")
    picture(tmp_path / "pairs" / "input" / "lonely.jpg")
    (tmp_path / "pairs" / "target" / "2.png").write_bytes(b"")
    for number in range(4):
        picture(tmp_path / "heaps" / "trainB" / f"zebra{number}.png", (20, 20), "black")
        for part in ("testA", "testB"):
            picture(tmp_path / "heaps" / part / f"{number}.png")
    found = recognise(tmp_path / "pairs")
    assert found.source == "own-picture-pairs" and found.options["second"] == "target"
    pairs = SOURCES["own-picture-pairs"].load({**found.options, "image_size": 8})
    assert (
        pairs.schema.task == "image-to-image" and pairs.schema.target_shape == (3, 8, 8) and len(pairs) == 5
    )
    blue, red = pairs.inputs[:, 2].mean(dim=(1, 2)), pairs.targets[:, 0].mean(dim=(1, 2))
    torch.testing.assert_close(blue, red, atol=0.05, rtol=0)  # each picture kept its partner
    assert pairs.skipped[0] == "1 picture has no partner of the same name and is left out."
    found = recognise(tmp_path / "heaps")
    heaps = SOURCES["own-picture-pairs"].load({**found.options, "image_size": 8})
    assert heaps.schema.task == "unpaired-images" and len(heaps) == 10 and heaps.schema.test_size == 4
    assert heaps.inputs[:6].min() == 1 and heaps.targets[:6].max() == -1
    with pytest.raises(DataError, match=r"has no folder “c”\. It has input, target"):
        SOURCES["own-picture-pairs"].schema({"path": str(tmp_path / "pairs"), "second": "c"})


def test_the_outer_folder_of_an_archive_is_looked_through(tmp_path: Path) -> None:
    for part, count in (("Train", 4), ("Test", 2)):
        for name in ("고양이", "school bus"):
            for number in range(count):
                picture(tmp_path / "download" / "my data" / part / name / f"{number}.JPG")
    text(tmp_path / "download" / "README.md", "by somebody")
    text(tmp_path / "download" / "data.zip", "packed")
    text(tmp_path / "download" / "my data" / "notes" / "about.txt", "no pictures")
    found = recognise(tmp_path / "download")
    assert found.options == {"path": str(tmp_path / "download" / "my data")}
    dataset = SOURCES["own-images"].load({**found.options, "image_size": 8})
    assert dataset.schema.classes == ("school bus", "고양이") and len(dataset) == 12
    assert dataset.test is not None and len(dataset.test) == 4
    text(tmp_path / "only" / "photos.zip", "packed")
    with pytest.raises(DataError, match=r"only holds photos\.zip\. Unpack that"):
        recognise(tmp_path / "only")
    text(tmp_path / "phone" / "1.heic", "nobody reads this")
    with pytest.raises(DataError, match=r"phone holds \.heic files.*PNG or JPEG"):
        recognise(tmp_path / "phone")


def test_classes_may_stand_in_a_table_or_in_the_names(tmp_path: Path) -> None:
    rows = ["file,split,breed,age"]
    for number in range(8):
        picture(tmp_path / "listed" / "images" / f"{number}.png")
        rows.append(
            f"{number}.png,{'test' if number > 5 else 'train'},{'pug' if number % 2 else 'lab'},{number % 3}"
        )
    rows += ["gone.png,train,pug,1", "0.png,train,pug,1"]
    picture(tmp_path / "listed" / "images" / "spare.png")
    text(tmp_path / "listed" / "labels.csv", "\n".join(rows))
    found = recognise(tmp_path / "listed")
    assert found.sentence == "labels.csv names the pictures in listed and their classes."
    dataset = SOURCES["own-images"].load({**found.options, "image_size": 4})
    assert dataset.schema.classes == ("lab", "pug") and dataset.targets.reshape(-1).tolist() == [0.0, 1.0] * 4
    assert dataset.test is not None and dataset.test.tolist() == [6, 7]
    assert dataset.skipped == (
        "1 row of labels.csv names a picture that is not there.",
        "1 row of labels.csv names a picture that another row named before; the first counts.",
        "1 picture is not listed in labels.csv and is left out.",
    )
    ages = SOURCES["own-images"].schema({**found.options, "label": "age"})
    assert ages.classes == ("0", "1", "2")
    with pytest.raises(DataError, match=r"has no column “colour”\. It has file, split, breed, age"):
        SOURCES["own-images"].schema({**found.options, "label": "colour"})
    for number in range(6):
        for name in ("cat.", "great_dane_"):
            picture(tmp_path / "named" / f"{name}{number}.jpg")
        picture(tmp_path / "camera" / f"IMG_{number}.jpg")
        picture(tmp_path / "camera" / f"walk {number}.jpg")
    found = recognise(tmp_path / "named")
    assert found.options["classes"] == "file names"
    assert SOURCES["own-images"].schema(found.options).classes == ("cat", "great_dane")
    assert "classes" not in recognise(tmp_path / "camera").options


def test_masks_lie_in_many_places(tmp_path: Path) -> None:
    """In the split folders, beside the split folders, beside the pictures, in the transparency."""
    for number in range(3):
        for part in ("train", "val"):
            picture(tmp_path / "inside" / part / "images" / f"{number}.jpg", (20, 20))
            mask(tmp_path / "inside" / part / "masks" / f"{number}.png", 255)
        picture(tmp_path / "carvana" / "train" / f"{number}.jpg", (20, 20))
        mask(tmp_path / "carvana" / "train_masks" / f"{number}_mask.gif", 1, "P")
        picture(tmp_path / "scans" / f"patient{number}" / "1.png", (20, 20))
        mask(tmp_path / "scans" / f"patient{number}" / "1_mask.png", 255)
        picture(tmp_path / "cut" / "images" / f"{number}.png", (20, 20))
        mask(tmp_path / "cut" / "masks" / f"{number}.png", (0, 0, 0, 255), "RGBA")
    for name, count in (("inside", 6), ("carvana", 3), ("scans", 3), ("cut", 3)):
        found = recognise(tmp_path / name)
        assert found.source == "own-masks", name
        dataset = SOURCES["own-masks"].load({**found.options, "image_size": 20})
        assert len(dataset) == count and dataset.schema.class_count == 2, name
        assert dataset.targets[0, 5, [0, 19]].tolist() == [0, 1], name
    assert SOURCES["own-masks"].load({"path": str(tmp_path / "inside")}).validation is not None


def test_blurred_masks_are_black_and_white(tmp_path: Path) -> None:
    for number in range(3):
        picture(tmp_path / "m" / "images" / f"{number}.jpg", (64, 64))
        made = Image.new("RGB", (64, 64))
        made.paste("white", (20 + number, 0, 64, 64))
        (tmp_path / "m" / "masks").mkdir(exist_ok=True)
        made.resize((96, 96), Image.Resampling.BICUBIC).save(tmp_path / "m" / "masks" / f"{number}.jpg")
    dataset = SOURCES["own-masks"].load({"path": str(tmp_path / "m"), "image_size": 64})
    assert dataset.schema.classes == ("background", "object")
    assert dataset.targets[0, 30, [10, 19, 21, 40]].tolist() == [0, 0, 1, 1]
    assert dataset.skipped[0].startswith("The masks are black and white with greys between")


def test_crowds_and_pictures_of_the_same_name(tmp_path: Path) -> None:
    for part, colour in (("train2017", "red"), ("val2017", "blue")):
        picture(tmp_path / part / "1.jpg", (20, 20), colour)
        boxes = [
            {"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 10, 10]},
            {"id": 2, "image_id": 1, "category_id": 1, "bbox": [0, 0, 20, 20], "iscrowd": 1},
        ]
        text(
            tmp_path / "annotations" / f"instances_{part}.json",
            json.dumps({
                "images": [{"id": 1, "file_name": "1.jpg", "width": 20, "height": 20}],
                "annotations": boxes, "categories": [{"id": 1, "name": "car"}],
            }),
        )  # fmt: skip
    dataset = SOURCES["own-boxes"].load({"path": str(tmp_path), "image_size": 8, "fit": "stretch"})
    assert dataset.targets.shape == (2, 1, 5) and dataset.validation is not None
    row = int(dataset.validation[0])
    assert dataset.inputs[row, 2].mean() > 0.9 and dataset.inputs[1 - row, 0].mean() > 0.9
    assert dataset.skipped == (
        "Boxes around a crowd instead of one thing, which are left out: 2 (annotation 2, annotation 2).",
    )


def test_texts_of_boxes_beside_their_pictures(tmp_path: Path) -> None:
    for number in range(3):
        picture(tmp_path / "flat" / f"{number}.jpg", (20, 20))
        text(tmp_path / "flat" / f"{number}.txt", "0 0.5 0.5 0.2 0.2")
        picture(tmp_path / "captions" / f"{number}.jpg", (20, 20))
        text(tmp_path / "captions" / f"{number}.txt", "0 is what this picture shows")
    assert recognise(tmp_path / "flat").source == "own-boxes"
    assert recognise(tmp_path / "captions").source == "own-images"


def test_boxes_as_pascal_voc_writes_them(tmp_path: Path) -> None:
    box = "<object><name>{0}</name><bndbox><xmin>5</xmin><ymin>0</ymin><xmax>15</xmax><ymax>10</ymax></bndbox></object>"
    for number, things in enumerate((["dog"], ["cat", "dog"], [], ["cat"])):
        picture(tmp_path / "JPEGImages" / f"{number}.jpg", (20, 20))
        inside = "".join(box.format(thing) for thing in things)
        text(
            tmp_path / "Annotations" / f"{number}.xml",
            f"<annotation><filename>{number}.jpg</filename>{inside}</annotation>",
        )
    text(tmp_path / "Annotations" / "gone.xml", "<annotation><filename>gone.jpg</filename></annotation>")
    text(tmp_path / "Annotations" / "half.xml", "<annotation><filename>0.jpg")
    bomb = '<!DOCTYPE a [<!ENTITY b "x">]><annotation><filename>&b;</filename></annotation>'
    text(tmp_path / "Annotations" / "bomb.xml", bomb)
    text(tmp_path / "ImageSets" / "Main" / "val.txt", "3\n")
    found = recognise(tmp_path)
    assert found.sentence.endswith("has an XML file of boxes for each picture (Pascal VOC layout).")
    dataset = SOURCES["own-boxes"].load({**found.options, "image_size": 8, "fit": "stretch"})
    assert dataset.schema.classes == ("cat", "dog") and dataset.targets[..., 0].tolist() == [
        [1, -1],
        [0, 1],
        [-1, -1],
        [0, -1],
    ]
    assert dataset.targets[0, 0].tolist() == [1, 0.5, 0.25, 0.5, 0.5]
    assert dataset.validation is not None and dataset.validation.tolist() == [3]
    assert dataset.skipped == (
        "XML files with definitions of their own, which are not read: 1 (bomb.xml).",
        "Listed pictures that are not there: 1 (gone.jpg).",
        "XML files that cannot be read: 1 (half.xml).",
    )


def test_a_table_that_is_written_anew_is_read_anew(tmp_path: Path) -> None:
    for number in range(4):
        picture(tmp_path / "images" / f"{number}.png")
    labels = text(tmp_path / "labels.csv", "file,label\n0,a\n1,b\n2,a\n3,b\n")
    options = recognise(tmp_path).options
    assert SOURCES["own-images"].schema(options).classes == ("a", "b")
    text(labels, "file,label\n0,red\n1,blue\n2,red\n3,green\n")
    assert SOURCES["own-images"].schema(options).classes == ("blue", "green", "red")
