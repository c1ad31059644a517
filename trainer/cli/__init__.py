"""The verbs of the command line that train, tune, evaluate and download: arguments in, printed events out.

One module per verb. Only `main` imports this room.
"""
