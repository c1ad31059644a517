"""Several processes or machines that train one model in step, on tf.distribute.

Each computes the gradient of its share of a batch; one sum over all (a ring of gRPC connections) brings every process
the gradient of the whole batch, with which each makes the same update. One process alone is the same code on
TensorFlow's default strategy, where a sum over all is the thing itself.
"""

import logging
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import numpy as np
import tensorflow as tf

from trainer.errors import TrainingError, WorkerLost
from trainer.training.cluster import Cluster

log = logging.getLogger(__name__)
Item = TypeVar("Item")
_LOST = (
    tf.errors.UnavailableError,
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.DeadlineExceededError,
    tf.errors.FailedPreconditionError,
    tf.errors.InternalError,
)


@contextmanager
def _own_sigterm() -> Iterator[None]:
    """TensorFlow's coordination service takes SIGTERM for itself and does nothing with it here; this gives it back."""
    ours = signal.getsignal(signal.SIGTERM)
    yield
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, ours)


class Workers:
    """The processes of a training, seen from one of them."""

    def __init__(self, cluster: Cluster | None = None):
        """Waits for the others, if there are any; must come before TensorFlow's first operation.

        Raises TrainingError where this process's address cannot be used, WorkerLost where the others do not come.
        """
        self.n = len(cluster.addresses) if cluster else 1
        self.index = cluster.index if cluster else 0
        self.strategy = self._joined(cluster) if cluster else tf.distribute.get_strategy()
        self._sum_of = tf.function(self._summed, autograph=False, input_signature=[tf.TensorSpec((None,), tf.int32)])

    @property
    def is_chief(self) -> bool:
        """It alone evaluates and writes."""
        return self.index == 0

    def _joined(self, cluster: Cluster) -> tf.distribute.Strategy:
        resolver = tf.distribute.cluster_resolver.SimpleClusterResolver(
            tf.train.ClusterSpec({"worker": list(cluster.addresses)}),
            task_type="worker",
            task_id=cluster.index,
            rpc_layer="grpc",
        )
        kinds = tf.distribute.experimental.CommunicationImplementation
        options = tf.distribute.experimental.CommunicationOptions(implementation=kinds.RING)
        try:
            with self.watched(), _own_sigterm():
                return tf.distribute.MultiWorkerMirroredStrategy(resolver, options)
        except tf.errors.UnknownError as error:  # gRPC's server did not start
            raise TrainingError(
                reason="{address} cannot be listened at; another program may use its port",
                address=cluster.addresses[cluster.index],
            ) from error

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Around whatever needs the others. Raises WorkerLost where one of them is gone."""
        try:
            yield
        except _LOST as error:
            if self.n == 1:
                raise
            log.info("a process of the training is gone", exc_info=error)
            raise WorkerLost(n=self.n) from error

    def share(self, examples: Sequence[Item]) -> list[Item]:
        """This process's part of a batch, which lies in order of length: every n-th. May be empty."""
        return list(examples[self.index :: self.n])

    def sum_over_all(self, per_process: Callable[..., tf.Tensor], *arguments: tf.Tensor) -> tf.Tensor:
        """per_process(*arguments), of the same shape in each process, summed; to be called in a tf.function."""

        def summed(*own: tf.Tensor) -> tf.Tensor:
            context = tf.distribute.get_replica_context()
            return context.all_reduce(tf.distribute.ReduceOp.SUM, tf.identity(per_process(*own)))

        results = self.strategy.run(summed, args=arguments)
        return self.strategy.experimental_local_results(results)[0]

    def _summed(self, vector: tf.Tensor) -> tf.Tensor:
        return self.sum_over_all(lambda own: own, vector)

    def from_chief(self, content: bytes) -> bytes:
        """What the chief passes here, in every process. Raises WorkerLost."""
        if self.n == 1:
            return content
        own_bytes = np.frombuffer(content if self.is_chief else b"", np.uint8)
        with self.watched():
            length = int(self._sum_of(np.array([len(own_bytes)], np.int32))[0])
            if not length:  # TensorFlow's ring crashes on a sum of nothing
                return b""
            vector = np.zeros(length, np.int32)
            vector[: len(own_bytes)] = own_bytes
            return self._sum_of(vector).numpy().astype(np.uint8).tobytes()
