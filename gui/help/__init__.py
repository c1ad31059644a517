"""The tour, the list of shortcuts, the letters that Alt shows on buttons, and what the program says about itself.

Entry points: `tour`, `shortcuts_window`, `alt_letters`, `about`. Must not know pages.
"""
