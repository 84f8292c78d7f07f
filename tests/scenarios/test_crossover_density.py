"""The experiment that the scenario of the secret names runs with the scenario as it is."""

from experiments.crossover_density import at_density


def test_a_secret_is_weighed_at_a_density() -> None:
    """Seen to fail while the lesson of the scenario named strategies that are replaced."""
    found = at_density(0, 2)
    assert found.low <= found.value <= found.high
    assert found.value > 1  # nobody hears of it, so the silent firm takes more
