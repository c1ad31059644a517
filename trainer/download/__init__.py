"""Downloads: VoxForge's archives (listed, fetched in parallel, resumed, unpacked safely), and models made by others.

Entry points: `download`, `archive_index`. The only room that knows the web. Must not know features or training.
"""
