"""From samples to text. Knows no network, no corpus and no window.

`transcribe.transcribe` composes the stages `audio`, `features`, `model`, `decode` and `dictation`; `transcript` and
`history` keep what came of it; `cli` has the verbs of the command line.
"""

import os

# Else ONNX Runtime reports to its maker from its import on, before it can be told not to, and leaves a number of this
# machine's in the person's cache folder (https://github.com/microsoft/onnxruntime/pull/27379).
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
