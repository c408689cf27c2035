#!/bin/sh
# Quantities of Kubernetes: kubernetes-resource-parser silently reads `1.5Gi` as one byte.
#
# Versions: kubernetes-resource-parser 0.1.0, k8s-resource-parser 0.2.2 (npm, on any Node), kubernetes 34.1.0 (PyPI).
# Input: amounts of memory as manifests have them: `1.5Gi` and `12e6`, both quantities by the definition of Kubernetes, and `123Mi`.
# Seen: kubernetes-resource-parser gives 1, 12 and 128974848: it takes the digits that a text begins with, and a unit only directly behind
# them. k8s-resource-parser and the client for Python give 1610612736, 12000000 and 128974848.
# This script exits with 0 while that is so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true }' > package.json
npm install --silent --no-audit --no-fund kubernetes-resource-parser@0.1.0 k8s-resource-parser@0.2.2
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check kubernetes==34.1.0

js() { node -e 'const [, name, ...all] = process.argv; console.log(all.map(require(name).memoryParser).join(" "))' "$@"; }
py() { venv/bin/python -c 'import sys; from kubernetes.utils.quantity import parse_quantity as q; print(*(int(q(one)) for one in sys.argv[1:]))' "$@"; }
told() { printf '%s: %s\n' "$1" "$2"; [ "$2" = "$3" ] || { echo "changed: expected $3"; exit 1; }; }
told kubernetes-resource-parser "$(js kubernetes-resource-parser 1.5Gi 12e6 123Mi)" '1 12 128974848'
told k8s-resource-parser "$(js k8s-resource-parser 1.5Gi 12e6 123Mi)" '1610612736 12000000 128974848'
told 'kubernetes for Python' "$(py 1.5Gi 12e6 123Mi)" '1610612736 12000000 128974848'
