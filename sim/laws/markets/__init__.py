"""Who leads, who has the power, what markets do as a whole."""
