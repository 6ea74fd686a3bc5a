"""`espat bundle` and `espat release`: what a release consists of, built and checked."""
