"""The processes of one synchronous training, given by TF_CONFIG or the command line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.errors import ConfigError
from engine.system.json_text import parse_json

TF_CONFIG = "TF_CONFIG"
_CHIEF, _WORKER = "chief", "worker"


@dataclass(frozen=True)
class Cluster:
    """addresses: HOST:PORT of every process, the same list in each; index: of this process.

    The first is the chief, which alone evaluates and writes.
    """

    addresses: tuple[str, ...]
    index: int

    def __post_init__(self) -> None:
        for address in self.addresses:
            host, _, port = address.rpartition(":")
            _check(bool(host) and port.isdigit() and 0 < int(port) < 65536, f"{address!r} is not HOST:PORT")
        _check(len(set(self.addresses)) == len(self.addresses), "an address stands there twice")
        _check(
            0 <= self.index < len(self.addresses),
            f"there is no process number {self.index} among {len(self.addresses)}; the first is number 0",
        )

    @property
    def is_chief(self) -> bool:
        """Whether this process writes the run."""
        return self.index == 0


def _check(condition: bool, reason: str) -> None:
    if not condition:
        raise ConfigError(name=TF_CONFIG, reason=reason)


def cluster_from(environment: Mapping[str, str]) -> Cluster | None:
    """The cluster in TF_CONFIG, in TensorFlow's format; None if it is not set or has only one process.

    A `chief` counts as the first worker. Raises ConfigError.
    """
    text = environment.get(TF_CONFIG, "")
    if not text.strip():
        return None
    try:
        config = parse_json(text)
        jobs, task = config["cluster"], config["task"]
        chiefs, workers = list(jobs.get(_CHIEF, [])), list(jobs.get(_WORKER, []))
        kind, index = task["type"], int(task["index"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        reason = 'it must be like {"cluster": {"worker": ["host:port", ...]}, "task": {"type": "worker", "index": 0}}'
        raise ConfigError(name=TF_CONFIG, reason=reason) from error
    _check(kind in (_CHIEF, _WORKER), f"the task {kind!r} has no part in this training, only {_CHIEF} and {_WORKER}")
    _check(len(chiefs) < 2, "there can be one chief only")
    return cluster_of([*chiefs, *workers], index + (len(chiefs) if kind == _WORKER else 0))


def cluster_of(addresses: Sequence[str], index: int) -> Cluster | None:
    """The cluster from a list of addresses; None for one process. Raises ConfigError."""
    cluster = Cluster(tuple(addresses), index)
    return cluster if len(cluster.addresses) > 1 else None
