"""MNIST, FashionMNIST and CIFAR on small files in the original formats, fetched from a server in the test."""

from __future__ import annotations

import gzip
import hashlib
import io
import struct
import tarfile
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy
import pytest
import torch
import torchvision

from runtime.data import SOURCES, Cancelled, DataError, data_folder, load_prepared
from runtime.data.sources import cifar

MNIST_FILES = {
    "train-images-idx3-ubyte": (40, 28, 28),
    "train-labels-idx1-ubyte": (40,),
    "t10k-images-idx3-ubyte": (20, 28, 28),
    "t10k-labels-idx1-ubyte": (20,),
}


def idx(values: numpy.ndarray[Any, Any]) -> bytes:
    """The idx format: two zero bytes, the type (8: unsigned byte), the rank, the sizes, the values."""
    return struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape) + values.tobytes()


def mnist_files() -> dict[str, bytes]:
    """Picture number n is filled with n; labels count 0, 1, … 9 over and over."""
    files = {}
    for name, shape in MNIST_FILES.items():
        numbers = numpy.arange(shape[0], dtype=numpy.uint8)
        values = numbers % 10 if len(shape) == 1 else numpy.broadcast_to(numbers[:, None, None], shape)
        files[name] = idx(numpy.ascontiguousarray(values))
    return files


def place(root: Path, name: str, files: dict[str, bytes]) -> None:
    folder = root / name / "raw"
    folder.mkdir(parents=True)
    for file, content in files.items():
        (folder / file).write_bytes(content)


def cifar_record(label: bytes, value: int) -> bytes:
    """One record: red is ``value``, green 0, blue 255, but for the very first pixel's green, which is 51."""
    green = bytes([51]) + bytes(1023)
    return label + bytes([value]) * 1024 + green + bytes([255]) * 1024


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A web server on this machine and the folder it serves."""
    folder = tmp_path / "served"
    folder.mkdir()

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *arguments: object) -> None:
            return None

    running = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{running.server_address[1]}/", folder
    running.shutdown()
    running.server_close()
    thread.join()


@pytest.mark.parametrize(("source_id", "name"), [("mnist", "MNIST"), ("fashion-mnist", "FashionMNIST")])
def test_files_that_are_there_are_read_without_a_network(source_id: str, name: str, tmp_path: Path) -> None:
    place(tmp_path, name, mnist_files())
    dataset, splits = load_prepared(source_id, val_fraction=0.25, root=tmp_path)
    assert tuple(dataset.inputs.shape) == (60, 1, 28, 28) and dataset.inputs.dtype == torch.float32
    assert dataset.inputs[33, 0, 5, 5] == pytest.approx(33 / 255)
    assert dataset.targets.tolist() == [number % 10 for number in (*range(40), *range(20))]
    assert splits.test.tolist() == list(range(40, 60))
    assert len(splits.validation) == 10 and len(splits.train) == 30
    assert dataset.schema.classes == tuple(
        label.split(" - ")[0] for label in getattr(torchvision.datasets, name).classes
    )


def test_options_of_mnist(tmp_path: Path) -> None:
    place(tmp_path, "MNIST", mnist_files())
    options = {"train_samples": 15, "test_samples": 10, "image_size": 14, "rgb": True, "scaling": "-1 to 1"}
    dataset = SOURCES["mnist"].load(options, root=tmp_path)
    assert tuple(dataset.inputs.shape) == (25, 3, 14, 14)
    assert dataset.schema == SOURCES["mnist"].schema(options)
    assert dataset.schema.size == 25 and dataset.schema.test_size == 10
    assert dataset.inputs[14, 2, 3, 3] == pytest.approx(14 / 255 * 2 - 1, abs=1e-6)
    assert dataset.test is not None and dataset.test.tolist() == list(range(15, 25))


def test_damaged_files_say_what_to_do(tmp_path: Path) -> None:
    files = mnist_files()
    files["t10k-images-idx3-ubyte"] = files["t10k-images-idx3-ubyte"][:5000]
    place(tmp_path, "MNIST", files)
    with pytest.raises(DataError, match=r"MNIST files in .*MNIST are damaged. Delete that folder"):
        SOURCES["mnist"].load(root=tmp_path)
    place(tmp_path / "second", "MNIST", {**mnist_files(), "train-labels-idx1-ubyte": b"\x00"})
    with pytest.raises(DataError, match="are damaged"):
        SOURCES["mnist"].load(root=tmp_path / "second")


def _serve_mnist(monkeypatch: pytest.MonkeyPatch, address: str, folder: Path) -> None:
    resources = []
    for name, content in mnist_files().items():
        packed = gzip.compress(content)
        (folder / f"{name}.gz").write_bytes(packed)
        resources.append((f"{name}.gz", hashlib.md5(packed).hexdigest()))
    monkeypatch.setattr(torchvision.datasets.MNIST, "mirrors", [address])
    monkeypatch.setattr(torchvision.datasets.MNIST, "resources", resources)


def test_torchvision_downloads_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server: tuple[str, Path]
) -> None:
    _serve_mnist(monkeypatch, *server)
    monkeypatch.setenv("TORCHLOOM_DATA", str(tmp_path / "cache"))
    bar = torchvision.datasets.utils.tqdm
    seen: list[str] = []
    dataset = SOURCES["mnist"].load(progress=lambda part, text: seen.append(text))
    assert len(dataset) == 60
    assert (tmp_path / "cache" / "MNIST" / "raw" / "t10k-labels-idx1-ubyte").is_file()
    assert sum(text.startswith("Downloading MNIST: 0.0 of 0.0 MB") for text in seen) == 4
    assert torchvision.datasets.utils.tqdm is bar


def test_a_download_can_be_cancelled(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server: tuple[str, Path]
) -> None:
    _serve_mnist(monkeypatch, *server)
    seen: list[str] = []
    with pytest.raises(Cancelled):
        SOURCES["mnist"].load(
            root=tmp_path / "cache",
            progress=lambda part, text: seen.append(text),
            cancelled=lambda: any("Downloading" in text for text in seen),
        )
    assert len([text for text in seen if "Downloading" in text]) == 1
    assert len(SOURCES["mnist"].load(root=tmp_path / "cache")) == 60


def test_without_a_network_there_is_a_sentence_and_the_offline_choice(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    closed = "http://127.0.0.1:9/"
    monkeypatch.setattr(torchvision.datasets.MNIST, "mirrors", [closed])
    monkeypatch.setattr(torchvision.datasets.CIFAR10, "url", closed + "cifar-10-python.tar.gz")
    for source_id, title in (("mnist", "MNIST"), ("cifar10", "CIFAR-10")):
        with pytest.raises(DataError) as caught:
            SOURCES[source_id].load(root=tmp_path)
        assert str(caught.value).startswith(
            f"{title} could not be downloaded. Check the connection, or choose"
        )


def test_a_folder_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(DataError, match=r"MNIST could not be stored in .*taken"):
        SOURCES["mnist"].load(root=tmp_path / "taken")


@pytest.mark.parametrize("edition", [cifar.CIFAR10, cifar.CIFAR100], ids=lambda edition: edition.title)
def test_cifar_is_read_from_its_binary_files(edition: cifar.Edition, tmp_path: Path) -> None:
    folder = tmp_path / edition.folder
    folder.mkdir()
    for number, name in enumerate((*edition.train, edition.test)):
        label = bytes([number]) if edition.label_bytes == 1 else bytes([19, number])
        (folder / name).write_bytes(cifar_record(label, number * 10) * 3)
    source_id = edition.title.lower().replace("cifar-", "cifar")
    dataset = SOURCES[source_id].load(root=tmp_path)
    files = len(edition.train) + 1
    assert tuple(dataset.inputs.shape) == (3 * files, 3, 32, 32)
    assert dataset.targets.tolist() == [number for number in range(files) for _ in range(3)]
    last = dataset.inputs[-1]
    assert last[0, 31, 31] == pytest.approx((files - 1) * 10 / 255)
    assert last[1, 0, 0] == pytest.approx(51 / 255) and last[1, 0, 1] == 0 and last[2].eq(1).all()
    assert dataset.test is not None and dataset.test.tolist() == list(range(3 * files - 3, 3 * files))
    assert len(edition.classes) == len(set(edition.classes)) == (10 if source_id == "cifar10" else 100)


def test_cifar_is_downloaded_unpacked_and_checked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server: tuple[str, Path]
) -> None:
    address, folder = server
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name in (*cifar.CIFAR100.train, cifar.CIFAR100.test):
            content = cifar_record(bytes([1, 99]), 7) * 12
            member = tarfile.TarInfo(f"cifar-100-binary/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    (folder / "cifar-100-binary.tar.gz").write_bytes(packed.getvalue())
    monkeypatch.setattr(torchvision.datasets.CIFAR100, "url", address + "cifar-100-python.tar.gz")
    with pytest.raises(DataError, match="CIFAR-100 could not be downloaded"):  # the real checksum
        SOURCES["cifar100"].load(root=tmp_path / "cache")
    assert not (tmp_path / "cache" / "cifar-100-binary").exists()

    md5 = hashlib.md5(packed.getvalue()).hexdigest()
    edition = cifar.Edition(
        "CIFAR100", "CIFAR-100", "cifar-100-binary", ("train.bin",), "test.bin", 2, md5, cifar.CLASSES_100
    )
    dataset = cifar._source("again", edition).load({"train_samples": 10}, root=tmp_path / "cache")
    assert len(dataset) == 22 and dataset.targets.eq(99).all() and dataset.schema.classes
    assert dataset.label(0) == "worm"
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["cifar-100-binary"]


def test_damaged_cifar_files_say_what_to_do(tmp_path: Path) -> None:
    folder = tmp_path / cifar.CIFAR10.folder
    folder.mkdir()
    for name in (*cifar.CIFAR10.train, cifar.CIFAR10.test):
        (folder / name).write_bytes(cifar_record(bytes([1]), 1)[:-1])
    with pytest.raises(DataError, match=r"CIFAR-10 file .*data_batch_1.bin is damaged. Delete the folder"):
        SOURCES["cifar10"].load(root=tmp_path)
    for name in (*cifar.CIFAR10.train, cifar.CIFAR10.test):
        (folder / name).write_bytes(cifar_record(bytes([10]), 1))
    with pytest.raises(DataError, match="is damaged"):
        SOURCES["cifar10"].load(root=tmp_path)


def test_the_data_folder_is_the_users_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("TORCHLOOM_DATA", raising=False)
    assert "TorchLoom" in str(data_folder()) and data_folder().name == "data"
    monkeypatch.setenv("TORCHLOOM_DATA", str(tmp_path))
    assert data_folder() == tmp_path
