"""The outside world behind ports: documents, signatures, spreadsheets, identity."""
