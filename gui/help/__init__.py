"""The tour, the list of shortcuts, and what the program says about itself.

Entry points: `tour`, `shortcuts_window`, `about`. Must not know pages.
"""
