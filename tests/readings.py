"""What second readings of the cases share: claims and strategies as plain data."""

LEVERS_THAT_COST = ("development_budget", "reward_budget", "club_investment")


def claims(document):
    return {claim.id: claim for claim in document.claims}


def set_apart(document, one, other):
    """What two strategies set differently."""
    first, second = document.strategies[one].set, document.strategies[other].set
    return {path for path in first | second if first.get(path) != second.get(path)}


def by_world(scenario, firm):
    return {strategy: scenario.world(strategy).firms[firm] for strategy in scenario.strategies}


def spending(firm, weeks):
    """What a firm sets aside a week, advertising only for what goes on sale within the run."""
    on_sale = [offer for offer in firm.offers.values() if offer.launch_week <= weeks]
    advertising = sum(offer.advertising for offer in on_sale)
    return advertising + sum(getattr(firm.levers, name) for name in LEVERS_THAT_COST)


def says_more(claim):
    """Whether a claim puts its strategy above the baseline: True, False, or None for neither."""
    neutral = {"ratio": 1.0, "difference": 0.0}[claim.by]
    if claim.at_least is not None and claim.at_most is None and claim.at_least >= neutral:
        return True
    if claim.at_most is not None and claim.at_least is None and claim.at_most <= neutral:
        return False
    return None


def compares(claim, strategy, against):
    return (claim.strategy, claim.against) == (strategy, against)


def numbers(value):
    """All numbers in plain data, however deep."""
    if isinstance(value, dict):
        return [n for part in value.values() for n in numbers(part)]
    if isinstance(value, list):
        return [n for part in value for n in numbers(part)]
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else []
