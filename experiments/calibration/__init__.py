"""Examples for ``counterpoise calibrate``: scenarios, and data that the simulator made itself."""
