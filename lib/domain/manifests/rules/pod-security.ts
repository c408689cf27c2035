import { isObject, type Json, type JsonObject } from '../../json.ts';
import { listAt, objectAt, stringAt, valueAt } from '../../rollout/kubernetes-object.ts';
import { containersIn, type FoundContainer, type PodSpec, podSpecIn } from './pods-of.ts';
import type { RuleBreach } from './rule.ts';

/**
 * The Pod Security Standards, control by control, as Pod Security Admission enforces them. The Windows controls are
 * left out.
 */

type Control = (pod: PodSpec) => readonly RuleBreach[];

const hostNamespaces: Control = ({ spec, at }) =>
  ['hostNetwork', 'hostPID', 'hostIPC']
    .filter((field) => spec[field] === true)
    .map((field) => ({ path: [...at, field], message: `${field}: its pods share a namespace with their node` }));

const hostPaths: Control = ({ spec, at }) =>
  listAt(spec, 'volumes').flatMap((volume, place) =>
    volume.hostPath === undefined
      ? []
      : [{ path: [...at, 'volumes', place, 'hostPath'], message: 'a volume mounts a folder of the node' }],
  );

const safeSysctls: ReadonlySet<string> = new Set([
  ...['kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', 'net.ipv4.ip_unprivileged_port_start'],
  ...['net.ipv4.tcp_syncookies', 'net.ipv4.ping_group_range', 'net.ipv4.ip_local_reserved_ports'],
  ...['net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_fin_timeout', 'net.ipv4.tcp_keepalive_intvl'],
  ...['net.ipv4.tcp_keepalive_probes', 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'],
]);

const sysctls: Control = ({ spec, at }) =>
  listAt(objectAt(spec, 'securityContext'), 'sysctls').flatMap((one, place) => {
    const name = stringAt(one, 'name') ?? '';
    const path = [...at, 'securityContext', 'sysctls', place];
    return safeSysctls.has(name) ? [] : [{ path, message: `the kernel parameter ${name} changes more than its pod` }];
  });

type OfContainer = (found: FoundContainer) => readonly RuleBreach[];
const each =
  (check: OfContainer): Control =>
  (pod) =>
    containersIn(pod).flatMap(check);

const privileged = each(({ container, at, name }) =>
  valueAt(container, 'securityContext', 'privileged') === true
    ? [
        {
          path: [...at, 'securityContext', 'privileged'],
          message: `the container ${name} is privileged: it may do anything on its node`,
        },
      ]
    : [],
);

const hostPorts = each(({ container, at, name }) =>
  listAt(container, 'ports').flatMap((port, place) =>
    typeof port.hostPort === 'number' && port.hostPort !== 0
      ? [
          {
            path: [...at, 'ports', place, 'hostPort'],
            message: `the container ${name} takes the port ${port.hostPort} of its node`,
          },
        ]
      : [],
  ),
);

const procMount = each(({ container, at, name }) => {
  const mount = stringAt(container, 'securityContext', 'procMount') ?? 'Default';
  if (mount === 'Default') return [];
  return [{ path: [...at, 'securityContext', 'procMount'], message: `the container ${name} sees all of /proc` }];
});

/** The capabilities of a container by default. */
const usualCapabilities: ReadonlySet<string> = new Set([
  ...['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE'],
  ...['SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT'],
]);

const textsAt = (object: JsonObject, ...path: readonly string[]): readonly string[] => {
  const list = valueAt(object, ...path);
  return Array.isArray(list) ? list.filter((one: Json): one is string => typeof one === 'string') : [];
};

const addedOutside = (allowed: ReadonlySet<string>): Control =>
  each(({ container, at, name }) => {
    const added = textsAt(container, 'securityContext', 'capabilities', 'add').filter((one) => !allowed.has(one));
    const path = [...at, 'securityContext', 'capabilities', 'add'];
    return added.length === 0
      ? []
      : [{ path, message: `the container ${name} gets the capabilities ${added.join(', ')}` }];
  });

/** The value that applies to a container: its own, or else its pod's. */
const setting = (pod: PodSpec, { container }: FoundContainer, ...path: readonly string[]): Json | undefined =>
  valueAt(container, 'securityContext', ...path) ?? valueAt(pod.spec, 'securityContext', ...path);

const inForce =
  (
    path: readonly string[],
    breach: (value: Json | undefined, name: string) => string | undefined,
    hint?: string,
  ): Control =>
  (pod) =>
    containersIn(pod).flatMap((found) => {
      const message = breach(setting(pod, found, ...path), found.name);
      const here = [...found.at, 'securityContext', ...path];
      return message === undefined ? [] : [{ path: here, message, ...(hint === undefined ? {} : { hint }) }];
    });

const unconfined = inForce(['seccompProfile', 'type'], (value, name) =>
  value === 'Unconfined' ? `the container ${name} may make any system call (seccomp Unconfined)` : undefined,
);

const appArmor = inForce(['appArmorProfile', 'type'], (value, name) =>
  value === 'Unconfined' ? `the container ${name} is not confined by AppArmor` : undefined,
);

const selinuxTypes: readonly Json[] = ['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'];

const selinux: Control = (pod) => [
  ...inForce(['seLinuxOptions', 'type'], (value, name) =>
    value === undefined || selinuxTypes.includes(value)
      ? undefined
      : `the container ${name} has the SELinux type ${String(value)}`,
  )(pod),
  ...['user', 'role'].flatMap((field) =>
    inForce(['seLinuxOptions', field], (value, name) =>
      value === undefined || value === '' ? undefined : `the container ${name} sets its SELinux ${field}`,
    )(pod),
  ),
];

const volumeTypes: ReadonlySet<string> = new Set([
  ...[
    'configMap',
    'csi',
    'downwardAPI',
    'emptyDir',
    'ephemeral',
    'persistentVolumeClaim',
    'projected',
    'secret',
    'image',
  ],
]);

const volumes: Control = ({ spec, at }) =>
  listAt(spec, 'volumes').flatMap((volume, place) => {
    const other = Object.keys(volume).filter((key) => key !== 'name' && isObject(volume[key]) && !volumeTypes.has(key));
    return other.map((type) => ({ path: [...at, 'volumes', place, type], message: `a volume has the type ${type}` }));
  });

const escalation = each(({ container, at, name }) =>
  valueAt(container, 'securityContext', 'allowPrivilegeEscalation') === false
    ? []
    : [
        {
          path: [...at, 'securityContext', 'allowPrivilegeEscalation'],
          message: `a process of the container ${name} may gain more privileges`,
          hint: 'securityContext: {allowPrivilegeEscalation: false}',
        },
      ],
);

const nonRoot = inForce(
  ['runAsNonRoot'],
  (value, name) => (value === true ? undefined : `the container ${name} may run as root`),
  'securityContext: {runAsNonRoot: true}',
);

const rootUser = inForce(['runAsUser'], (value, name) =>
  value === 0 ? `the container ${name} runs as root` : undefined,
);

const confined = inForce(
  ['seccompProfile', 'type'],
  (value, name) =>
    value === 'RuntimeDefault' || value === 'Localhost' ? undefined : `the container ${name} may make any system call`,
  'securityContext: {seccompProfile: {type: RuntimeDefault}}',
);

const dropped = each(({ container, at, name }) =>
  textsAt(container, 'securityContext', 'capabilities', 'drop').includes('ALL')
    ? []
    : [
        {
          path: [...at, 'securityContext', 'capabilities', 'drop'],
          message: `the container ${name} keeps capabilities that it may not need`,
          hint: 'securityContext: {capabilities: {drop: [ALL]}}',
        },
      ],
);

const unusual = addedOutside(usualCapabilities);

const baseline: readonly Control[] = [
  ...[hostNamespaces, privileged, unusual, hostPaths, hostPorts],
  ...[appArmor, selinux, procMount, unconfined, sysctls],
];
const restricted: readonly Control[] = [
  ...[volumes, escalation, nonRoot, rootUser, confined, dropped, addedOutside(new Set(['NET_BIND_SERVICE']))],
];

export const podSecurityLevels = ['privileged', 'baseline', 'restricted'] as const;
export type PodSecurityLevel = (typeof podSecurityLevels)[number];

const controls: Readonly<Record<PodSecurityLevel, readonly Control[]>> = {
  privileged: [],
  baseline,
  restricted: [...baseline.filter((one) => one !== unconfined && one !== unusual && one !== hostPaths), ...restricted],
};

/** What violates a level of the Pod Security Standards in an object's pods. */
export const podSecurityBreaches = (object: JsonObject, level: PodSecurityLevel): readonly RuleBreach[] => {
  const pod = podSpecIn(object);
  return pod === undefined ? [] : controls[level].flatMap((control) => control(pod));
};
