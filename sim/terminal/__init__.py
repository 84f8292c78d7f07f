"""How answers look in the terminal: tables and paragraphs, progress, and what a mistake ends with.

Nothing here decides what is run or what it means. Words carry every answer; color only helps, and
``NO_COLOR`` switches it off. Modules import what is heavy inside functions, so that ``--help`` and
messages about mistakes come at once.
"""
