/** Manifests of tests, as people write them. */

export const deployment = (name: string, { image = `registry.example/${name}:0`, spec = '', env = '' } = {}): string =>
  `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  ${spec === '' ? '' : `${spec}\n  `}selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      containers:
        - {name: app, image: '${image}', readinessProbe: {httpGet: {path: /ready, port: 8080}, periodSeconds: 1}${env === '' ? '' : `, env: [${env}]`}}
`;

export const configMap = (name: string, value = '1', rest = ''): string =>
  `apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}${rest}}
data: {value: '${value}'}
`;

export const hook = (name: string, when: 'before' | 'after'): string =>
  `apiVersion: batch/v1
kind: Job
metadata: {name: ${name}, annotations: {flotilla.dev/hook: ${when}}}
spec:
  ttlSecondsAfterFinished: 1
  template: {spec: {restartPolicy: Never, containers: [{name: app, image: 'registry.example/${name}:1'}]}}
`;

export const autoscaler = (name: string): string =>
  `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: ${name}}
spec: {minReplicas: 2, maxReplicas: 9, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: ${name}}}
`;

export const all = (...texts: readonly string[]): string => texts.join('---\n');
