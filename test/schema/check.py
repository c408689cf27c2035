"""Checks documents by a schema: each has to be taken or refused as it says. Reads both from the file that is named."""

import json
import platform
import sys
from importlib.metadata import version

import yaml
from jsonschema import Draft202012Validator

with open(sys.argv[1], encoding="utf-8") as file:
    order = json.load(file)

Draft202012Validator.check_schema(order["schema"])
validator = Draft202012Validator(order["schema"])
print(f"Python {platform.python_version()}, jsonschema {version('jsonschema')}, PyYAML {version('PyYAML')}")

failed = 0
for case in order["cases"]:
    # An example comes as it is written, so that another reader reads it; the others have faults of writing, too.
    document = yaml.safe_load(case["text"]) if "text" in case else case["document"]
    errors = list(validator.iter_errors(document))
    if (not errors) == case["isTaken"]:
        continue
    failed += 1
    print(f"{case['title']}: {f'refused: {errors[0].message}' if errors else 'taken'}")

print(f"{len(order['cases']) - failed} passed, {failed} failed")
sys.exit(1 if failed else 0)
