"""Estimators that marketing scientists use, for scoring and calibration."""
