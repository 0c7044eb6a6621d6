"""How the runtime moves a case: pure, no database."""
