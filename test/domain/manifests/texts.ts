import { parseManifests } from '../../../lib/domain/manifests/parse-manifests.ts';
import type { Workload } from '../../../lib/domain/plan/plan.ts';

export const web: Workload = { kind: 'deployment', name: 'web', namespace: 'shop' };

/** A Deployment, a Service and a migration that runs before them, as people write them. */
export const shop = `apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  ports: [{port: 80}]
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: registry.example/shop/web:old
        - name: proxy
          image: registry.example/proxy:1
---
apiVersion: batch/v1
kind: Job
metadata:
  name: migrate
  annotations: {flotilla.dev/hook: before}
spec:
  template:
    spec: {restartPolicy: Never, containers: [{name: migrate, image: registry.example/shop/web:old}]}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop}
`;

export const objectsOf = (text: string) => {
  const { objects, issues } = parseManifests(text);
  if (issues.length > 0) throw new Error(JSON.stringify(issues, undefined, 1));
  return objects;
};
