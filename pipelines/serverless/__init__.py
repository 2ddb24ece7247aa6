"""A function for AWS Lambda that takes events by the contract into an inbox; its handler is named as this package's.

It stands on Python alone: no engine, no compiler, no Arrow.
"""

from pipelines.serverless.function import handler

__all__ = ["handler"]
