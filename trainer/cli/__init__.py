"""The verbs of the command line that train, tune, measure and fetch: arguments in, printed events out.

One module a verb. Nothing imports this room but `main`.
"""
