#!/bin/sh
# Dockerfiles with here-documents: docker-file-parser reads each of their lines as an instruction, so a file that is copied can add a stage.
#
# Versions: docker-file-parser 1.0.7, dockerfile-ast 0.7.1 (npm, on any Node).
# Input: a Dockerfile of one stage, whose COPY brings a small text in a here-document (as BuildKit has it since Dockerfile 1.4) with a line
# `FROM scratch` and a line `EXPOSE 9999`.
# Seen: docker-file-parser finds two FROM, an EXPOSE and an instruction named after the mark of the end. It reports no error. dockerfile-ast
# finds one FROM and one COPY.
# This script exits with 0 while that is so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true }' > package.json
npm install --silent --no-audit --no-fund docker-file-parser@1.0.7 dockerfile-ast@0.7.1

cat > Dockerfile <<'DOCKERFILE'
# syntax=docker/dockerfile:1
FROM debian:13
COPY <<TEXT /notes.txt
FROM scratch
EXPOSE 9999
TEXT
CMD ["cat", "/notes.txt"]
DOCKERFILE
cat > ask.cjs <<'JS'
const text = require('node:fs').readFileSync('Dockerfile', 'utf8');
const found = {
  'docker-file-parser': () => require('docker-file-parser').parse(text).map(({ name, error }) => (error ? `${name}!` : name)),
  'dockerfile-ast': () => require('dockerfile-ast').DockerfileParser.parse(text).getInstructions().map((one) => one.getKeyword()),
};
console.log(found[process.argv[2]]().join(' '));
JS
told() { printf '%s: %s\n' "$1" "$2"; [ "$2" = "$3" ] || { echo "changed: expected $3"; exit 1; }; }
told docker-file-parser "$(node ask.cjs docker-file-parser)" 'FROM COPY FROM EXPOSE TEXT CMD'
told dockerfile-ast "$(node ask.cjs dockerfile-ast)" 'FROM COPY CMD'
