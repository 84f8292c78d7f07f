"""How firms decide: one policy a file.

A policy of one's own is a class in a file beside the scenario, here ``patient.py``::

    from sim.parameters import Declared, param
    from sim.policies.base import Decision, Observation, Policy


    class Patient(Policy):
        \"\"\"Raises support while complaints wait.\"\"\"

        class Parameters(Declared):
            step: float = param(5.0, unit="complaints/week per 1,000 customers", bounds=(0, 100),
                                doc="Capacity added a week.")

        def decide(self, observation: Observation) -> Decision:
            if not observation.n_waiting:
                return Decision.nothing()
            capacity = observation.levers["support_capacity"] + self.parameters.step
            return Decision(levers={"support_capacity": capacity})

The scenario names it by module and class, with parameters or without::

    firms:
      Nova:
        policy: {name: patient:Patient, step: 8}

It runs only with permission, ``counterpoise run market.yaml --allow-code`` or
``load_scenario("market.yaml", allow_code=True)``: a scenario file alone never runs code. The module
is looked for in the scenario's folder, then on the import path; keep it in one file, which the
folder of a run then keeps as well. What an instance sets on ``self`` is kept by checkpoints.
"""
