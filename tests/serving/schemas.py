"""What /openapi.json says of answers, held against answers."""

from copy import deepcopy
from datetime import datetime

from jsonschema import Draft202012Validator, FormatChecker

FORMATS = FormatChecker(())


@FORMATS.checks("date-time", ValueError)
def _is_a_time(found):
    return not isinstance(found, str) or datetime.fromisoformat(found).tzinfo is not None


def faults(description, path, method, answer):
    """How an answer is not what is described of a path; what is not described at all is a fault, too."""
    told = description["paths"][path][method]["responses"]
    said = told.get(str(answer.status), told["default"])["content"]["application/json"]["schema"]
    schema = said | {"components": _closed(deepcopy(description["components"]))}
    return [one.message for one in Draft202012Validator(schema, format_checker=FORMATS).iter_errors(answer.facts)]


def _closed(schema):
    """The schema whose objects have nothing but what it names."""
    if isinstance(schema, dict):
        if "properties" in schema and isinstance(schema.get("required"), list):
            schema["additionalProperties"] = False
        for value in schema.values():
            _closed(value)
    elif isinstance(schema, list):
        for value in schema:
            _closed(value)
    return schema
