"""A person's own clips: the sentences to read aloud, the check of each clip, and the folder of kept ones.

Entry points: `store`, `recordings`, `prompt_chooser`, `take_check`. Must not know models, training or the page.
"""
