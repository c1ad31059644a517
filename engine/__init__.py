"""From samples to text. Knows no network, no corpus and no window.

`transcribe.transcribe` composes the stages `audio`, `features`, `model`, `decode` and `dictation`; `transcript` and
`history` keep what came of it; `cli` has the verbs of the command line.
"""
