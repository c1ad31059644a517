"""The window. The only package that knows Qt.

`shell.app` puts the parts together. The pages `dictation`, `history`, `settings`, `training` and `voice` do not
import one another; they share `corpora`, `desktop`, `editor`, `help`, `tuning`, `session`, `widgets` and `core`.
"""
