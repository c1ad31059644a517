"""Files of many kinds, made on the spot by FFmpeg's libraries: late sound, gaps, several tracks, pictures."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import av
import numpy as np


@dataclass
class TrackToWrite:
    """parts: (from which second on, float32 samples (n,), or (n, 2) of two channels)."""

    parts: Sequence[tuple[float, np.ndarray]]
    is_default: bool | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


def film(
    container: str,
    codec: str,
    rate_hz: int,
    tracks: Sequence[TrackToWrite],
    picture_s: float = 0.0,
    options: Mapping[str, str] | None = None,
) -> bytes:
    """picture_s: how long a black picture is shown; 0 for sound alone."""
    file = io.BytesIO()
    with av.open(file, "w", format=container, options=dict(options or {})) as output:
        picture = _picture(output) if picture_s else None
        streams = [_stream(output, codec, rate_hz, track) for track in tracks]
        packets = []
        for stream, track in zip(streams, tracks, strict=True):
            for at_s, samples in track.parts:
                packets += stream.encode(_frame(samples, at_s, rate_hz))
            packets += stream.encode(None)
        if picture is not None:
            packets += _shown(picture, picture_s)
        for packet in sorted(packets, key=lambda one: one.dts * one.time_base):
            output.mux(packet)
    return file.getvalue()


def sound(container: str, codec: str, rate_hz: int, samples: np.ndarray, **options: str) -> bytes:
    """One track from the beginning on."""
    return film(container, codec, rate_hz, [TrackToWrite([(0.0, samples)])], options=options)


def _picture(output):
    picture = output.add_stream("flv" if output.format.name == "flv" else "mpeg4", rate=5)
    picture.width = picture.height = 32
    return picture


def _shown(picture, picture_s: float):
    black = np.zeros((32, 32, 3), np.uint8)
    for n in range(round(5 * picture_s)):
        frame = av.VideoFrame.from_ndarray(black, format="rgb24").reformat(format="yuv420p")
        frame.pts = n
        yield from picture.encode(frame)
    yield from picture.encode(None)


def _stream(output, codec: str, rate_hz: int, track: TrackToWrite):
    stream = output.add_stream(codec, rate=rate_hz, layout=_layout(track.parts[0][1]))
    stream.metadata.update(track.metadata)
    if track.is_default is not None:
        stream.disposition = av.stream.Disposition.default if track.is_default else av.stream.Disposition(0)
    return stream


def _frame(samples: np.ndarray, at_s: float, rate_hz: int):
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="flt", layout=_layout(samples))
    frame.sample_rate, frame.pts = rate_hz, round(at_s * rate_hz)
    return frame


def _layout(samples: np.ndarray) -> str:
    return "mono" if samples.ndim == 1 else "stereo"
