"""What tests share: builders in the words of the platform, a database server, a browser."""
