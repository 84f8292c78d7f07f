"""The example runs as it stands, and its estimators show what it says of them."""

from __future__ import annotations

from experiments.examples.score_estimators import main


def test_the_example_scores_three_estimators(tmp_path, capsys):
    scores = {
        one.quantity: one
        for found in main(tmp_path, n=250, futures=3).values() for one in found
    }
    told = capsys.readouterr().out
    for words in ("bg_nbd", "logit", "media_mix", "purchases", "elasticity_now"):
        assert words in told
    assert max(map(len, told.splitlines())) <= 110
    assert scores["purchases"].answered == scores["purchases"].asked > 150
    assert scores["purchases"].rank_correlation > 0.5
    assert abs(scores["purchases"].bias) < 0.3 * scores["purchases"].mean_truth
    # Heterogeneity goes into loyalty: found too large.
    assert scores["loyalty_coefficient"].bias > 0.3
    assert scores["elasticity_now"].rank_correlation == 1
    assert scores["elasticity_now"].mean_absolute_error < 0.3
    assert scores["incremental_units"].answered == 2
