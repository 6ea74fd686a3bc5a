"""Boards and modules: which pin of one goes to which pin of the other, as tables and drawings."""
