"""Planning of sessions beyond the weekly rule: teams, extra places, the week grid, and what a stopped session owes."""
