"""Supported file formats: the FFmpeg demuxers that may open a file, and their file name suffixes.

FFmpeg detects the format from the content. Only these demuxers are allowed; others read pictures, the files of games,
or playlists and scripts that name further files. Does not import FFmpeg, so that the window can list the suffixes.
"""

FORMATS = {
    # FFmpeg's name of the demuxer: the usual suffixes of its files
    **{"wav": "wav wave bwf rf64", "w64": "w64", "aiff": "aif aiff aifc", "au": "au snd", "caf": "caf"},
    **{"flac": "flac", "ogg": "ogg oga ogv ogx opus spx", "mp3": "mp3 mp2 mpa m2a", "aac": "aac", "loas": "latm loas"},
    **{"ac3": "ac3", "eac3": "eac3 ec3", "dts": "dts", "dtshd": "dtshd", "truehd": "thd", "mlp": "mlp"},
    **{"amr": "amr awb 3ga", "asf": "wma wmv asf", "xwma": "xwma", "avi": "avi divx", "flv": "flv", "swf": "swf"},
    "mov": "mp4 m4a m4b m4r m4v mov qt 3gp 3gpp 3g2 f4v f4a ismv isma mj2",
    **{"matroska": "mkv mka mk3d webm weba", "mpeg": "mpg mpeg vob m2p", "mpegts": "ts mts m2ts m2t"},
    **{"mxf": "mxf", "gxf": "gxf", "nut": "nut", "nuv": "nuv", "nsv": "nsv", "wtv": "wtv", "dv": "dv dif"},
    **{"rm": "rm ra rmvb", "ivr": "ivr", "wv": "wv", "ape": "ape", "mpc": "mpc", "mpc8": "mpc", "tta": "tta"},
    **{"tak": "tak", "shn": "shn", "rka": "rka", "osq": "osq", "qoa": "qoa", "bonk": "bonk", "dsf": "dsf"},
    **{"iff": "iff 8svx dff", "oma": "oma aa3", "voc": "voc", "nistsphere": "sph nist", "sox": "sox", "avr": "avr"},
    **{"ircam": "sf ircam", "pvf": "pvf", "epaf": "paf fap", "sds": "sds", "wve": "wve", "hcom": "hcom", "vqf": "vqf"},
    **{"dss": "dss", "act": "act", "qcp": "qcp", "ilbc": "lbc", "lc3": "lc3", "codec2": "c2", "dhav": "dav"},
    **{"pva": "pva", "ty": "ty", "kux": "kux", "siff": "son", "smjpeg": "mjpg", "wavarc": "wa"},
}
# Raw formats that telephone systems write; only their suffix identifies them.
RAW = {"g722": "g722 722", "gsm": "gsm", "sln": "sln", "mulaw": "ul", "alaw": "al"}
TELEPHONE, TELEPHONE_HZ = ("mulaw", "alaw"), 8_000  # FFmpeg would take another rate

SUFFIXES = tuple(sorted({f".{ending}" for endings in (FORMATS | RAW).values() for ending in endings.split()}))


def raw_format(suffix: str) -> str | None:
    """The demuxer for a suffix, for raw content that identifies no format."""
    ending = suffix.lower().removeprefix(".")
    return next((name for name, endings in RAW.items() if ending in endings.split()), None)
