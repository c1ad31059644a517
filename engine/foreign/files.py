"""Which files of a folder are a model that onnx-asr reads, and whether they may be opened.

A folder may come from anywhere: nothing outside of it is opened on its behalf, and nothing larger than such files are.
"""

from dataclasses import dataclass
from pathlib import Path

from engine.errors import CheckpointDamaged, CheckpointMismatch, CheckpointMissing
from engine.system.json_text import read_json

CONFIG = "config.json"
_MOST_GRAPH_BYTES = 2**31 - 1  # what protobuf can hold
_MOST_DATA_BYTES = 2**33
_MOST_TEXT_BYTES = 2**24
_GRAPH = ".onnx"
# Settings of a model that bound how long it may run on one recording.
_LIMITS = {"subsampling_factor": 8, "max_tokens_per_step": 100, "max_sequence_length": 4096}


@dataclass(frozen=True)
class ModelFiles:
    """family, quantization: as onnx-asr names them. files: all that belongs to the model, each in the folder."""

    folder: Path
    family: str
    quantization: str | None
    files: tuple[Path, ...]

    @property
    def n_bytes(self) -> int:
        """Of all files."""
        return sum(path.stat().st_size for path in self.files)


def find_model(folder: Path) -> ModelFiles:
    """The model in a folder, the one in 8 bits where there are several of a family; its files are checked.

    Raises CheckpointMissing, CheckpointDamaged, CheckpointMismatch.
    """
    from engine.foreign.library import resolve

    folder = Path(folder)
    config = _config(folder)
    found = resolve(folder, config)
    if found is None:
        raise CheckpointMissing(path=folder, file="*.onnx, vocab.txt")
    family, quantization, files = found
    if any(path.name.startswith("v3_") for path in files) and config.get("version") != "v3":
        raise CheckpointMissing(path=folder, file=CONFIG)  # else it would be given the sound of version 2
    for path in files:
        if path.suffix == ".ort":  # what lies outside of one cannot be told
            raise CheckpointMissing(path=folder, file=path.with_suffix(_GRAPH).name)
        _check_file(folder, path, _MOST_GRAPH_BYTES if path.suffix == _GRAPH else _MOST_TEXT_BYTES)
    data = [path for graph in files if graph.suffix == _GRAPH for path in _external_files(folder, graph)]
    for path in data:
        _check_file(folder, path, _MOST_DATA_BYTES)
    return ModelFiles(folder, family, quantization, tuple(dict.fromkeys([*files, *data])))


def _config(folder: Path) -> dict[str, object]:
    """What stands in config.json, which need not be there. Raises CheckpointDamaged, CheckpointMismatch."""
    try:
        _check_file(folder, folder / CONFIG, _MOST_TEXT_BYTES)
        found: dict[str, object] = read_json(folder / CONFIG, most_bytes=_MOST_TEXT_BYTES)
    except CheckpointMissing:
        return {}
    except (OSError, ValueError) as error:
        raise CheckpointDamaged(path=folder, reason="{file} cannot be read", file=CONFIG) from error
    for name, most in _LIMITS.items():
        value = found.get(name, 1)
        if type(value) is not int or not 1 <= value <= most:
            reason = "{name} in {file} must lie between {least} and {most}"
            raise CheckpointMismatch(path=folder, reason=reason, name=name, file=CONFIG, least=1, most=most)
    return found


def _check_file(folder: Path, path: Path, most_bytes: int) -> None:
    """Raises CheckpointMissing, CheckpointDamaged."""
    name = path.name
    try:
        real = path.resolve(strict=True)
        n_bytes = real.stat().st_size
    except (OSError, RuntimeError) as error:
        raise CheckpointMissing(path=folder, file=name) from error
    if not real.is_relative_to(folder.resolve()):
        raise CheckpointDamaged(path=folder, reason="{file} is outside of the folder", file=name)
    if not real.is_file():
        raise CheckpointDamaged(path=folder, reason="{file} is no file", file=name)
    if n_bytes > most_bytes:
        raise CheckpointDamaged(path=folder, reason="{file} is too large", file=name)


def _external_files(folder: Path, graph: Path) -> list[Path]:
    """Files that hold weights of a graph. Raises CheckpointDamaged."""
    import onnx

    from engine.model.onnx_session import outside_tensors

    try:
        tensors = list(outside_tensors(onnx.load(graph, load_external_data=False)))
    except Exception as error:  # protobuf has kinds of its own
        raise CheckpointDamaged(path=folder, reason="{file} cannot be read", file=graph.name) from error
    named = {entry.value for tensor in tensors for entry in tensor.external_data if entry.key == "location"}
    for name in named:
        if Path(name).name != name or "\\" in name:  # ONNX Runtime also has names for pieces of memory
            raise CheckpointDamaged(path=folder, reason="{file} is outside of the folder", file=repr(name)[:80])
    return [graph.parent / name for name in sorted(named)]
