"""What a person reads aloud for the model to learn: the sentences to read, the check of each reading, and what is kept.

Entry points: `store`, `recordings`, `prompt_chooser`, `take_check`. Must not know models, training or the page.
"""
