"""Recordings with transcripts: found, checked, split, and written as a feature cache.

Entry points: `corpus` (folders and manifests to recordings), `preflight` (what can be learned from), `build_cache`
and `cache`. Must not know batches, networks or the web.
"""
