"""The table of commands: what there is, as data, and the page that says what is proven of it."""
