"""How customers and firms behave: a family a folder, a variant a file, ``none`` is a variant."""
