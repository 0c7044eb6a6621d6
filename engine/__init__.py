"""Everything that runs without a URL: the languages, the engine, the services and the command line."""
