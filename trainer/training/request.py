"""What a run was asked for, kept beside it, so that it goes on another day as it was begun. Knows no Qt."""

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
    told = {
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
    write_atomic(request.out / REQUEST, json.dumps(told, ensure_ascii=False, indent=1) + "\n")


def load_request(out: Path) -> Request | None:
    """None where the folder holds no run that was begun in the window."""
    try:
        told = read_json(out / REQUEST)
        return Request(
            out,
            tuple(Path(path) for path in told["corpora"]),
            FeatureConfig.from_dict(told["features"]),
            ModelConfig.from_dict(told["model"]),
            TrainConfig.from_dict(told["settings"]),
            tuple(Path(path) for path in told.get("held", [])),
            _path(told["start"]),
            _path(told.get("align_with")),
            told.get("threads"),
            device=told.get("device") if told.get("device") in DEVICES else AUTO,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, DiktovkaError):
        return None


def _text(path: Path | None) -> str | None:
    return str(path) if path else None


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None
