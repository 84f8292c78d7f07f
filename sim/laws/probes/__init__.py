"""Markets lived for laws: the scenario itself, and twins of it under the same luck."""
