"""From samples to the network's input: two front ends, segments cut at pauses, normalisation, stacking.

Entry points: `front_end` (samples to cepstra, block by block), `segmenter` (frames to stretches), `network_input`.
Must not know files, devices or models.
"""
