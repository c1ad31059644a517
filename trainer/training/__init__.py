"""Training runs: the loop, its process, its folder on disk, and its curves.

Entry points: `run` (begins and resumes a run), `training_process` (the same in a child process), `loop`, `events`.
Must not know widgets or the origin of recordings.
"""
