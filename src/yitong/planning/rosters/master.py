"""The choice among known rows: a linear master that prices shifts, and an integer master that picks a roster."""

import numpy as np
from ortools.math_opt.python import mathopt
from ortools.sat.python import cp_model

from yitong.planning.rosters.model import Model, request_cost
from yitong.planning.rosters.pricing import OFF, Floats, Ints

SMALL = 1e-6


class Master:
    """Rows of all employees; each has one, in shares; cover that lacks or exceeds costs."""

    def __init__(self, m: Model) -> None:
        self.m = m
        self.rows: list[tuple[int, Ints, int]] = []
        self.known: set[tuple[int, bytes]] = set()
        self.model = mathopt.Model()
        self.one_each = [self._equals(1.0) for _ in m.staff]
        self.cover: dict[tuple[int, int], mathopt.LinearConstraint] = {}
        for (day, shift), wanted in np.ndenumerate(m.wanted):
            row = self.cover[day, shift] = self._equals(float(wanted))
            for sign, cost in ((1.0, m.under[day, shift]), (-1.0, m.over[day, shift])):
                slack = self.model.add_variable(lb=0.0)
                row.set_coefficient(slack, sign)
                self.model.objective.set_linear_coefficient(slack, float(cost))
        self.variables: list[mathopt.Variable] = []
        self.solver = mathopt.IncrementalSolver(self.model, mathopt.SolverType.GLOP)

    def _equals(self, value: float) -> mathopt.LinearConstraint:
        return self.model.add_linear_constraint(lb=value, ub=value)  # pyright: ignore[reportUnknownMemberType]

    def add(self, employee: int, row: Ints) -> bool:
        """Add a row unless it is known."""
        key = employee, row.tobytes()
        if key in self.known:
            return False
        self.known.add(key)
        cost = request_cost(self.m, employee, row)
        share = self.model.add_variable(lb=0.0)
        self.model.objective.set_linear_coefficient(share, float(cost))
        self.one_each[employee].set_coefficient(share, 1.0)
        for day, shift in enumerate(row):
            if shift != OFF:
                self.cover[day, int(shift)].set_coefficient(share, 1.0)
        self.variables.append(share)
        self.rows.append((employee, row, cost))
        return True

    def solve(self) -> tuple[float, Floats, Floats]:
        """The least cost in shares, the price of each shift, and of each employee."""
        result = self.solver.solve()
        if result.termination.reason != mathopt.TerminationReason.OPTIMAL:
            raise AssertionError(f"the linear master ended with {result.termination}")
        duals = result.dual_values()
        shifts = np.zeros(self.m.wanted.shape)
        for at, row in self.cover.items():
            shifts[at] = duals[row]
        people = np.array([duals[row] for row in self.one_each])
        return result.objective_value(), shifts, people

    def shares(self) -> dict[int, float]:
        """Of which rows the linear master takes a share, and how much."""
        values = self.solver.solve().variable_values(self.variables)
        return {number: value for number, value in enumerate(values) if value > SMALL}

    def fix(self, number: int) -> None:
        """Give an employee that row for good (in a dive)."""
        self.variables[number].lower_bound = 1.0

    def release(self) -> None:
        """Undo every `fix`."""
        for variable in self.variables:
            variable.lower_bound = 0.0


def pick(m: Model, rows: list[tuple[int, Ints, int]], start: list[Ints], *, seconds: float, seed: int) -> list[Ints]:
    """The best roster among the rows that CP-SAT finds in the seconds, from a start whose rows are among them."""
    cp = cp_model.CpModel()
    chosen = [cp.new_bool_var(str(number)) for number in range(len(rows))]
    objective: list[cp_model.LinearExprT] = []
    there: dict[tuple[int, int], list[cp_model.IntVar]] = {at: [] for at, _ in np.ndenumerate(m.wanted)}
    for (employee, row, cost), variable in zip(rows, chosen, strict=True):
        objective.append(cost * variable)
        cp.add_hint(variable, bool(np.array_equal(start[employee], row)))
        for day, shift in enumerate(row):
            if shift != OFF:
                there[day, int(shift)].append(variable)
    for employee in range(len(m.staff)):
        cp.add_exactly_one(v for (who, _, _), v in zip(rows, chosen, strict=True) if who == employee)
    for (day, shift), variables in there.items():
        wanted = int(m.wanted[day, shift])
        lacking, beyond = cp.new_int_var(0, wanted, ""), cp.new_int_var(0, len(m.staff), "")
        cp.add(sum(variables) + lacking - beyond == wanted)
        objective += [int(m.under[day, shift]) * lacking, int(m.over[day, shift]) * beyond]
    cp.minimize(sum(objective))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.random_seed = seed % (1 << 30)
    solver.parameters.num_workers = 1
    if solver.solve(cp) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return start
    result = list(start)
    for (employee, row, _), variable in zip(rows, chosen, strict=True):
        if solver.boolean_value(variable):
            result[employee] = row
    return result
