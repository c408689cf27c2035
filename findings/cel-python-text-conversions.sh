#!/bin/sh
# CEL: the conversions from text of cel-python follow Python's syntax, and its durations know a unit more than the language definition.
#
# Versions: cel-python 0.5.0 (PyPI, on Python 3.11), @marcbachmann/cel-js 8.0.0 (npm, on Node 24.21.0).
# Input: numbers and durations as text, such as an annotation or a label of a Kubernetes object has.
# Seen: cel-python reads int("1_000") as 1000, int(" 7 ") as 7, and double("1_0") as 10. It reads duration("1d") as a day, though
# the language definition has no unit above the hour, and prints duration("90s500ms") without its half second.
# cel-js rejects each of the first four, as the definition does. A condition that was tried with cel-python can fail elsewhere.
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
try {
  console.log(String(evaluate(process.argv[2], {})));
} catch {
  console.log('error');
}
JS
cat > ask.py <<'PY'
import sys
import celpy
environment = celpy.Environment()
try:
    print(str(environment.program(environment.compile(sys.argv[1])).evaluate({})))
except Exception:
    print("error")
PY
told() { printf '%s: %s\n' "$1" "$2"; [ "$2" = "$3" ] || { echo "changed: expected $3"; exit 1; }; }
js() { node_modules/.bin/node ask.mjs "$1"; }
py() { venv/bin/python ask.py "$1"; }
while IFS='|' read -r expression python javascript; do
  told "cel-python $expression" "$(py "$expression")" "$python"
  told "cel-js $expression" "$(js "$expression")" "$javascript"
done <<'TABLE'
int("1_000")|1000|error
int(" 7 ")|7|error
double("1_0")|10.0|error
duration("1d") == duration("24h")|True|error
int("7")|7|7
duration("90m") == duration("1h30m")|True|true
TABLE
told 'cel-python string(duration("90s500ms"))' "$(py 'string(duration("90s500ms"))')" 90s
