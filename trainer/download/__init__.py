"""VoxForge's archives to a local folder: listed, fetched several at once, resumed, unpacked safely.

Entry points: `download`, `archive_index`. The only room that knows the web. Must not know features or training.
"""
