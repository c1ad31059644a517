"""The verbs of the command line that train, each with the least that it must be told; what they name is not there."""

TRAINING_VERBS = (
    ("train", "corpus", "-o", "run"),
    ("tune", "recordings", "-o", "run"),
    ("punctuation", "text.txt", "-o", "run"),
    ("second-reading", "text.txt", "-o", "run", "--language-model", "model"),
)
