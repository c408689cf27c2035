#!/bin/sh
# jsonata-python cuts fractions off before it takes a remainder, and writes and reads some numbers unlike JSONata's own program.
#
# Version: jsonata-python 0.7.1 (PyPI) beside jsonata 2.2.2 (npm, the reference implementation), the newest on 29 November 2026.
# Step Functions evaluates JSONata; MiniStack, which stands in for it in tests, evaluates it with jsonata-python.
# Seen, reference first: `5.5 % 2` is 1.5 and 1. `-7.5 % 2` is -1.5 and -1. `$string(100000000000000000000)` is "100000000000000000000" and
# "1e+20". `$string(1234567890123456789)` ends in 6800, and is "1.23456789012346e+18". `$number(" 12 ")` is the error D3030, and 12. Whole
# numbers agree: `5 % 3` is 2 in both.
# An expression that deals shares or waits out by a remainder comes to something else there than on AWS, without an error.
# This script exits with 0 while that is so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix "$folder" jsonata@2.2.2
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check jsonata-python==0.7.1
cat > expressions.json <<'LIST'
["5 % 3", "5.5 % 2", "-7.5 % 2", "$string(100000000000000000000)", "$string(1234567890123456789)", "$number(\" 12 \")"]
LIST
cat > reference.mjs <<'REFERENCE'
import { readFileSync } from 'node:fs';
import jsonata from 'jsonata';

for (const expression of JSON.parse(readFileSync('expressions.json', 'utf8'))) {
  try {
    console.log(JSON.stringify(await jsonata(expression).evaluate({})));
  } catch (error) {
    console.log(error.code);
  }
}
REFERENCE
cat > other.py <<'OTHER'
import json

from jsonata import Jsonata

for expression in json.load(open('expressions.json')):
    try:
        print(json.dumps(Jsonata.jsonata(expression).evaluate({})))
    except Exception as error:
        print(getattr(error, 'error', error))
OTHER
reference=$(node reference.mjs | tr '\n' ' ')
other=$("$folder/venv/bin/python" other.py | tr '\n' ' ')
printf 'jsonata:        %s\njsonata-python: %s\n' "$reference" "$other"
[ "$reference" = '2 1.5 -1.5 "100000000000000000000" "1234567890123456800" D3030 ' ] || { echo 'changed: jsonata says something else'; exit 1; }
[ "$other" = '2 1 -1 "1e+20" "1.23456789012346e+18" 12 ' ] || { echo 'changed: jsonata-python says something else'; exit 1; }
