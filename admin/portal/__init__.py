"""The generated pages of applicants, units, departments, committees and experts."""
