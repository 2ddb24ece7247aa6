"""`python -m pipelines.compiled` compiles all that landings and runs need."""

import logging

from pipelines.compiled.ahead import compile_all

if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    compile_all()
