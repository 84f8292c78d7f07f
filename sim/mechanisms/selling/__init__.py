"""What sales contacts do to customers: service, pressure, reactance (M31)."""
