"""The Flask-Admin console of the bureau: closed unless a page says otherwise."""
