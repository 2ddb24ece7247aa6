"""`python -m pipelines.compiled` compiles all that landings and runs need."""

from pipelines.compiled.ahead import compile_all

if __name__ == "__main__":
    compile_all()
