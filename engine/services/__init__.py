"""The use cases: one method is one transaction and takes the actor."""
