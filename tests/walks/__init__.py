"""Random processes of the whole language, and random people who do random things in them."""
