"""Imports a model made by others: it is checked, copied and tried before it is listed.

It is tried in a process of its own, because a file that crashes ONNX Runtime must not end the program.
"""

from collections.abc import Generator, Iterator
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

from engine.errors import CheckpointError, EngineStopped, StorageError
from engine.foreign.description import ForeignDescription, write_foreign
from engine.foreign.files import ModelFiles, find_model
from engine.system.atomic_files import storage_error, sync
from engine.system.atomic_folder import building, check_unbroken
from engine.system.bounded_memory import bounded_memory
from engine.system.child_process import Child, End, told

_BLOCK_BYTES = 1 << 22


def add_model(folder: Path, home: Path, licence: str = "", source: str = "") -> Iterator[Path | None]:
    """Copies a model into a new folder. Yields None repeatedly meanwhile, and `home` at the end.

    Only the files that belong to the model are copied. Raises CheckpointError, StorageError.
    """
    files = find_model(folder)
    yield None
    try:
        with building(home) as new:
            yield from _copied(files, new)
            description = yield from tried(new)
            write_foreign(new, replace(description, licence=licence, source=source))
            check_unbroken(new)
            new.rename(home)
        sync(home.parent)
    except StorageError as error:
        raise type(error)(**error.fields | {"path": home}) from error
    except OSError as error:
        raise storage_error(home, error) from error
    yield home


def _copied(files: ModelFiles, target: Path) -> Iterator[None]:
    """Copies each file to the same place in another folder. Raises OSError."""
    for path in files.files:
        copy = target / path.relative_to(files.folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        with path.open("rb") as source, copy.open("xb") as written:
            while block := source.read(_BLOCK_BYTES):
                written.write(block)
                yield None
        sync(copy)


def tried(folder: Path) -> Generator[None, None, ForeignDescription]:
    """Recognises a second of silence. Yields None repeatedly meanwhile; returns the ForeignDescription.

    Raises CheckpointError.
    """
    child = Child(_try, "trial")
    try:
        child.start(str(folder))
        while True:
            message = child.receive()
            if isinstance(message, End):
                raise message.error or AssertionError("a trial ends with a description")
            if isinstance(message, ForeignDescription):
                return message
            yield None
    except EngineStopped as error:
        raise CheckpointError(path=folder, reason="recognition ended when it was tried") from error
    finally:
        child.close()


def _try(connection: Connection, folder: str) -> None:
    """Runs in the child."""
    try:
        from engine.foreign.recogniser import load_foreign

        with bounded_memory(Path(folder)):
            _description, recogniser = load_foreign(Path(folder))
    except Exception as error:  # any error must reach the parent
        connection.send(End(told(error)))
        return
    connection.send(recogniser.description)
