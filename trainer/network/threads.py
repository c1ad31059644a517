"""The number of threads for training."""

import os

import tensorflow as tf


def use_threads(n_threads: int) -> None:
    """Must be called before TensorFlow's first operation.

    The two directions of a layer run at the same time, each on its half of the threads. With small products that is
    faster than to share out each of them.
    """
    tf.config.threading.set_intra_op_parallelism_threads(max(1, n_threads // 2))
    tf.config.threading.set_inter_op_parallelism_threads(n_threads)


def threads() -> int:
    """The number given to `use_threads`, or else of all processors."""
    return tf.config.threading.get_inter_op_parallelism_threads() or os.cpu_count() or 1
