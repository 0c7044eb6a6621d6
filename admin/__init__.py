"""Everything with a URL; the only door to Flask. It calls services and holds no rule of its own."""
