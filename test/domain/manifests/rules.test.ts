import { describe, expect, it, test } from 'vitest';
import { pathText } from '../../../lib/domain/batch/findings.ts';
import { parseBatch } from '../../../lib/domain/batch/parse-batch.ts';
import type { Catalogue, KubernetesPolicy } from '../../../lib/domain/catalogue/catalogue.ts';
import { parseConfiguration } from '../../../lib/domain/catalogue/parse-configuration.ts';
import type { JsonObject } from '../../../lib/domain/json.ts';
import { checkRules, type RulePolicy, ruleNames, rules } from '../../../lib/domain/manifests/rules/check-rules.ts';
import { simulated } from '../batch/reading.ts';

const good: JsonObject = {
  ...{ name: 'a', image: 'r.example/a:1', readinessProbe: { httpGet: { path: '/' } } },
  resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { memory: '1Gi' } },
  securityContext: {
    allowPrivilegeEscalation: false,
    runAsNonRoot: true,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  },
};

const deployment = (container: JsonObject, spec: JsonObject = {}): JsonObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'a' },
  spec: { template: { spec: { containers: [{ ...good, ...container }], ...spec } } },
});
const secure = (context: JsonObject): JsonObject => ({
  securityContext: { ...(good.securityContext as JsonObject), ...context },
});

const told = (object: JsonObject, policy: RulePolicy = {}): string[] =>
  checkRules(object, policy).map(({ rule, severity, path }) => `${severity} ${rule} ${pathText(path)}`);

const inPod = 'spec.template.spec';
const inContainer = `${inPod}.containers[1]`;
const restricted: RulePolicy = { pod_security: 'restricted' };

test('an object that follows all rules breaks none, at the strictest level', () => {
  expect(told(deployment({}), restricted)).toEqual([]);
});

describe('reports a broken rule at its place', () => {
  it.each<readonly [string, JsonObject, readonly string[]]>([
    ['latest', deployment({ image: 'r.example/a:latest' }), [`warning image-version ${inContainer}.image`]],
    ['no tag', deployment({ image: 'r.example:5000/a' }), [`warning image-version ${inContainer}.image`]],
    ['a digest is a version', deployment({ image: `r.example/a@sha256:${'a'.repeat(64)}` }), []],
    [
      'no requests',
      deployment({ resources: { limits: { memory: '1Gi' } } }),
      [
        `warning resource-requests ${inContainer}.resources.requests`,
        `warning resource-requests ${inContainer}.resources.requests`,
      ],
    ],
    [
      'no limit',
      deployment({ resources: { requests: { cpu: '1', memory: '1' } } }),
      [`warning memory-limit ${inContainer}.resources.limits`],
    ],
    ['no probe', deployment({ readinessProbe: null }), [`warning readiness-probe ${inContainer}`]],
    ['a Job serves no traffic', { ...deployment({ readinessProbe: null }), apiVersion: 'batch/v1', kind: 'Job' }, []],
    ['an init container ends', deployment({}, { initContainers: [{ name: 'i', image: 'r.example/i:1' }] }), []],
    [
      'on the pod, for a container',
      deployment(secure({ fsGroup: 1 })),
      [`error security-context-place ${inContainer}.securityContext.fsGroup`],
    ],
    [
      'on a container, for the pod',
      deployment({}, { securityContext: { readOnlyRootFilesystem: true } }),
      [`error security-context-place ${inPod}.securityContext.readOnlyRootFilesystem`],
    ],
    [
      'the host',
      deployment({}, { hostNetwork: true, hostPID: true }),
      [`warning pod-security ${inPod}.hostNetwork`, `warning pod-security ${inPod}.hostPID`],
    ],
    [
      'privileged',
      deployment(secure({ privileged: true })),
      [`warning pod-security ${inContainer}.securityContext.privileged`],
    ],
    [
      'capabilities',
      deployment(secure({ capabilities: { add: ['SYS_ADMIN', 'CHOWN'] } })),
      [`warning pod-security ${inContainer}.securityContext.capabilities.add`],
    ],
    [
      'a host folder',
      deployment(
        {},
        {
          volumes: [
            { name: 'v', emptyDir: {} },
            { name: 'w', hostPath: { path: '/' } },
          ],
        },
      ),
      [`warning pod-security ${inPod}.volumes[2].hostPath`],
    ],
    [
      'a host port',
      deployment({ ports: [{ containerPort: 80, hostPort: 80 }] }),
      [`warning pod-security ${inContainer}.ports[1].hostPort`],
    ],
    [
      'any system call',
      deployment(secure({ seccompProfile: { type: 'Unconfined' } })),
      [`warning pod-security ${inContainer}.securityContext.seccompProfile.type`],
    ],
    [
      'full privileges, through the pod',
      deployment({ securityContext: {} }, { securityContext: { seccompProfile: { type: 'Unconfined' } } }),
      [`warning pod-security ${inContainer}.securityContext.seccompProfile.type`],
    ],
    [
      'a kernel parameter',
      deployment(
        {},
        {
          securityContext: {
            sysctls: [
              { name: 'kernel.msgmax', value: '1' },
              { name: 'net.ipv4.tcp_syncookies', value: '1' },
            ],
          },
        },
      ),
      [`warning pod-security ${inPod}.securityContext.sysctls[1]`],
    ],
    [
      'SELinux',
      deployment(secure({ seLinuxOptions: { type: 'spc_t', user: 'u' } })),
      [
        `warning pod-security ${inContainer}.securityContext.seLinuxOptions.type`,
        `warning pod-security ${inContainer}.securityContext.seLinuxOptions.user`,
      ],
    ],
    [
      'AppArmor and /proc',
      deployment(secure({ appArmorProfile: { type: 'Unconfined' }, procMount: 'Unmasked' })),
      [
        `warning pod-security ${inContainer}.securityContext.appArmorProfile.type`,
        `warning pod-security ${inContainer}.securityContext.procMount`,
      ],
    ],
    [
      'something without pods',
      { apiVersion: 'v1', kind: 'Service', spec: { template: { spec: { hostNetwork: true } } } },
      [],
    ],
    [
      'a Service of Knative has pods',
      { ...deployment({}, { hostNetwork: true }), apiVersion: 'serving.knative.dev/v1', kind: 'Service' },
      [`warning pod-security ${inPod}.hostNetwork`],
    ],
  ])('%s', (_, object, expected) => {
    expect(told(object)).toEqual(expected);
  });

  it.each<readonly [string, JsonObject, readonly string[]]>([
    [
      'nothing set',
      deployment({ securityContext: {} }),
      ['allowPrivilegeEscalation', 'runAsNonRoot', 'seccompProfile.type', 'capabilities.drop'].map(
        (field) => `error pod-security ${inContainer}.securityContext.${field}`,
      ),
    ],
    [
      'set on the pod',
      deployment(
        { securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } },
        { securityContext: { runAsNonRoot: true, seccompProfile: { type: 'Localhost' } } },
      ),
      [],
    ],
    ['root', deployment(secure({ runAsUser: 0 })), [`error pod-security ${inContainer}.securityContext.runAsUser`]],
    [
      'a volume of the node',
      deployment(
        {},
        {
          volumes: [
            { name: 'v', hostPath: { path: '/' } },
            { name: 'n', nfs: { server: 'x' } },
          ],
        },
      ),
      [`error pod-security ${inPod}.volumes[1].hostPath`, `error pod-security ${inPod}.volumes[2].nfs`],
    ],
    [
      'a capability',
      deployment(secure({ capabilities: { drop: ['ALL'], add: ['CHOWN', 'NET_BIND_SERVICE'] } })),
      [`error pod-security ${inContainer}.securityContext.capabilities.add`],
    ],
  ])('at the restricted level: %s', (_, object, expected) => {
    expect(told(object, restricted)).toEqual(expected);
  });
});

describe('an environment sets the severity of a rule', () => {
  const object = deployment({ image: 'r.example/a' }, { hostNetwork: true });
  it.each<readonly [RulePolicy, readonly string[]]>([
    [
      { rules: { 'image-version': 'error' } },
      [`error image-version ${inContainer}.image`, `warning pod-security ${inPod}.hostNetwork`],
    ],
    [{ rules: { 'image-version': 'off', 'pod-security': 'off' } }, []],
    [
      { pod_security: 'baseline' },
      [`warning image-version ${inContainer}.image`, `error pod-security ${inPod}.hostNetwork`],
    ],
    [{ pod_security: 'privileged' }, [`warning image-version ${inContainer}.image`]],
    [
      { rules: { 'read-only-root': 'error' }, pod_security: 'privileged' },
      [`warning image-version ${inContainer}.image`, `error read-only-root ${inContainer}.securityContext`],
    ],
  ])('%j', (policy, expected) => {
    expect(told(object, policy)).toEqual(expected);
  });
});

describe('in a batch', () => {
  const manifest =
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {hostNetwork: true, containers: [{name: web, image: r.example/web}]}}}\n';
  const text = `version: v1.0\ndefaults: {environment_id: staging, infrastructure_id: cluster-eu-1, docker_artifact_type: docker, executor: kubernetes}\ndeployments:\n  - pillar: shared\n    service_name: web\n    docker_image_version: "2"\n    manifests: |\n${manifest.replace(/^(?=.)/gm, '      ')}`;
  const parsed = (kubernetes: KubernetesPolicy) => {
    const catalogue: Catalogue = { ...simulated, environments: { staging: { kubernetes } } };
    return parseBatch(text, catalogue);
  };

  it('shows a warning about the deployed image, with the line in the batch', () => {
    const read = parsed({});
    expect('batch' in read && read.warnings.filter((one) => one.includes('['))).toEqual([
      'shared/web: line 11 Deployment shared/web spec.template.spec.containers[1].resources.requests: the container web requests no cpu, so none is reserved for it [resource-requests] (resources: {requests: {cpu: …}})',
      'shared/web: line 11 Deployment shared/web spec.template.spec.containers[1].resources.requests: the container web requests no memory, so none is reserved for it [resource-requests] (resources: {requests: {memory: …}})',
      'shared/web: line 11 Deployment shared/web spec.template.spec.containers[1].resources.limits: the container web may use all the memory of its node [memory-limit] (resources: {limits: {memory: …}})',
      'shared/web: line 11 Deployment shared/web spec.template.spec.containers[1]: the container web has no readiness probe [readiness-probe] (readinessProbe: …)',
      'shared/web: line 11 Deployment shared/web spec.template.spec.hostNetwork: hostNetwork: its pods share a namespace with their node; baseline is required [pod-security]',
    ]);
  });

  it('an error refuses it, at its line', () => {
    const read = parsed({ pod_security: 'baseline' });
    expect('issues' in read && read.issues).toMatchObject([
      {
        line: 11,
        message: 'hostNetwork: its pods share a namespace with their node; baseline is required [pod-security]',
      },
    ]);
  });
});

test('each rule has a name, and a sentence that says what it requires', () => {
  expect(new Set(ruleNames).size).toBe(rules.length);
  for (const { name, asks } of rules)
    expect([name, asks.length > 20]).toEqual([expect.stringMatching(/^[a-z-]+$/), true]);
});

test('an unknown rule is a problem in the configuration', () => {
  const text =
    'clusters: {eu: {simulated: true}}\nenvironments: {staging: {kubernetes: {rules: {image-versions: error}}}}\n';
  const read = parseConfiguration(text, { env: {}, readFile: () => undefined });
  expect('issues' in read && read.issues).toMatchObject([
    { path: 'environments.staging.kubernetes.rules.image-versions', hint: 'did you mean image-version?' },
  ]);
});
