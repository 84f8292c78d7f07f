"""Which uncertain settings an outcome depends on: indices, intervals, and the part of chance."""
