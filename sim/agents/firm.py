"""A firm: its offers, its levers, its policy and what waits on its desk."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from sim.agents.checking import offer_levers, problem
from sim.agents.firm_levers import FirmLevers
from sim.agents.sight import look
from sim.errors import CounterpoiseError, MechanismError, RunError
from sim.levers import set_offer_lever
from sim.policies.base import Decision, Observation
from sim.policies.code import file_of, in_one_line, is_code
from sim.scenario.policies import Written, name_and_parameters
from sim.tables import Array

if TYPE_CHECKING:
    from sim.market import Market

NO_COMPLAINTS = np.zeros((0, 5), dtype=np.int32)


class Firm(mesa.Agent):
    """A seller; books and beliefs are its row of the firm table.

    Attributes
    ----------
    name : name in the scenario.
    number : row of the firm table.
    complaints : waiting complaints, (n, 5): customer, offer, attribute, week, 1 if escalated.
    development_focus : weights of attributes that development follows instead of beliefs,
        (n_attributes,); all 0: it follows beliefs.
    """

    model: Market

    def __init__(self, market: Market, *, name: str, number: int) -> None:
        super().__init__(market)
        self.name = name
        self.number = number
        settings = market.world.firms[name]
        self._levers = FirmLevers(name, settings.levers.model_dump())
        self.complaints: Array = NO_COMPLAINTS
        self.follow(settings.policy)

    @property
    def levers(self) -> FirmLevers:
        """Current value of each lever of the firm.

        Levers are set as in a dictionary, ``firm.levers["voice_openness"] = 0.5``; one that does
        not exist or cannot have the value is refused (``RequestError``). To assign a whole mapping
        is to set the levers in it.
        """
        return self._levers

    @levers.setter
    def levers(self, values: Mapping[str, float]) -> None:
        self._levers.update(values)

    @property
    def offers(self) -> list[str]:
        """Names of its offers."""
        return list(self.model.world.firms[self.name].offers)

    def follow(self, policy: Written) -> None:
        """Change to another policy, given as a scenario writes it.

        Raises
        ------
        ScenarioError
            If there is none, its parameters are wrong, or it is code without permission.
        RunError
            If it is code of somebody's own that breaks.
        """
        name = str(name_and_parameters(policy)[0])
        try:
            self.policy = self.model.source.shelf.make(policy)
        except CounterpoiseError:
            raise
        except Exception as error:
            raise self._broken(error, name) from error
        self.policy_written, self.policy_name = policy, name
        self.development_focus: Array = np.zeros(self.model.n_attributes)

    def observe(self) -> Observation:
        """What the firm can see now: its books, its sensing, and what anybody sees."""
        return look(self.model, self.number, communities=self.policy.sees_communities)

    def decide(self) -> None:
        """Let the policy set levers from what the firm can see.

        Raises
        ------
        MechanismError
            If the policy sets what does not exist, is not its own, or is out of bounds.
        RunError
            If it is code of somebody's own that breaks.
        """
        if self.policy_name == "fixed":
            return
        try:
            decision = self._asked_for_decision()
        except (Exception, SystemExit) as error:  # code of one's own must not end the program
            raise self._broken(error, self.policy_name) from error
        names = self.model.attribute_names
        wrong = problem(decision, offers=self.offers, attributes=names)
        if wrong:
            raise MechanismError(f"{self._deciding(self.policy_name)}: {wrong}")
        dict.update(self._levers, decision.levers)  # checked just now
        for offer, settings in offer_levers(decision).items():
            for lever, value in settings.items():
                set_offer_lever(self.model, self.model.offer_number(offer), (lever,), value)
        self.development_focus[:] = [decision.development_focus.get(a, 0.0) for a in names]

    def _asked_for_decision(self) -> Decision:
        if not is_code(self.policy_name):
            return self.policy.decide(self.observe())
        # What code of one's own prints must not stand among the program's answers.
        with redirect_stdout(sys.stderr):
            return self.policy.decide(self.observe())

    def _deciding(self, policy_name: str) -> str:
        return f"policy '{policy_name}' of firm '{self.name}', week {self.model.week}"

    def _broken(self, error: BaseException, policy_name: str) -> BaseException:
        """One line about an error in somebody's own code; an error of the program as it is."""
        if not is_code(policy_name):
            return error
        file = file_of(self.model.source.shelf.find(policy_name))
        return RunError(f"{self._deciding(policy_name)}: {in_one_line(error, file)}")

    def __repr__(self) -> str:
        return f"<Firm {self.name}: sells {', '.join(self.offers)}; policy {self.policy_name}>"

    def state(self) -> dict[str, Any]:
        """What a checkpoint must keep."""
        return {
            "levers": dict(self.levers),
            "policy": self.policy_written,
            "policy_state": self.policy.state(),
            "development_focus": self.development_focus.copy(),
            "complaints": self.complaints.copy(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Put back what a checkpoint kept."""
        self._levers = FirmLevers(self.name, state["levers"])
        self.follow(state["policy"])
        self.policy.restore(state["policy_state"])
        self.development_focus = state["development_focus"].copy()
        self.complaints = state["complaints"].copy()
