"""How a firm that knows a customer sells her more, with partners (M17, M18)."""
