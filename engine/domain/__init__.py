"""Values, states, policy, events and errors: standard library only, no I/O, no clock."""
