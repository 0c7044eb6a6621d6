"""The Flask-Admin console: closed unless a page says otherwise."""
