"""The step kinds, one module each: the key that makes a step one, and how it is read."""

from engine.definitions.vocabulary.kinds import call, chain, end, panel, parallel, task, wait

# A step has at most one of these; with none it is a task, or automatic.
KINDS = (chain.KEY, panel.KEY, parallel.KEY, wait.KEY, call.KEY, end.KEY)
STAGES = task.KEY

__all__ = ["KINDS", "STAGES"]
