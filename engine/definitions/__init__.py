"""The definition languages: model, parse, check and the published schemas; reads no database."""
