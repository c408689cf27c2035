#!/bin/sh
# Image references: docker-parse-image puts `library/`, which only Docker Hub has, into images of every registry, and gives nothing for
# those with more than two parts.
#
# Versions: docker-parse-image 3.0.1 (npm, on any Node), docker-image-py 0.2.0 (PyPI), which follows the reference of the distribution project.
# Input: `registry.example.com/app:2`, `localhost/app:1` and `registry.example.com/team/web/app:2`, all of them valid.
# Seen: docker-parse-image says `registry.example.com/library/app:2`, which is another image; that `localhost` is a namespace, with no
# registry; and null for the third. docker-image-py keeps the first, takes localhost for the registry, and reads the third.
# This script exits with 0 while that is so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true }' > package.json
npm install --silent --no-audit --no-fund docker-parse-image@3.0.1
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check docker-image-py==0.2.0

cat > ask.cjs <<'JS'
const read = require('docker-parse-image')(process.argv[2]);
console.log(read === null ? 'null' : `${read.registry} ${read.fullname}`);
JS
cat > ask.py <<'PY'
import sys
from docker_image import reference
read = reference.Reference.parse_normalized_named(sys.argv[1])
host, path = read.split_hostname()
print(host, f"{host}/{path}:{read['tag']}")
PY
told() { printf '%s: %s\n' "$1" "$2"; [ "$2" = "$3" ] || { echo "changed: expected $3"; exit 1; }; }
js() { node ask.cjs "$1"; }
py() { venv/bin/python ask.py "$1"; }
told 'docker-parse-image, own registry' "$(js registry.example.com/app:2)" 'registry.example.com registry.example.com/library/app:2'
told 'docker-image-py, own registry' "$(py registry.example.com/app:2)" 'registry.example.com registry.example.com/app:2'
told 'docker-parse-image, localhost' "$(js localhost/app:1)" 'null localhost/app:1'
told 'docker-image-py, localhost' "$(py localhost/app:1)" 'localhost localhost/app:1'
told 'docker-parse-image, three parts' "$(js registry.example.com/team/web/app:2)" null
told 'docker-image-py, three parts' "$(py registry.example.com/team/web/app:2)" 'registry.example.com registry.example.com/team/web/app:2'
