"""Which kinds of file are read: the demuxers of FFmpeg that are given a file, and the endings that go with them.

FFmpeg recognises a kind by its content. Of its demuxers only these are allowed: others read playlists and scripts,
which name further files, pictures, or the files of games. Knows no FFmpeg, so that the window can list the endings.
"""

FORMATS = {
    # what FFmpeg calls the demuxer: the usual endings of its files
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
# Without any mark in the content: telephone systems write them, and their ending alone tells what they are.
RAW = {"g722": "g722 722", "gsm": "gsm", "sln": "sln", "mulaw": "ul", "alaw": "al"}
TELEPHONE, TELEPHONE_HZ = ("mulaw", "alaw"), 8_000  # FFmpeg would take another rate

SUFFIXES = tuple(sorted({f".{ending}" for endings in (FORMATS | RAW).values() for ending in endings.split()}))


def raw_format(suffix: str) -> str | None:
    """The demuxer that a file's ending names, for content that tells nothing."""
    ending = suffix.lower().removeprefix(".")
    return next((name for name, endings in RAW.items() if ending in endings.split()), None)
