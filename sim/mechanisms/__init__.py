"""How customers and firms behave: one family a folder, one variant a file, ``none`` is a variant."""
