"""How firms decide: one policy a file."""
