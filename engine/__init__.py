"""Everything that runs without a URL: languages, engine, storage, services, command line."""
