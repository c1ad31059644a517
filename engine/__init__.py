"""From samples to text. Knows no network, no corpus and no window.

`transcribe.transcribe` composes the stages `audio`, `features`, `model`, `decode` and `dictation`; `transcript` and
`history` keep what came of it; `cli` has the verbs of the command line.
"""

import os

# ONNX Runtime sends telemetry from its import on, before an API call could turn it off, and leaves an identifier of
# this machine's in the person's cache folder (https://github.com/microsoft/onnxruntime/pull/27379).
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
