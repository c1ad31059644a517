"""The request of a run, saved in its folder, so that it can be resumed later. Does not use Qt."""

import json
from pathlib import Path

from engine.config import FeatureConfig, ModelConfig
from engine.errors import DiktovkaError
from engine.system.atomic_files import write_atomic
from engine.system.json_text import read_json
from trainer.devices import AUTO, DEVICES
from trainer.settings import TrainConfig
from trainer.training.training_process import Request

REQUEST = "request.json"


def save_request(request: Request) -> None:
    """Raises StorageError."""
    content = {
        "corpora": [str(path) for path in request.corpora],
        "features": request.features.to_dict(),
        "model": request.model.to_dict(),
        "settings": request.settings.to_dict(),
        "held": [str(path) for path in request.held],
        "start": _text(request.start),
        "align_with": _text(request.align_with),
        "threads": request.threads,
        "device": request.device,
    }
    write_atomic(request.out / REQUEST, json.dumps(content, ensure_ascii=False, indent=1) + "\n")


def load_request(out: Path) -> Request | None:
    """The request; None if the folder has no run that was begun in the window."""
    try:
        content = read_json(out / REQUEST)
        return Request(
            out,
            tuple(Path(path) for path in content["corpora"]),
            FeatureConfig.from_dict(content["features"]),
            ModelConfig.from_dict(content["model"]),
            TrainConfig.from_dict(content["settings"]),
            tuple(Path(path) for path in content.get("held", [])),
            _path(content["start"]),
            _path(content.get("align_with")),
            content.get("threads"),
            device=content.get("device") if content.get("device") in DEVICES else AUTO,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, DiktovkaError):
        return None


def _text(path: Path | None) -> str | None:
    return str(path) if path else None


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None
