#!/bin/sh
# CEL over JSON: where a map has a key `constructor`, as labels or annotations may, @marcbachmann/cel-js does not read any of its keys.
# It tells the type of a value by its property `constructor`, which is then the user's.
#
# Versions: @marcbachmann/cel-js 8.0.0 (npm, on Node 24.21.0), cel-python 0.5.0 (PyPI, on Python 3.11).
# Input: {"labels": {"app": "web", "constructor": "acme"}} as JSON.parse gives it, and {"labels": {"app": "web"}}.
# Seen: `object.labels.app` is "web" for the second. For the first it is an error, "Unsupported type: object". cel-python gives "web" for
# both. With the labels as a Map instead of an object, cel-js gives "web" for both, too.
# This script exits with 0 while that is so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "allowScripts": { "node": true } }' > package.json
npm install --silent --no-audit --no-fund @marcbachmann/cel-js@8.0.0 node@24.21.0
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check cel-python==0.5.0

cat > ask.mjs <<'JS'
import { evaluate } from '@marcbachmann/cel-js';
const [labels, asMap] = [JSON.parse(process.argv[2]), process.argv[3] === 'map'];
try {
  const object = { labels: asMap ? new Map(Object.entries(labels)) : labels };
  console.log(evaluate('object.labels.app', { object }));
} catch (error) {
  console.log(error.message.split('\n')[0]);
}
JS
cat > ask.py <<'PY'
import json, sys
import celpy
environment = celpy.Environment()
program = environment.program(environment.compile("object.labels.app"))
print(program.evaluate({"object": celpy.json_to_cel({"labels": json.loads(sys.argv[1])})}))
PY
plain='{"app":"web"}'
own='{"app":"web","constructor":"acme"}'
told() { printf '%s: %s\n' "$1" "$2"; [ "$2" = "$3" ] || { echo "changed: expected $3"; exit 1; }; }
told 'cel-js, without the key' "$(node_modules/.bin/node ask.mjs "$plain")" web
told 'cel-js, with it' "$(node_modules/.bin/node ask.mjs "$own")" 'Unsupported type: object'
told 'cel-js, with it, as a Map' "$(node_modules/.bin/node ask.mjs "$own" map)" web
told 'cel-python, without the key' "$(venv/bin/python ask.py "$plain")" web
told 'cel-python, with it' "$(venv/bin/python ask.py "$own")" web
