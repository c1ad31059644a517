"""Wrappers of the operating system: atomic files, locks, child processes, threads, paths.

Entry points: `atomic_files`, `atomic_folder`, `child_process`, `worker`. Must not know speech: any program could use
this room.
"""
