#!/bin/sh
# A kubeconfig whose server is plain HTTP, as for `kubectl proxy`, works with the Python client. It does not work with the JavaScript
# one, whose error names a setting that a kubeconfig does not have.
#
# Versions: @kubernetes/client-node 2.0.1 (npm, on Node 24.21.0), kubernetes 37.0.2 (PyPI, on Python 3.11).
# Seen: both read the same file without a warning. The Python client lists pods. The JavaScript client takes the file, and each request
# fails with "HTTP protocol is not allowed when skipTLSVerify is not set or false". In the file the word is
# `insecure-skip-tls-verify`; with it set to true, which sounds as if it were about certificates, the request goes through.
# So a file that is wrong for it is found out by the first request, not when it is read.
# This script exits with 0 while that is so.
set -eu
folder=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "allowScripts": { "node": true } }' > package.json
npm install --silent --no-audit --no-fund @kubernetes/client-node@2.0.1 node@24.21.0
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check kubernetes==37.0.2

cat > server.mjs <<'JS'
import { createServer } from 'node:http';
import { writeFileSync } from 'node:fs';
const list = JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items: [] });
const server = createServer((_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(list));
server.listen(0, '127.0.0.1', () => {
  for (const [file, more] of [['plain.json', {}], ['skip.json', { 'insecure-skip-tls-verify': true }]]) {
    writeFileSync(file, JSON.stringify({
      apiVersion: 'v1', kind: 'Config', 'current-context': 'x',
      clusters: [{ name: 'c', cluster: { server: `http://127.0.0.1:${server.address().port}`, ...more } }],
      users: [{ name: 'u', user: {} }], contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    }));
  }
  writeFileSync('ready', '');
});
JS
cat > ask.mjs <<'JS'
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
const config = new KubeConfig();
config.loadFromFile(process.argv[2]);
const api = config.makeApiClient(CoreV1Api);
console.log(await api.listNamespacedPod({ namespace: 'default' }).then(() => 'listed', (error) => error.message));
JS
cat > ask.py <<'PY'
import sys
from kubernetes import client, config
config.load_kube_config(sys.argv[1])
client.CoreV1Api().list_namespaced_pod("default")
print("listed")
PY
node_modules/.bin/node server.mjs & server=$!
while [ ! -e ready ]; do sleep 0.1; done

told() { printf '%s: %s\n' "$1" "$2"; [ "$2" = "$3" ] || { echo "changed: expected $3"; exit 1; }; }
told 'Python, plain' "$(venv/bin/python ask.py plain.json)" listed
told 'JavaScript, plain' "$(node_modules/.bin/node ask.mjs plain.json)" 'HTTP protocol is not allowed when skipTLSVerify is not set or false'
told 'JavaScript, insecure-skip-tls-verify' "$(node_modules/.bin/node ask.mjs skip.json)" listed
