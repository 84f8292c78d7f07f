"""The commands, a topic a file: each parses, calls, and shows nothing by itself.

Bodies import what they need when they are called, so that ``--help`` starts at once.
"""
