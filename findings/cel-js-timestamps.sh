#!/bin/sh
# CEL over Kubernetes objects: timestamps of @marcbachmann/cel-js are dates of JavaScript, and so less than the standard says.
#
# Versions: @marcbachmann/cel-js 8.0.0 (npm, on Node 24.21.0), cel-python 0.5.0 (PyPI, on Python 3.11).
# Input: two times of renewal as a Lease of Kubernetes has them (RFC 3339 with microseconds), the 30th of February, and a timestamp as text.
# Seen: by cel-js the later of two times that are half a millisecond apart is not later, since microseconds are dropped without a word.
# The 30th of February is the 2nd of March. `string(timestamp(…))`, a conversion of the standard, is missing. cel-python says true, refuses
# the day, and gives the text.
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
  const value = evaluate(process.argv[2], {});
  console.log(value instanceof Date ? value.toISOString() : String(value));
} catch (error) {
  console.log(`error: ${error.message.split('\n')[0]}`);
}
JS
cat > ask.py <<'PY'
import sys
import celpy
environment = celpy.Environment()
try:
    print(str(environment.program(environment.compile(sys.argv[1])).evaluate({})).lower())
except Exception:
    print("error")
PY
told() { printf '%s: %s\n' "$1" "$2"; [ "$2" = "$3" ] || { echo "changed: expected $3"; exit 1; }; }
js() { node_modules/.bin/node ask.mjs "$1"; }
py() { venv/bin/python ask.py "$1"; }
later='timestamp("2026-11-30T10:00:00.123956Z") > timestamp("2026-11-30T10:00:00.123456Z")'
text='string(timestamp("2026-11-30T10:00:00Z"))'
day='timestamp("2026-02-30T10:00:00Z")'
told 'cel-js, microseconds' "$(js "$later")" false
told 'cel-python, microseconds' "$(py "$later")" true
told 'cel-js, 30 February' "$(js "$day")" 2026-03-02T10:00:00.000Z
told 'cel-python, 30 February' "$(py "$day")" error
told 'cel-js, as text' "$(js "$text")" "error: found no matching overload for 'string(google.protobuf.Timestamp)'"
told 'cel-python, as text' "$(py "$text")" 2026-11-30t10:00:00z
