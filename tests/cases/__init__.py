"""What people do with cases, through the services, on both databases."""
