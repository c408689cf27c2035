import{createRequire}from'node:module';const require=createRequire(import.meta.url);
import {
  byOwnName,
  endWhenTold,
  listenAsBefore,
  noMemory,
  openMemory,
  outliveReaders,
  tellReady
} from "./chunk-TF7IPKVT.js";
import "./chunk-STZD34IH.js";
import {
  _enum,
  array,
  boolean,
  int,
  prettifyError,
  strictObject,
  string
} from "./chunk-6VULFD22.js";
import "./chunk-YO5ET45S.js";

// lib/simulators/cluster/main.ts
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

// lib/simulators/cluster/store.ts
import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";

// lib/simulators/cluster/api-status.ts
var ApiStatus = class extends Error {
  code;
  reason;
  details;
  constructor(code, reason, message, details) {
    super(message);
    this.details = details;
    this.code = code;
    this.reason = reason;
  }
  toJSON() {
    return {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: this.message,
      ...this.reason !== "" && { reason: this.reason },
      ...this.details !== void 0 && { details: this.details },
      code: this.code
    };
  }
};
var notFound = (plural, name) => new ApiStatus(404, "NotFound", `${plural} "${name}" not found`);
var noSuchPath = () => new ApiStatus(404, "NotFound", "the server could not find the requested resource");
var alreadyExists = (plural, name) => new ApiStatus(409, "AlreadyExists", `${plural} "${name}" already exists`);
var conflict = (plural, name) => new ApiStatus(
  409,
  "Conflict",
  `Operation cannot be fulfilled on ${plural} "${name}": the object has been modified; please apply your changes to the latest version and try again`
);
var badRequest = (message) => new ApiStatus(400, "BadRequest", message);
var invalid = (message) => new ApiStatus(422, "Invalid", message);

// lib/simulators/cluster/kube-object.ts
var isPodReady = (pod2) => {
  const conditions = pod2.status?.conditions ?? [];
  return conditions.some(({ type, status }) => type === "Ready" && status === "True");
};
var isLeaving = (object) => object.metadata.deletionTimestamp !== void 0;
var timestamp = (milliseconds) => `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
var withoutZeros = (counts) => Object.fromEntries(Object.entries(counts).filter(([, value]) => value !== 0));
var ownerOf = (owner) => ({
  apiVersion: owner.apiVersion,
  kind: owner.kind,
  name: owner.metadata.name,
  uid: owner.metadata.uid,
  controller: true,
  blockOwnerDeletion: true
});

// lib/simulators/cluster/resources.ts
var row = (group, plural, kind, short = []) => ({
  group,
  version: "v1",
  plural,
  kind,
  short,
  namespaced: !["Namespace", "Node", "ClusterRole", "ClusterRoleBinding"].includes(kind),
  hasGeneration: group !== "" && kind !== "ControllerRevision" && !group.startsWith("rbac.")
});
var custom = (group, version2, plural, kind) => ({
  ...row(group, plural, kind),
  version: version2
});
var resources = [
  row("", "pods", "Pod", ["po"]),
  row("", "services", "Service", ["svc"]),
  row("", "events", "Event", ["ev"]),
  row("", "configmaps", "ConfigMap", ["cm"]),
  row("", "secrets", "Secret"),
  row("", "serviceaccounts", "ServiceAccount", ["sa"]),
  row("", "persistentvolumeclaims", "PersistentVolumeClaim", ["pvc"]),
  row("", "resourcequotas", "ResourceQuota", ["quota"]),
  row("", "namespaces", "Namespace", ["ns"]),
  row("apps", "deployments", "Deployment", ["deploy"]),
  row("apps", "replicasets", "ReplicaSet", ["rs"]),
  row("apps", "statefulsets", "StatefulSet", ["sts"]),
  row("apps", "daemonsets", "DaemonSet", ["ds"]),
  row("apps", "controllerrevisions", "ControllerRevision"),
  row("batch", "jobs", "Job"),
  row("batch", "cronjobs", "CronJob", ["cj"]),
  row("networking.k8s.io", "ingresses", "Ingress", ["ing"]),
  row("networking.k8s.io", "networkpolicies", "NetworkPolicy", ["netpol"]),
  row("policy", "poddisruptionbudgets", "PodDisruptionBudget", ["pdb"]),
  row("rbac.authorization.k8s.io", "roles", "Role"),
  row("rbac.authorization.k8s.io", "rolebindings", "RoleBinding"),
  row("rbac.authorization.k8s.io", "clusterroles", "ClusterRole"),
  row("rbac.authorization.k8s.io", "clusterrolebindings", "ClusterRoleBinding"),
  custom("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler"),
  custom("argoproj.io", "v1alpha1", "rollouts", "Rollout"),
  custom("serving.knative.dev", "v1", "services", "Service"),
  custom("cert-manager.io", "v1", "certificates", "Certificate"),
  custom("gateway.networking.k8s.io", "v1", "httproutes", "HTTPRoute")
];
var apiVersionOf = ({ group, version: version2 }) => group === "" ? version2 : `${group}/${version2}`;
function resourceOf(kind, apiVersion) {
  const ofKind = resources.filter((resource) => resource.kind === kind);
  const found = ofKind.find((resource) => apiVersionOf(resource) === apiVersion) ?? ofKind[0];
  if (found === void 0) throw new Error(`the simulated cluster has no kind ${kind}`);
  return found;
}
var verbs = ["create", "delete", "get", "list", "patch", "update", "watch"];
var groups = [...new Set(resources.map(apiVersionOf))].filter((version2) => version2 !== "v1");
function discovery(path2) {
  if (path2 === "/api") return { kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [] };
  if (path2 === "/apis") return { kind: "APIGroupList", apiVersion: "v1", groups: groups.map(groupEntry) };
  const groupVersion = path2.replace(/^\/apis?\//, "");
  const ofGroup = resources.filter((resource) => apiVersionOf(resource) === groupVersion);
  if (ofGroup.length === 0 || path2.startsWith("/api/") !== (groupVersion === "v1")) return void 0;
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion,
    resources: ofGroup.map(({ plural, kind, short, namespaced }) => ({
      name: plural,
      singularName: kind.toLowerCase(),
      kind,
      namespaced,
      shortNames: short,
      verbs
    }))
  };
}
function groupEntry(groupVersion) {
  const [name, short] = groupVersion.split("/");
  const version2 = { groupVersion, version: short };
  return { name, versions: [version2], preferredVersion: version2 };
}

// lib/simulators/cluster/store.ts
var historyLimit = 2e3;
var Store = class {
  #entries = /* @__PURE__ */ new Map();
  #owned = /* @__PURE__ */ new Map();
  #listeners = /* @__PURE__ */ new Set();
  #history = [];
  #now;
  #version = 1;
  constructor(now) {
    this.#now = now;
  }
  get version() {
    return String(this.#version);
  }
  /** Takes objects as they were, in the order of their creation. Nobody is told. */
  restore(objects, version2) {
    this.#version = Math.max(this.#version, version2);
    for (const object of objects) {
      this.#version = Math.max(this.#version, Number(object.metadata.resourceVersion));
      this.#enter(resourceOf(object.kind, object.apiVersion), object);
    }
  }
  listen(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  /** The changes after a version; undefined when they are no longer all known. */
  changesAfter(version2) {
    const oldest = this.#history[0]?.version ?? this.#version + 1;
    if (version2 + 1 < oldest && version2 < this.#version) return void 0;
    return this.#history.filter((change) => change.version > version2);
  }
  /** As an API server that was started again: whoever watched must list again. */
  forgetChanges() {
    this.#history.length = 0;
  }
  get(resource, namespace, name) {
    return this.#of(resource).get(`${namespace}/${name}`)?.object;
  }
  list(resource, namespace) {
    const all = [...this.#of(resource).values()].map(({ object }) => object);
    return namespace === void 0 ? all : all.filter(({ metadata: metadata2 }) => metadata2.namespace === namespace);
  }
  json(object) {
    const entry = this.#of(resourceOf(object.kind, object.apiVersion)).get(keyOf(object));
    if (entry?.object !== object) return JSON.stringify(object);
    entry.json ??= JSON.stringify(object);
    return entry.json;
  }
  /** What an owner owns of one kind, in the order of creation. */
  ownedBy(uid, kind) {
    const resource = resourceOf(kind);
    const keys = [...this.#owned.get(uid) ?? []].filter(([, of2]) => of2 === resource);
    return keys.flatMap(([key]) => {
      const object = this.#of(resource).get(key.slice(key.indexOf(" ") + 1))?.object;
      return object === void 0 ? [] : [object];
    });
  }
  create(object) {
    const resource = resourceOf(String(object.kind), object.apiVersion);
    const name = object.metadata.name ?? `${object.metadata.generateName ?? ""}${randomUUID().slice(0, 5)}`;
    const made = {
      ...object,
      kind: resource.kind,
      apiVersion: apiVersionOf(resource),
      metadata: {
        ...object.metadata,
        name,
        uid: randomUUID(),
        resourceVersion: "",
        ...resource.hasGeneration && { generation: 1 },
        creationTimestamp: timestamp(this.#now())
      }
    };
    if (this.#of(resource).has(keyOf(made))) throw alreadyExists(resource.plural, name);
    return this.#put("ADDED", resource, made);
  }
  /** Puts a changed copy; nothing happens when nothing differs. `spec` that differs raises the generation. */
  replace(next) {
    const resource = resourceOf(next.kind, next.apiVersion);
    const before = this.#of(resource).get(keyOf(next))?.object;
    if (before === void 0) throw notFound(resource.plural, next.metadata.name);
    const sameSpec = isDeepStrictEqual(before.spec, next.spec);
    const generation = (before.metadata.generation ?? 0) + (sameSpec ? 0 : 1);
    const { resourceVersion, uid, creationTimestamp } = before.metadata;
    const metadata2 = { ...next.metadata, resourceVersion, uid, creationTimestamp };
    const made = { ...next, metadata: resource.hasGeneration ? { ...metadata2, generation } : metadata2 };
    return isDeepStrictEqual(before, made) ? before : this.#put("MODIFIED", resource, made);
  }
  /** Changes a copy of the newest version. Gives undefined when the object has gone. */
  update(object, change) {
    const newest = this.get(
      resourceOf(object.kind, object.apiVersion),
      object.metadata.namespace ?? "",
      object.metadata.name
    );
    if (newest === void 0 || newest.metadata.uid !== object.metadata.uid) return void 0;
    const draft = structuredClone(newest);
    change(draft);
    return this.replace(draft);
  }
  /** Removes an object and, as the garbage collector does, everything that it owns. */
  remove(object) {
    const resource = resourceOf(object.kind, object.apiVersion);
    const entries = this.#of(resource);
    const newest = entries.get(keyOf(object))?.object;
    if (newest === void 0 || newest.metadata.uid !== object.metadata.uid) return;
    entries.delete(keyOf(object));
    for (const { uid } of newest.metadata.ownerReferences ?? []) this.#owned.get(uid)?.delete(ownedKey(newest));
    this.#version += 1;
    const metadata2 = { ...newest.metadata, resourceVersion: this.version };
    this.#tell({ version: this.#version, type: "DELETED", resource, object: { ...newest, metadata: metadata2 } });
    const owned = [...this.#owned.get(newest.metadata.uid) ?? []];
    this.#owned.delete(newest.metadata.uid);
    for (const [key, of2] of owned) {
      const child = this.#of(of2).get(key.slice(key.indexOf(" ") + 1))?.object;
      if (child !== void 0) this.remove(child);
    }
  }
  #put(type, resource, object) {
    this.#version += 1;
    const made = { ...object, metadata: { ...object.metadata, resourceVersion: this.version } };
    this.#enter(resource, made);
    this.#tell({ version: this.#version, type, resource, object: made });
    return made;
  }
  #enter(resource, object) {
    this.#of(resource).set(keyOf(object), { object });
    for (const { uid } of object.metadata.ownerReferences ?? []) {
      const owned = this.#owned.get(uid) ?? /* @__PURE__ */ new Map();
      this.#owned.set(uid, owned.set(ownedKey(object), resource));
    }
  }
  #tell(change) {
    this.#history.push(change);
    if (this.#history.length > historyLimit * 2) this.#history.splice(0, historyLimit);
    for (const listener of this.#listeners) listener(change);
  }
  #of(resource) {
    const name = `${resource.plural}.${resource.group}`;
    const entries = this.#entries.get(name) ?? /* @__PURE__ */ new Map();
    this.#entries.set(name, entries);
    return entries;
  }
};
var keyOf = (object) => `${object.metadata.namespace ?? ""}/${object.metadata.name}`;
var ownedKey = (object) => `${object.kind} ${keyOf(object)}`;

// lib/simulators/cluster/remember.ts
var clusterMemory = { what: "cluster", version: 1 };
function rememberObjects(store, memory2) {
  const [latest] = memory2.all("version");
  store.restore(memory2.all("object"), latest?.version ?? 0);
  store.listen(({ type, object, version: version2 }) => {
    const key = `${object.kind} ${keyOf(object)}`;
    if (type !== "DELETED") memory2.put("object", key, object);
    else {
      memory2.remove("object", key);
      memory2.put("version", "latest", { version: version2 });
    }
  });
}

// lib/simulators/cluster/defaults.ts
function withDefaults(object) {
  const draft = structuredClone(object);
  defaults[draft.kind]?.(draft);
  return draft;
}
function refuseImmutable(before, next) {
  const same = (path2) => JSON.stringify(at(before, path2)) === JSON.stringify(at(next, path2));
  const fixed2 = next.kind === "Job" ? ["spec", "template"] : ["spec", "selector"];
  if (!["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job"].includes(next.kind) || same(fixed2)) return;
  throw invalid(
    `${next.kind} "${next.metadata.name}" is invalid: ${fixed2.join(".")}: Invalid value: field is immutable`
  );
}
var at = (object, path2) => path2.reduce((value, key) => value?.[key], object);
var defaults = {
  Deployment: ({ kind, metadata: metadata2, spec }) => {
    requireTemplate(kind, metadata2.name, spec);
    spec.replicas ??= 1;
    spec.revisionHistoryLimit ??= 10;
    spec.progressDeadlineSeconds ??= 600;
    spec.strategy ??= {};
    spec.strategy.type ??= "RollingUpdate";
    if (spec.strategy.type === "RollingUpdate") {
      spec.strategy.rollingUpdate = { maxUnavailable: "25%", maxSurge: "25%", ...spec.strategy.rollingUpdate };
    }
    templateDefaults(spec.template, "Always");
  },
  StatefulSet: ({ kind, metadata: metadata2, spec }) => {
    requireTemplate(kind, metadata2.name, spec);
    spec.replicas ??= 1;
    spec.revisionHistoryLimit ??= 10;
    spec.podManagementPolicy ??= "OrderedReady";
    updateStrategyDefaults(spec, { partition: 0 });
    templateDefaults(spec.template, "Always");
  },
  DaemonSet: ({ kind, metadata: metadata2, spec }) => {
    requireTemplate(kind, metadata2.name, spec);
    spec.revisionHistoryLimit ??= 10;
    updateStrategyDefaults(spec, { maxUnavailable: 1 });
    templateDefaults(spec.template, "Always");
  },
  Job: ({ metadata: metadata2, spec }) => {
    spec.completions ??= 1;
    spec.parallelism ??= 1;
    spec.backoffLimit ??= 6;
    spec.suspend ??= false;
    spec.selector ??= { matchLabels: { "job-name": metadata2.name } };
    templateDefaults(spec.template, "Never");
  },
  CronJob: ({ spec }) => {
    const cron = spec;
    cron.suspend ??= false;
    templateDefaults(cron.jobTemplate.spec.template, "Never");
  },
  /** What is written in clear is kept as all else. */
  Secret: (secret) => {
    const { stringData, data } = secret;
    secret.type ??= "Opaque";
    if (stringData === void 0) return;
    const encoded = Object.entries(stringData).map(([key, text]) => [key, Buffer.from(text).toString("base64")]);
    secret.data = { ...data, ...Object.fromEntries(encoded) };
    delete secret.stringData;
  },
  ResourceQuota: (quota) => {
    quota.status ??= { hard: quota.spec.hard };
  },
  Pod: (pod2) => {
    podDefaults(pod2.spec, "Always");
    pod2.status ??= { phase: "Pending" };
  }
};
function requireTemplate(kind, name, spec) {
  const wanted = Object.entries(spec?.selector?.matchLabels ?? {});
  const labels = spec?.template?.metadata?.labels ?? {};
  if (wanted.length === 0) throw invalid(`${kind} "${name}" is invalid: spec.selector: Required value`);
  if (wanted.every(([key, value]) => labels[key] === value)) return;
  throw invalid(
    `${kind} "${name}" is invalid: spec.template.metadata.labels: \`selector\` does not match template \`labels\``
  );
}
function updateStrategyDefaults(spec, rolling) {
  spec.updateStrategy ??= {};
  spec.updateStrategy.type ??= "RollingUpdate";
  if (spec.updateStrategy.type !== "RollingUpdate") return;
  spec.updateStrategy.rollingUpdate = { ...rolling, ...spec.updateStrategy.rollingUpdate };
}
function templateDefaults(template2, restartPolicy) {
  podDefaults(template2.spec, restartPolicy);
}
function podDefaults(spec, restartPolicy) {
  spec.restartPolicy ??= restartPolicy;
  spec.terminationGracePeriodSeconds ??= 30;
  for (const container2 of [...spec.initContainers ?? [], ...spec.containers]) {
    container2.imagePullPolicy ??= "IfNotPresent";
  }
}

// lib/simulators/cluster/seed.ts
var kinds = {
  deployment: "Deployment",
  statefulset: "StatefulSet",
  daemonset: "DaemonSet",
  job: "Job",
  cronjob: "CronJob",
  pod: "Pod"
};
var seedSchema = array(
  strictObject({
    kind: _enum(["deployment", "statefulset", "daemonset", "job", "cronjob", "pod"]).default("deployment"),
    name: string().min(1),
    namespace: string().min(1).default("default"),
    /** The whole reference: `registry.example/login-api:3.0.1`. */
    image: string().min(1),
    replicas: int().min(0).default(1),
    container: string().min(1).default("app"),
    /** Without a readiness probe a container is ready while it runs. What runs once has none. */
    probe: boolean().default(true)
  })
);
function deploySeeds(store, seeds) {
  return seeds.map((seed2) => {
    const resource = resourceOf(kinds[seed2.kind]);
    const before = store.get(resource, seed2.namespace, seed2.name);
    const manifest = withDefaults(manifestOf(seed2));
    if (before !== void 0 && (seed2.kind === "job" || seed2.kind === "pod")) store.remove(before);
    else if (before !== void 0) return store.update(before, (draft) => setImage(draft, seed2)) ?? before;
    if (store.get(resourceOf("Service"), seed2.namespace, seed2.name) === void 0) store.create(serviceOf(seed2));
    return store.create(manifest);
  });
}
function setImage(object, { image, container: container2 }) {
  const { spec } = object;
  const cron = spec.jobTemplate;
  const { containers } = (cron?.spec.template ?? spec.template).spec;
  const one = containers.find(({ name }) => name === container2) ?? containers[0];
  if (one !== void 0) one.image = image;
}
var readinessProbe = { httpGet: { path: "/ready", port: 8080 }, periodSeconds: 1 };
function manifestOf(seed2) {
  const labels = { app: seed2.name };
  const isOnce = seed2.kind === "job" || seed2.kind === "cronjob";
  const container2 = { name: seed2.container, image: seed2.image, ports: [{ containerPort: 8080 }] };
  const pod2 = { containers: [seed2.probe && !isOnce ? { ...container2, readinessProbe } : container2] };
  const template2 = { metadata: { labels }, spec: pod2 };
  const selector = { matchLabels: labels };
  const specs2 = {
    deployment: { replicas: seed2.replicas, selector, template: template2 },
    statefulset: { replicas: seed2.replicas, serviceName: seed2.name, selector, template: template2 },
    daemonset: { selector, template: template2 },
    job: { template: template2, backoffLimit: 1 },
    cronjob: { schedule: "0 3 * * *", jobTemplate: { spec: { template: template2 } } },
    pod: pod2
  };
  return { apiVersion: "", kind: kinds[seed2.kind], metadata: metadataOf(seed2), spec: specs2[seed2.kind] };
}
var serviceOf = (seed2) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: metadataOf(seed2),
  spec: { type: "ClusterIP", selector: { app: seed2.name }, ports: [{ name: "http", port: 8080, targetPort: 8080 }] }
});
var metadataOf = ({ name, namespace }) => ({ name, namespace, labels: { app: name } });

// lib/simulators/cluster/simulated-cluster.ts
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

// lib/simulators/cluster/apply/managed-fields.ts
import { isDeepStrictEqual as isDeepStrictEqual3 } from "node:util";

// lib/simulators/cluster/apply/field-set.ts
import { isDeepStrictEqual as isDeepStrictEqual2 } from "node:util";
var isFields = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
var nameOf = (path2) => JSON.stringify(path2);
var setOf = (paths) => new Map([...paths].map((path2) => [nameOf(path2), path2]));
var without = (set, other) => new Map([...set].filter(([name]) => !other.has(name)));
var ownerless = new Set(
  [
    ["f:apiVersion"],
    ["f:kind"],
    ...[
      ...["name", "generateName", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp"],
      ...["managedFields", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"]
    ].map((name) => ["f:metadata", `f:${name}`])
  ].map(nameOf)
);
var isOwnable = (path2) => !ownerless.has(nameOf(path2)) && !ownerless.has(nameOf(path2.slice(0, 2)));
var fieldsOf = (object, shape) => setOf([...pathsOf(object, shape, [])].filter(isOwnable));
function* pathsOf(value, shape, at2) {
  if (shape.whole) yield at2;
  else if (isFields(value) && Object.keys(value).length > 0) {
    for (const [name, inner] of Object.entries(value)) {
      if (inner !== void 0) yield* pathsOf(inner, shape.fields?.[name] ?? {}, [...at2, `f:${name}`]);
    }
  } else if (Array.isArray(value) && shape.keys !== void 0) {
    for (const item of value) {
      const here = [...at2, keyOf2(item, shape.keys)];
      yield [...here, "."];
      yield* pathsOf(item, shape.item ?? {}, here);
    }
  } else if (Array.isArray(value) && shape.set) {
    for (const item of value) yield [...at2, `v:${JSON.stringify(item)}`];
  } else if (at2.length > 0) yield at2;
}
var usual = { protocol: "TCP" };
var keyOf2 = (item, keys) => {
  const named2 = keys.map((key) => [key, item?.[key] ?? usual[key]]);
  return `k:${JSON.stringify(Object.fromEntries(named2.filter(([, value]) => value !== void 0)))}`;
};
var isItem = (item, key) => {
  const wanted = JSON.parse(key.slice(2));
  return Object.entries(wanted).every(([name, value]) => (item[name] ?? usual[name]) === value);
};
var valueAt = (object, path2) => path2.reduce((value, step2) => {
  if (step2 === ".") return value;
  if (step2.startsWith("f:")) return isFields(value) ? value[step2.slice(2)] : void 0;
  if (!Array.isArray(value)) return void 0;
  if (step2.startsWith("k:")) return value.find((item) => isItem(item, step2));
  return value.find((item) => JSON.stringify(item) === step2.slice(2));
}, object);
var removeAt = (object, path2) => {
  const steps = path2.at(-1) === "." ? path2.slice(0, -1) : path2;
  const parent = valueAt(object, steps.slice(0, -1));
  const step2 = steps.at(-1) ?? "";
  if (isFields(parent)) delete parent[step2.slice(2)];
  else if (Array.isArray(parent)) {
    const index = parent.findIndex(
      (item) => step2.startsWith("k:") ? isItem(item, step2) : JSON.stringify(item) === step2.slice(2)
    );
    if (index >= 0) parent.splice(index, 1);
  }
  const isEmpty = isFields(parent) ? Object.keys(parent).length === 0 : Array.isArray(parent) && parent.length === 0;
  if (isEmpty && steps.length > 2) removeAt(object, steps.slice(0, -1));
};
var isSame = (one, other, path2) => isDeepStrictEqual2(valueAt(one, path2), valueAt(other, path2));
var textOf = (path2) => path2.filter((step2) => step2 !== ".").map((step2) => {
  if (step2.startsWith("f:")) return `.${step2.slice(2)}`;
  if (step2.startsWith("v:")) return `[=${step2.slice(2)}]`;
  const keys = Object.entries(JSON.parse(step2.slice(2)));
  return `[${keys.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(",")}]`;
}).join("");
var toTree = (set) => {
  const tree = {};
  for (const path2 of set.values()) {
    let at2 = tree;
    for (const step2 of path2) {
      at2[step2] ??= {};
      at2 = at2[step2];
    }
  }
  return tree;
};
var fromTree = (tree) => setOf(leaves(tree, []));
function* leaves(tree, at2) {
  const steps = isFields(tree) ? Object.entries(tree) : [];
  if (steps.length === 0 && at2.length > 0) yield at2;
  for (const [step2, inner] of steps) yield* leaves(inner, [...at2, step2]);
}

// lib/simulators/cluster/apply/schema.ts
var any = {};
var whole = { whole: true };
var of = (names2, more = {}) => ({
  fields: { ...Object.fromEntries(names2.split(" ").map((name) => [name, any])), ...more }
});
var listBy = (keys, item) => ({ keys: keys.split(" "), item });
var metadata = of(
  "name generateName namespace uid resourceVersion generation creationTimestamp deletionTimestamp labels annotations deletionGracePeriodSeconds managedFields selfLink",
  { finalizers: { set: true }, ownerReferences: listBy("uid", any) }
);
var container = of(
  "name image command args workingDir envFrom resources resizePolicy livenessProbe readinessProbe startupProbe lifecycle imagePullPolicy securityContext stdin stdinOnce tty restartPolicy terminationMessagePath terminationMessagePolicy",
  {
    env: listBy("name", of("name value valueFrom")),
    ports: listBy("containerPort protocol", of("name hostPort containerPort protocol hostIP")),
    volumeMounts: listBy(
      "mountPath",
      of("name readOnly recursiveReadOnly mountPath subPath subPathExpr mountPropagation")
    ),
    volumeDevices: listBy("devicePath", of("name devicePath"))
  }
);
var pod = of(
  "restartPolicy terminationGracePeriodSeconds activeDeadlineSeconds dnsPolicy serviceAccountName serviceAccount automountServiceAccountToken nodeName hostNetwork hostPID hostIPC shareProcessNamespace securityContext hostname subdomain affinity schedulerName priorityClassName priority dnsConfig readinessGates runtimeClassName enableServiceLinks preemptionPolicy overhead setHostnameAsFQDN os hostUsers",
  {
    containers: listBy("name", container),
    initContainers: listBy("name", container),
    volumes: listBy("name", any),
    imagePullSecrets: listBy("name", any),
    nodeSelector: whole,
    tolerations: whole,
    hostAliases: listBy("ip", any),
    topologySpreadConstraints: listBy("topologyKey whenUnsatisfiable", any)
  }
);
var template = of("", { metadata, spec: pod });
var job = of(
  "parallelism completions activeDeadlineSeconds backoffLimit backoffLimitPerIndex maxFailedIndexes podFailurePolicy successPolicy ttlSecondsAfterFinished completionMode suspend manualSelector podReplacementPolicy managedBy",
  { selector: whole, template }
);
var standing = { selector: whole, template };
var specs = {
  Deployment: of("replicas strategy minReadySeconds revisionHistoryLimit paused progressDeadlineSeconds", standing),
  ReplicaSet: of("replicas minReadySeconds", standing),
  StatefulSet: of(
    "replicas volumeClaimTemplates serviceName podManagementPolicy updateStrategy revisionHistoryLimit minReadySeconds persistentVolumeClaimRetentionPolicy ordinals",
    standing
  ),
  DaemonSet: of("updateStrategy minReadySeconds revisionHistoryLimit", standing),
  Pod: pod,
  Job: job,
  CronJob: of(
    "schedule timeZone startingDeadlineSeconds concurrencyPolicy suspend successfulJobsHistoryLimit failedJobsHistoryLimit",
    { jobTemplate: of("", { metadata, spec: job }) }
  ),
  Service: of(
    "clusterIP clusterIPs type externalIPs sessionAffinity loadBalancerIP loadBalancerSourceRanges externalName externalTrafficPolicy healthCheckNodePort publishNotReadyAddresses sessionAffinityConfig ipFamilies ipFamilyPolicy allocateLoadBalancerNodePorts loadBalancerClass internalTrafficPolicy trafficDistribution",
    { ports: listBy("port protocol", of("name protocol appProtocol port targetPort nodePort")), selector: whole }
  ),
  Ingress: of("ingressClassName defaultBackend", { tls: whole, rules: whole }),
  HorizontalPodAutoscaler: of("minReplicas maxReplicas behavior", { scaleTargetRef: whole, metrics: whole }),
  PodDisruptionBudget: of("minAvailable maxUnavailable unhealthyPodEvictionPolicy", { selector: whole }),
  NetworkPolicy: of("", { podSelector: whole, ingress: whole, egress: whole, policyTypes: whole }),
  PersistentVolumeClaim: of(
    "accessModes resources volumeName storageClassName volumeMode volumeAttributesClassName dataSource dataSourceRef",
    { selector: whole }
  )
};
var others = {
  ConfigMap: of("data binaryData immutable"),
  Secret: of("data stringData type immutable"),
  ServiceAccount: of("automountServiceAccountToken", {
    secrets: listBy("name", any),
    imagePullSecrets: whole
  }),
  Role: of("", { rules: whole }),
  ClusterRole: of("", { rules: whole, aggregationRule: any }),
  RoleBinding: of("", { subjects: whole, roleRef: whole }),
  ClusterRoleBinding: of("", { subjects: whole, roleRef: whole })
};
var shapeOf = ({ kind, apiVersion }) => {
  const isOwn = !apiVersion.includes(".") || apiVersion.includes(".k8s.io");
  const spec = isOwn && Object.hasOwn(specs, kind) ? specs[kind] : void 0;
  const other = isOwn && Object.hasOwn(others, kind) ? others[kind]?.fields : void 0;
  if (spec !== void 0) return of("apiVersion kind status", { metadata, spec });
  if (other !== void 0) return of("apiVersion kind", { metadata, ...other });
  return any;
};

// lib/simulators/cluster/apply/managed-fields.ts
var ownersOf = (object) => (object?.metadata?.managedFields ?? []).filter((entry) => entry.fieldsV1 !== void 0).map((entry) => {
  const { manager, operation, subresource, fieldsV1 } = entry;
  return { manager, operation, ...subresource && { subresource }, fields: fromTree(fieldsV1), entry };
});
var entriesOf = (owners, apiVersion, now) => owners.filter(({ fields }) => fields.size > 0).map(({ manager, operation, subresource, fields, entry }) => {
  const fieldsV1 = toTree(fields);
  if (entry !== void 0 && isDeepStrictEqual3(entry.fieldsV1, fieldsV1)) return entry;
  const time = timestamp(now);
  const part = subresource === void 0 ? {} : { subresource };
  return { manager, operation, apiVersion, time, fieldsType: "FieldsV1", fieldsV1, ...part };
});
var afterUpdate = (before, after, { manager, subresource, now }) => {
  const shape = shapeOf(after);
  const half = ({ fields: fields2 }) => new Map([...fields2].filter(([, path2]) => path2[0] === "f:status" === (subresource === "status")));
  const [all, earlier] = [fieldsOf(after, shape), fieldsOf(before, shape)];
  const written = half({ fields: setOf([...all.values()].filter((path2) => !isSame(before, after, path2))) });
  const gone = half({ fields: without(earlier, all) });
  const isWriter = (owner) => owner.manager === manager && owner.operation === "Update" && owner.subresource === subresource;
  const owners = ownersOf(before);
  const own = owners.find(isWriter);
  const kept = (owner) => ({ ...owner, fields: without(without(owner.fields, written), gone) });
  const fields = new Map([...own === void 0 ? [] : kept(own).fields, ...written]);
  const next = {
    ...own ?? { manager, operation: "Update", ...subresource && { subresource } },
    fields
  };
  const others2 = owners.map((owner) => isWriter(owner) ? next : kept(owner));
  return entriesOf(own === void 0 ? [...others2, next] : others2, after.apiVersion, now);
};

// lib/simulators/cluster/apply/server-side-apply.ts
var serverSideApply = (live, sent, { manager, force, now }) => {
  const shape = shapeOf(live);
  const fields = fieldsOf(sent, shape);
  const owners = ownersOf(live);
  const isOwn = (owner) => owner.manager === manager && owner.operation === "Apply";
  const taken = conflictsWith(
    owners.filter((owner) => !isOwn(owner)),
    { live, sent, fields }
  );
  if (taken.length > 0 && !force) throw conflictOf(live, taken);
  const lost = setOf(taken.flatMap(({ fields: lostBy }) => [...lostBy.values()]));
  const others2 = owners.filter((owner) => !isOwn(owner)).map((owner) => ({ ...owner, fields: without(owner.fields, lost) }));
  const own = owners.find(isOwn);
  const merged = merge(live, sent, shape);
  if (own !== void 0) dropUnsent(merged, { before: own.fields, fields, others: others2 });
  const next = { ...own ?? { manager, operation: "Apply" }, fields };
  merged.metadata.managedFields = entriesOf([next, ...others2], live.apiVersion, now);
  return merged;
};
var conflictsWith = (owners, { live, sent, fields }) => owners.map((owner) => {
  const both = [...fields].filter(([name]) => owner.fields.has(name));
  return { owner, fields: new Map(both.filter(([, path2]) => path2.at(-1) !== "." && !isSame(live, sent, path2))) };
}).filter((taken) => taken.fields.size > 0);
var conflictOf = (live, taken) => {
  const causes = taken.flatMap(
    ({ owner, fields }) => [...fields.values()].map((path2) => ({
      reason: "FieldManagerConflict",
      message: `conflict with ${nameOf2(owner)} using ${live.apiVersion}`,
      field: textOf(path2)
    }))
  );
  const one = causes.length === 1 ? "1 conflict" : `${causes.length} conflicts`;
  const [first] = causes;
  const told = causes.length === 1 ? `${first?.message.replace(/ using .*/, "")} using ${live.apiVersion}: ${first?.field}` : causes.map(({ message, field }) => `${message}: ${field}`).join("\n");
  return new ApiStatus(409, "Conflict", `Apply failed with ${one}: ${told}`, { causes });
};
var nameOf2 = ({ manager, subresource }) => subresource === void 0 ? `"${manager}"` : `"${manager}" with subresource "${subresource}"`;
var dropUnsent = (merged, {
  before,
  fields,
  others: others2
}) => {
  const owned = others2.flatMap((owner) => [...owner.fields.values()]);
  const isOthers = (path2) => {
    const at2 = path2.at(-1) === "." ? path2.slice(0, -1) : path2;
    return owned.some((one) => at2.every((step2, index) => one[index] === step2));
  };
  const gone = [...without(before, fields).values()].filter((path2) => !isOthers(path2));
  for (const path2 of gone.filter((one) => one.at(-1) === ".")) removeAt(merged, path2);
  for (const path2 of gone.filter((one) => one.at(-1) !== ".")) removeAt(merged, path2);
};
function merge(live, sent, shape) {
  if (shape.whole || sent === null) return structuredClone(sent);
  if (isFields(sent)) {
    const result2 = isFields(live) ? structuredClone(live) : {};
    for (const [name, value] of Object.entries(sent)) {
      result2[name] = merge(result2[name], value, shape.fields?.[name] ?? {});
    }
    return result2;
  }
  if (!Array.isArray(sent) || !Array.isArray(live)) return structuredClone(sent);
  if (shape.set) return [...live, ...sent.filter((item) => !live.includes(item))];
  const { keys, item: itemShape = {} } = shape;
  if (keys === void 0) return structuredClone(sent);
  const result = structuredClone(live);
  for (const item of sent) {
    const at2 = result.findIndex((one) => keyOf2(one, keys) === keyOf2(item, keys));
    if (at2 < 0) result.push(structuredClone(item));
    else result[at2] = merge(result[at2], item, itemShape);
  }
  return result;
}

// lib/simulators/cluster/apply/unknown-fields.ts
var refuseUnknownFields = (object) => {
  const [first] = unknownIn(object, shapeOf(object), []);
  if (first === void 0) return;
  const { name, namespace } = object.metadata;
  const where = namespace === void 0 ? `/${name}` : `${namespace}/${name}`;
  const what = `${where}; ${object.apiVersion}, Kind=${object.kind}`;
  throw new ApiStatus(
    500,
    "",
    `failed to create typed patch object (${what}): ${textOf(first)}: field not declared in schema`
  );
};
function* unknownIn(value, shape, at2) {
  if (Array.isArray(value) && shape.keys !== void 0) {
    for (const item of value) yield* unknownIn(item, shape.item ?? {}, [...at2, keyOf2(item, shape.keys)]);
  }
  if (!isFields(value) || shape.fields === void 0) return;
  for (const [name, inner] of Object.entries(value)) {
    const here = [...at2, `f:${name}`];
    if (!Object.hasOwn(shape.fields, name)) yield here;
    else yield* unknownIn(inner, shape.fields[name], here);
  }
}

// lib/simulators/cluster/patch.ts
var isFields2 = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
function applyPatch(contentType, object, patch) {
  switch (contentType.split(";")[0]?.trim()) {
    case "application/json-patch+json":
      return jsonPatch(object, patch);
    case "application/merge-patch+json":
      return mergePatch(object, patch);
    case "application/strategic-merge-patch+json":
      return strategicMerge(object, patch);
    default:
      throw badRequest(`the patch type ${contentType} is not known`);
  }
}
function mergePatch(target, patch) {
  if (!isFields2(patch)) return patch;
  const result = isFields2(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}
var mergeKeys = {
  containers: ["name"],
  initContainers: ["name"],
  env: ["name"],
  volumes: ["name"],
  ports: ["containerPort", "port"],
  volumeMounts: ["mountPath"],
  conditions: ["type"],
  ownerReferences: ["uid"]
};
function strategicMerge(target, patch) {
  if (!isFields2(patch)) return patch;
  const result = isFields2(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith("$")) continue;
    const keys = Object.hasOwn(mergeKeys, key) ? mergeKeys[key] : void 0;
    if (value === null) delete result[key];
    else if (Array.isArray(value) && keys !== void 0) result[key] = mergeList(result[key], value, keys);
    else result[key] = strategicMerge(result[key], value);
  }
  return result;
}
function mergeList(target, patch, keys) {
  const result = Array.isArray(target) ? [...target] : [];
  for (const item of patch) {
    const key = isFields2(item) ? keys.find((one) => item[one] !== void 0) : void 0;
    const at2 = key === void 0 ? -1 : result.findIndex((one) => isFields2(one) && one[key] === item[key]);
    if (isFields2(item) && item.$patch === "delete") {
      if (at2 >= 0) result.splice(at2, 1);
    } else if (at2 >= 0) result[at2] = strategicMerge(result[at2], item);
    else result.push(strategicMerge(void 0, item));
  }
  return result;
}
function jsonPatch(target, patch) {
  if (!Array.isArray(patch)) throw badRequest("a JSON patch is a list of operations");
  const root = { "": structuredClone(target) };
  for (const step2 of patch) {
    if (!isFields2(step2)) throw badRequest("a JSON patch operation is an object");
    const path2 = String(step2.path);
    if (step2.op === "test") {
      if (JSON.stringify(read(root, path2)) !== JSON.stringify(step2.value))
        throw invalid(`testing path ${path2} value failed`);
    } else if (step2.op === "copy" || step2.op === "move") {
      const value = structuredClone(read(root, String(step2.from)));
      if (step2.op === "move") write(root, String(step2.from), "remove", void 0);
      write(root, path2, "add", value);
    } else if (step2.op === "add" || step2.op === "remove" || step2.op === "replace")
      write(root, path2, step2.op, step2.value);
    else throw badRequest(`the JSON patch operation ${String(step2.op)} is not known`);
  }
  return root[""];
}
var pointer = (path2) => path2.split("/").map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
function read(root, path2) {
  return pointer(path2).reduce((value, key) => value?.[key], root);
}
function write(root, path2, op, value) {
  const keys = pointer(path2);
  const last = keys.pop() ?? "";
  const parent = keys.reduce((at2, key) => at2?.[key], root);
  if (Array.isArray(parent)) {
    const index = last === "-" ? parent.length : Number(last);
    if (op === "replace") parent[index] = value;
    else if (op === "add") parent.splice(index, 0, value);
    else parent.splice(index, 1);
  } else if (isFields2(parent)) {
    if (op !== "add" && parent[last] === void 0) throw invalid(`the path ${path2} does not exist`);
    if (op === "remove") delete parent[last];
    else parent[last] = value;
  } else throw invalid(`the path ${path2} does not exist`);
}

// lib/simulators/cluster/api.ts
var path = /^\/(?:api|apis\/([^/]+))\/(v\w+)(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?(\/.*)?$/;
function parseTarget(pathname) {
  const namespaces = /^\/api\/v1\/namespaces(?:\/([^/]+))?$/.exec(pathname);
  const found = namespaces === null ? path.exec(pathname) : [null, "", "v1", void 0, "namespaces", namespaces[1]];
  if (found === null) throw noSuchPath();
  const [, group = "", version2, namespace, plural, name, part, rest = ""] = found;
  const resource = resources.find((one) => one.group === group && one.version === version2 && one.plural === plural);
  if (resource === void 0) throw noSuchPath();
  return {
    resource,
    ...namespace != null && { namespace: decodeURIComponent(namespace) },
    ...name != null && { name: decodeURIComponent(name) },
    ...part != null && { part },
    rest: rest ?? ""
  };
}
var Api = class {
  #store;
  #now;
  constructor(store, now) {
    this.#store = store;
    this.#now = now;
  }
  get({ resource, namespace = "", name = "" }) {
    const object = this.#store.get(resource, namespace, name);
    if (object === void 0) throw notFound(resource.plural, name);
    return object;
  }
  has({ resource, namespace = "", name = "" }) {
    return this.#store.get(resource, namespace, name) !== void 0;
  }
  create({ target, body, query }) {
    const sent = objectOf(body);
    const { name = "", generateName = "" } = sent.metadata ?? {};
    if (name === "" && generateName === "") throw badRequest("metadata.name or metadata.generateName is needed");
    if (target.resource.namespaced && target.namespace === void 0) throw badRequest("a namespace is needed");
    const metadata2 = {
      ...sent.metadata,
      ...target.namespace !== void 0 && { namespace: target.namespace }
    };
    const object = withDefaults({
      ...sent,
      kind: target.resource.kind,
      apiVersion: apiVersionOf(target.resource),
      metadata: metadata2
    });
    object.metadata.managedFields = afterUpdate(void 0, object, this.#writer(query));
    return isDryRun(query) ? object : this.#store.create(object);
  }
  replace({ target, body, query }) {
    const before = this.get(target);
    const sent = objectOf(body);
    const wanted = sent.metadata?.resourceVersion;
    if (wanted && wanted !== before.metadata.resourceVersion)
      throw conflict(target.resource.plural, before.metadata.name);
    return this.#put(before, sent, { target, query });
  }
  patch({ target, body, query, contentType }) {
    const before = this.#store.get(target.resource, target.namespace ?? "", target.name ?? "");
    if (contentType.startsWith("application/apply-patch"))
      return this.#apply(before, objectOf(body), { target, query });
    if (before === void 0) throw notFound(target.resource.plural, target.name ?? "");
    const patched = objectOf(applyPatch(contentType, before, body));
    const wanted = patched.metadata?.resourceVersion;
    if (wanted && wanted !== before.metadata.resourceVersion)
      throw conflict(target.resource.plural, before.metadata.name);
    return this.#put(before, patched, { target, query });
  }
  /** Pods end gracefully; everything else is gone at once, with what it owns. */
  delete(target, query, body) {
    const object = this.get(target);
    const wanted = body?.preconditions?.uid;
    if (wanted !== void 0 && wanted !== object.metadata.uid) {
      throw conflict(target.resource.plural, object.metadata.name);
    }
    if (isDryRun(query)) return object;
    if (object.kind !== "Pod" || query.get("gracePeriodSeconds") === "0") {
      this.#store.remove(object);
      return object;
    }
    if (isLeaving(object)) return object;
    const leaving = this.#store.update(object, ({ metadata: metadata2 }) => {
      metadata2.deletionTimestamp = timestamp(this.#now());
    });
    return leaving ?? object;
  }
  #apply(before, sent, { target, query }) {
    const { resource, namespace, name = "" } = target;
    const manager = query.get("fieldManager");
    if (manager === null) throw invalid('PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value');
    const { uid, resourceVersion } = sent.metadata ?? {};
    const isOther = before === void 0 ? uid ?? resourceVersion : uid !== void 0 && uid !== before.metadata.uid;
    const isOld = before !== void 0 && resourceVersion && resourceVersion !== before.metadata.resourceVersion;
    if (isOther || isOld) throw conflict(resource.plural, name);
    const head = { kind: resource.kind, apiVersion: apiVersionOf(resource) };
    const named2 = { ...namespace !== void 0 && { namespace }, name };
    const whole2 = { ...sent, ...head, metadata: { ...sent.metadata, ...named2 } };
    refuseUnknownFields(whole2);
    const live = before ?? { ...head, metadata: named2 };
    const next = withDefaults(
      serverSideApply(live, whole2, { manager, force: query.get("force") === "true", now: this.#now() })
    );
    if (before === void 0) return isDryRun(query) ? next : this.#store.create(next);
    const { resourceVersion: _, uid: __, ...metadata2 } = next.metadata;
    const made = { ...next, metadata: { ...metadata2, ...identityOf(before) }, status: before.status };
    if (before.status === void 0) delete made.status;
    refuseImmutable(before, made);
    return isDryRun(query) ? made : this.#store.replace(made);
  }
  #writer(query, isStatus = false) {
    const manager = query.get("fieldManager") ?? "unknown";
    return { manager, ...isStatus && { subresource: "status" }, now: this.#now() };
  }
  #put(before, sent, { target, query }) {
    const isStatus = target.part === "status";
    if (target.part !== void 0 && !isStatus) throw noSuchPath();
    const halves = isStatus ? { ...before, status: sent.status } : { ...sent, status: before.status };
    const { name, namespace } = before.metadata;
    const metadata2 = {
      ...sent.metadata,
      name,
      ...namespace !== void 0 && { namespace }
    };
    const next = withDefaults({ ...halves, kind: before.kind, apiVersion: before.apiVersion, metadata: metadata2 });
    if (before.status === void 0 && !isStatus) delete next.status;
    next.metadata.managedFields = afterUpdate(before, next, this.#writer(query, isStatus));
    refuseImmutable(before, next);
    return isDryRun(query) ? next : this.#store.replace(next);
  }
};
var isDryRun = (query) => query.get("dryRun") === "All";
function objectOf(body) {
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw badRequest("the body must be an object");
  return body;
}
var identityOf = ({
  metadata: { uid, resourceVersion }
}) => ({
  uid,
  resourceVersion
});

// lib/simulators/cluster/control.ts
import { createHash } from "node:crypto";

// lib/simulators/cluster/image-name.ts
var hostPart = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
var domain = `(?:${hostPart}(?:\\.${hostPart})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
var pathPart = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
var reference = new RegExp(
  `^(${domain})/(${pathPart}(?:/${pathPart})*)(?::[\\w][\\w.-]{0,127})?(?:@([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*):([0-9a-fA-F]{32,}))?$`
);
var digits = {
  sha256: /^[a-f0-9]{64}$/,
  sha384: /^[a-f0-9]{96}$/,
  sha512: /^[a-f0-9]{128}$/
};
var longestPath = 255;
var invalidFormat = "invalid reference format";
function imageNameProblem(name) {
  if (/^[a-f0-9]{64}$/.test(name))
    return `invalid repository name (${name}), cannot specify 64-byte hexadecimal strings`;
  const { host, rest } = splitDomain(name);
  const path2 = rest.split(":", 1)[0];
  if (path2.toLowerCase() !== path2) return `${invalidFormat}: repository name (${path2}) must be lowercase`;
  const [, , repository = "", algorithm, encoded = ""] = reference.exec(`${host}/${rest}`) ?? [];
  if (repository === "") return invalidFormat;
  if (repository.length > longestPath) return `repository name must not be more than ${longestPath} characters`;
  if (algorithm === void 0) return void 0;
  const known2 = Object.hasOwn(digits, algorithm) ? digits[algorithm] : void 0;
  if (known2 === void 0) return "unsupported digest algorithm";
  return known2.test(encoded) ? void 0 : "invalid checksum digest format";
}
function splitDomain(name) {
  const slash = name.indexOf("/");
  const first = name.slice(0, Math.max(slash, 0));
  const isHost = /[.:]/.test(first) || first === "localhost" || first.toLowerCase() !== first;
  const [host, rest] = isHost ? [first, name.slice(slash + 1)] : ["docker.io", name];
  return { host, rest: host === "docker.io" && !rest.includes("/") ? `library/${rest}` : rest };
}

// lib/simulators/cluster/fate.ts
var fates = {
  missing: "the image cannot be pulled: ErrImagePull and ImagePullBackOff in turn",
  unauthorized: "the registry lets nobody in: ErrImagePull and ImagePullBackOff in turn",
  busy: "the registry answers 503 twice, then the image comes",
  invalid: "the image name is refused: InvalidImageName",
  crash: "the program ends with status 1: CrashLoopBackOff",
  oom: "the program is killed for its memory: OOMKilled",
  waits: "the program ends twice, until what it needs is up; then it runs",
  dies: "the program runs and is ready, and ends after four seconds, again and again",
  notready: "the program runs, its readiness probe fails",
  unschedulable: "no node has room: the pod stays Pending",
  config: "a Secret is missing: CreateContainerConfigError",
  late: "a Secret is missing for twelve seconds, then the program runs",
  mount: "a volume cannot be mounted: ContainerCreating, and nothing but an event tells why",
  lingers: "the program runs, and takes four seconds to end when it is asked to",
  quota: "the namespace quota is used up: no pod is created",
  unhealthy: "pods are ready, HTTP requests are answered with 503",
  errors: "pods are ready and healthy, and the numbers of their errors are high: 50 in place of 0.2"
};
var names = Object.keys(fates);
function fateOf(image) {
  if (imageNameProblem(image) !== void 0) return "invalid";
  const tag = image.slice(image.lastIndexOf("/") + 1);
  return names.find((name) => new RegExp(`-${name}(?![a-z])`).test(tag)) ?? "good";
}
var logs = {
  crash: ["reading configuration", "FATAL: cannot open database: connection refused", "exit status 1"],
  waits: ["reading configuration", "FATAL: cannot open database: connection refused", "exit status 1"],
  dies: ["listening on :8080", "FATAL: the license has expired", "exit status 1"],
  oom: ["loading cache", "allocating 512 MiB"],
  notready: ["listening on :8080", "GET /ready 500: dependency not available"],
  unhealthy: ["listening on :8080", "GET /health 503: degraded"],
  errors: ["listening on :8080", "GET /orders 500: cannot read property of undefined"]
};
var logOf = (fate, image) => [
  `starting ${image} (simulated)`,
  ...logs[fate] ?? ["listening on :8080"]
];

// lib/simulators/cluster/quota.ts
function quotaRefusal(store, namespace, { containers }) {
  if (containers.some(({ image }) => fateOf(image) === "quota")) return exceeded("simulated", 0, 0);
  const quotas = store.list(resourceOf("ResourceQuota"), namespace);
  if (quotas.length === 0) return void 0;
  const pods = store.list(resourceOf("Pod"), namespace);
  const used = pods.filter(({ status }) => !["Succeeded", "Failed"].includes(status.phase)).length;
  const full = quotas.find((quota) => used >= limitOf(quota));
  return full && exceeded(full.metadata.name, used, limitOf(full));
}
function limitOf(quota) {
  const { hard = {} } = quota.spec ?? {};
  return Number(hard.pods ?? Number.POSITIVE_INFINITY);
}
var exceeded = (name, used, limit) => `exceeded quota: ${name}, requested: pods=1, used: pods=${used}, limited: pods=${limit}`;

// lib/simulators/cluster/control.ts
function templateHash(template2) {
  return createHash("sha256").update(sorted(template2)).digest("hex").slice(0, 10);
}
var sorted = (value) => JSON.stringify(
  value,
  (_, part) => typeof part === "object" && part !== null && !Array.isArray(part) ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => one < other ? -1 : 1)) : part
);
function createPod(control, owner, made) {
  const { template: template2, labels, name, node } = made;
  const refusal = quotaRefusal(control.store, owner.metadata.namespace ?? "", template2.spec);
  if (refusal !== void 0) {
    refuse(control, owner, { name, refusal });
    return void 0;
  }
  return control.store.create({
    kind: "Pod",
    apiVersion: "v1",
    metadata: {
      ...name === void 0 ? { generateName: `${owner.metadata.name}-` } : { name },
      ...owner.metadata.namespace !== void 0 && { namespace: owner.metadata.namespace },
      labels: { ...template2.metadata?.labels, ...labels },
      ...template2.metadata?.annotations && { annotations: template2.metadata.annotations },
      ownerReferences: [ownerOf(owner)]
    },
    spec: { ...structuredClone(template2.spec), ...node !== void 0 && { nodeName: node } },
    status: { phase: "Pending" }
  });
}
var shortestRetry = 5;
var longestRetry = 96e4;
function refuse(control, owner, { name, refusal }) {
  const { kind, metadata: metadata2 } = owner;
  const forbidden = `pods "${name ?? `${metadata2.name}-`}" is forbidden: ${refusal}`;
  const message = kind === "StatefulSet" ? `create Pod ${name} in StatefulSet ${metadata2.name} failed error: ${forbidden}` : `Error creating: ${forbidden}`;
  const times = warn(control, owner, { reason: "FailedCreate", message });
  control.wake(owner, control.now() + Math.min(shortestRetry * 2 ** (times - 1), longestRetry));
}
function endPod(control, pod2) {
  control.store.update(pod2, (draft) => {
    draft.metadata.deletionTimestamp ??= timestamp(control.now());
  });
}
function withCondition(conditions, next, now) {
  const before = conditions?.find(({ type }) => type === next.type);
  const others2 = (conditions ?? []).filter(({ type }) => type !== next.type);
  if (before?.status === next.status && before.reason === next.reason && before.message === next.message) {
    return [...others2, before];
  }
  const at2 = timestamp(now);
  const lastTransitionTime = before?.status === next.status ? before.lastTransitionTime ?? at2 : at2;
  return [...others2, { ...next, lastUpdateTime: at2, lastTransitionTime }];
}
var withoutCondition = (conditions, type) => (conditions ?? []).filter((condition) => condition.type !== type);
var eventLimit = 1e3;
var eventResource = resourceOf("Event");
var components = {
  Pod: "kubelet",
  ReplicaSet: "replicaset-controller",
  StatefulSet: "statefulset-controller",
  DaemonSet: "daemonset-controller",
  Job: "job-controller"
};
function warn(control, about, { reason, message }) {
  const { store } = control;
  const { name, namespace = "default", uid } = about.metadata;
  const lastTimestamp = timestamp(control.now());
  const eventName = `${name}.${createHash("sha256").update(`${uid} ${reason} ${message}`).digest("hex").slice(0, 16)}`;
  const known2 = store.get(eventResource, namespace, eventName);
  if (known2 !== void 0) {
    const count2 = Number(known2.count) + 1;
    store.update(known2, (draft) => {
      Object.assign(draft, { count: count2, lastTimestamp });
    });
    return count2;
  }
  const component = reason === "FailedScheduling" ? "default-scheduler" : components[about.kind] ?? "simulator";
  store.create({
    kind: "Event",
    apiVersion: "v1",
    metadata: { name: eventName, namespace },
    involvedObject: { apiVersion: about.apiVersion, kind: about.kind, name, namespace, uid },
    type: "Warning",
    reason,
    message,
    source: { component },
    reportingComponent: component,
    firstTimestamp: lastTimestamp,
    lastTimestamp,
    count: 1
  });
  const events = store.list(eventResource);
  if (events.length > eventLimit && events[0] !== void 0) store.remove(events[0]);
  return 1;
}

// lib/simulators/cluster/controllers/revision.ts
function currentRevision(control, owner) {
  const hash = templateHash(owner.spec.template);
  const all = control.store.ownedBy(owner.metadata.uid, "ControllerRevision");
  const highest = Math.max(0, ...all.map(({ revision }) => revision));
  const existing = all.find(({ metadata: metadata2 }) => metadata2.name === `${owner.metadata.name}-${hash}`);
  if (existing !== void 0) {
    if (existing.revision === highest) return existing;
    const raised = control.store.update(existing, (draft) => {
      draft.revision = highest + 1;
    });
    return raised ?? existing;
  }
  return control.store.create({
    kind: "ControllerRevision",
    apiVersion: "apps/v1",
    metadata: {
      name: `${owner.metadata.name}-${hash}`,
      ...owner.metadata.namespace !== void 0 && { namespace: owner.metadata.namespace },
      labels: { ...owner.spec.selector?.matchLabels, "controller-revision-hash": labelValue(owner, hash) },
      ownerReferences: [ownerOf(owner)]
    },
    data: { spec: { template: { ...structuredClone(owner.spec.template), $patch: "replace" } } },
    revision: highest + 1
  });
}
var labelValue = (owner, hash) => owner.kind === "StatefulSet" ? `${owner.metadata.name}-${hash}` : hash;
var templateOf = (revision) => revision.data.spec.template;

// lib/simulators/cluster/controllers/daemon-set.ts
var nodes = ["node-1", "node-2"];
var hashKey = "controller-revision-hash";
function reconcileDaemonSet(control, set) {
  const revision = currentRevision(control, set);
  const hash = revision.metadata.labels?.[hashKey] ?? "";
  const wanted = Object.keys(set.spec.template.spec.nodeSelector ?? {}).length > 0 ? [] : nodes;
  const pods = control.store.ownedBy(set.metadata.uid, "Pod");
  for (const node of wanted) {
    if (pods.some((pod2) => pod2.spec.nodeName === node)) continue;
    createPod(control, set, { template: templateOf(revision), labels: { [hashKey]: hash }, node });
  }
  for (const pod2 of pods) if (!wanted.some((node) => node === pod2.spec.nodeName)) endPod(control, pod2);
  const old = pods.filter((pod2) => pod2.metadata.labels?.[hashKey] !== hash && !isLeaving(pod2));
  const broken = old.filter((pod2) => !isPodReady(pod2));
  const allUp = pods.length === wanted.length && pods.every((pod2) => isPodReady(pod2) && !isLeaving(pod2));
  if (set.spec.updateStrategy?.type !== "OnDelete") {
    for (const pod2 of broken) endPod(control, pod2);
    if (allUp && old[0] !== void 0) endPod(control, old[0]);
  }
  writeStatus(control, set, { hash, desired: wanted.length });
}
function writeStatus(control, set, { hash, desired }) {
  const pods = control.store.ownedBy(set.metadata.uid, "Pod").filter((pod2) => !isLeaving(pod2));
  const ready = pods.filter(isPodReady).length;
  const updated = pods.filter((pod2) => pod2.metadata.labels?.[hashKey] === hash).length;
  control.store.update(set, (draft) => {
    draft.status = {
      currentNumberScheduled: pods.length,
      numberMisscheduled: 0,
      desiredNumberScheduled: desired,
      numberReady: ready,
      observedGeneration: draft.metadata.generation,
      ...withoutZeros({
        updatedNumberScheduled: updated,
        numberAvailable: ready,
        numberUnavailable: desired - ready
      })
    };
  });
}

// lib/simulators/cluster/controllers/rolling-limits.ts
function limitsOf(deployment) {
  const desired = deployment.spec.replicas ?? 1;
  const { maxSurge = "25%", maxUnavailable = "25%" } = deployment.spec.strategy?.rollingUpdate ?? {};
  const part = (value, round) => typeof value === "number" ? value : round(Number.parseInt(value, 10) * desired / 100);
  const surge = part(maxSurge, Math.ceil);
  const unavailable = part(maxUnavailable, Math.floor);
  return { maxSurge: surge, maxUnavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

// lib/simulators/cluster/controllers/deployment-status.ts
var total = (sets, count2) => sets.reduce((sum2, { status }) => sum2 + Number(status?.[count2] ?? 0), 0);
function writeDeploymentStatus(control, deployment, { all, current }) {
  const desired = deployment.spec.replicas ?? 1;
  const counts = {
    replicas: total(all, "replicas"),
    updatedReplicas: total(current === void 0 ? [] : [current], "replicas"),
    readyReplicas: total(all, "readyReplicas"),
    availableReplicas: total(all, "availableReplicas")
  };
  const refused2 = [current].flatMap((set) => set?.status?.conditions ?? []).find(({ type }) => type === "ReplicaFailure");
  control.store.update(deployment, (draft) => {
    progressing(control, draft, { counts, ...current && { current } });
    const conditions = withCondition(draft.status?.conditions, available(draft, counts), control.now());
    draft.status = {
      observedGeneration: draft.metadata.generation,
      ...withoutZeros({ ...counts, unavailableReplicas: Math.max(0, desired - counts.availableReplicas) }),
      conditions: refused2 === void 0 ? withoutCondition(conditions, "ReplicaFailure") : withCondition(conditions, refused2, control.now())
    };
  });
}
function available(deployment, counts) {
  const least = (deployment.spec.replicas ?? 1) - limitsOf(deployment).maxUnavailable;
  return counts.availableReplicas >= least ? {
    type: "Available",
    status: "True",
    reason: "MinimumReplicasAvailable",
    message: "Deployment has minimum availability."
  } : {
    type: "Available",
    status: "False",
    reason: "MinimumReplicasUnavailable",
    message: "Deployment does not have minimum availability."
  };
}
function progressing(control, deployment, sets) {
  const { status = {}, spec, metadata: metadata2 } = deployment;
  const before = status.conditions?.find(({ type }) => type === "Progressing");
  const set = `ReplicaSet "${sets.current?.metadata.name ?? metadata2.name}"`;
  const say = (reason, message) => setProgress(control, deployment, { reason, message });
  if (spec.paused === true) {
    if (before?.reason !== "DeploymentPaused") say("DeploymentPaused", "Deployment is paused");
    return;
  }
  const { replicas, updatedReplicas, availableReplicas } = sets.counts;
  if (before?.reason === "NewReplicaSetAvailable" && replicas === updatedReplicas) return;
  const desired = spec.replicas ?? 1;
  if (updatedReplicas === desired && replicas === desired && availableReplicas === desired) {
    say("NewReplicaSetAvailable", `${set} has successfully progressed.`);
  } else if (hasProgressed(status, sets.counts)) {
    say("ReplicaSetUpdated", `${set} is progressing.`);
  } else if (isOverdue(control, deployment, before)) {
    say("ProgressDeadlineExceeded", `${set} has timed out progressing.`);
  }
}
var statuses = {
  DeploymentPaused: "Unknown",
  DeploymentResumed: "Unknown",
  ProgressDeadlineExceeded: "False"
};
function setProgress(control, draft, { reason, message }) {
  const conditions = draft.status?.conditions ?? [];
  const before = conditions.find(({ type }) => type === "Progressing");
  const status = statuses[reason] ?? "True";
  const at2 = timestamp(control.now());
  const lastTransitionTime = before?.status === status ? before.lastTransitionTime ?? at2 : at2;
  const next = { type: "Progressing", status, reason, message, lastUpdateTime: at2, lastTransitionTime };
  draft.status = { ...draft.status, conditions: [...conditions.filter((one) => one !== before), next] };
}
function hasProgressed(before, counts) {
  const old = (name) => Number(before[name] ?? 0);
  return counts.updatedReplicas > old("updatedReplicas") || counts.replicas - counts.updatedReplicas < old("replicas") - old("updatedReplicas") || counts.readyReplicas > old("readyReplicas") || counts.availableReplicas > old("availableReplicas");
}
function isOverdue(control, deployment, before) {
  if (before?.reason === "NewReplicaSetAvailable") return false;
  if (before?.reason === "ProgressDeadlineExceeded") return true;
  const since = Date.parse(before?.lastUpdateTime ?? "") || control.now();
  const due = since + (deployment.spec.progressDeadlineSeconds ?? 600) * 1e3;
  if (due < control.now()) return true;
  control.wake(deployment, due + 1);
  return false;
}

// lib/simulators/cluster/controllers/scaling.ts
var desiredKey = "deployment.kubernetes.io/desired-replicas";
var mostKey = "deployment.kubernetes.io/max-replicas";
var sizeOf = (set) => set.spec.replicas ?? 0;
var numberIn = ({ metadata: metadata2 }, key) => metadata2.annotations?.[key] === void 0 ? void 0 : Number(metadata2.annotations[key]);
var mostOf = (deployment) => {
  const desired = deployment.spec.replicas ?? 1;
  return desired === 0 ? 0 : desired + limitsOf(deployment).maxSurge;
};
var sizeNotes = (deployment) => ({
  [desiredKey]: String(deployment.spec.replicas ?? 1),
  [mostKey]: String(mostOf(deployment))
});
function scale(control, deployment, set, replicas) {
  control.store.update(set, (draft) => {
    draft.spec.replicas = replicas;
    draft.metadata.annotations = { ...draft.metadata.annotations, ...sizeNotes(deployment) };
  });
}
function scaleInProportion(control, deployment, sets) {
  const active = sets.filter((set) => sizeOf(set) > 0);
  const desired = deployment.spec.replicas ?? 1;
  const isScaled = active.some((set) => (numberIn(set, desiredKey) ?? desired) !== desired);
  if (!isScaled || active.length < 2) return false;
  const toAdd = mostOf(deployment) - active.reduce((sum2, set) => sum2 + sizeOf(set), 0);
  const sorted2 = [...active].sort((one, other) => sizeOf(other) - sizeOf(one));
  let added = 0;
  const shares = sorted2.map((set) => {
    const share = shareOf(deployment, set);
    const left = toAdd - added;
    const part = toAdd > 0 ? Math.min(share, left) : Math.max(share, left);
    added += toAdd === 0 ? 0 : part;
    return toAdd === 0 ? 0 : part;
  });
  sorted2.forEach((set, at2) => {
    const rest = at2 === 0 ? toAdd - added : 0;
    scale(control, deployment, set, Math.max(0, sizeOf(set) + shares[at2] + rest));
  });
  return true;
}
var shareOf = (deployment, set) => {
  const before = numberIn(set, mostKey) ?? Number(deployment.status?.replicas ?? 0);
  return before === 0 ? 0 : Math.round(sizeOf(set) * mostOf(deployment) / before) - sizeOf(set);
};

// lib/simulators/cluster/controllers/deployment.ts
var revisionKey = "deployment.kubernetes.io/revision";
var historyKey = "deployment.kubernetes.io/revision-history";
var revisionOf = (object) => Number(object.metadata.annotations?.[revisionKey] ?? 0);
var sizeOf2 = (replicaSet) => replicaSet.spec.replicas ?? 0;
var availableOf = (replicaSet) => Number(replicaSet.status?.availableReplicas ?? 0);
var sum = (values2) => values2.reduce((total2, value) => total2 + value, 0);
function reconcileDeployment(control, deployment) {
  if (deployment.spec.paused !== true) resume(control, deployment);
  const all = replicaSetsOf(control, deployment);
  const hash = templateHash(deployment.spec.template);
  const existing = all.find(({ metadata: metadata2 }) => metadata2.labels?.["pod-template-hash"] === hash);
  if (deployment.spec.paused === true) {
    writeDeploymentStatus(control, deployment, { all, ...existing && { current: existing } });
    return;
  }
  const current = numbered(control, deployment, all, existing ?? begun(control, deployment, hash));
  const old = all.filter(({ metadata: metadata2 }) => metadata2.uid !== current.metadata.uid);
  const isRolling = deployment.spec.strategy?.type !== "Recreate";
  if (!isRolling) recreate(control, deployment, { current, old });
  else if (!scaleInProportion(control, deployment, [current, ...old])) roll(control, deployment, { current, old });
  forget(control, deployment, old);
  const now = replicaSetsOf(control, deployment);
  const grown = now.find(({ metadata: metadata2 }) => metadata2.uid === current.metadata.uid) ?? current;
  writeDeploymentStatus(control, deployment, { all: now, current: grown });
}
function resume(control, deployment) {
  const { reason } = deployment.status?.conditions?.find(({ type }) => type === "Progressing") ?? {};
  if (reason !== "DeploymentPaused") return;
  const resumed2 = { reason: "DeploymentResumed", message: "Deployment is resumed" };
  control.store.update(deployment, (draft) => setProgress(control, draft, resumed2));
}
function hasResumed({ store }, { kind, metadata: metadata2 }) {
  const newest = store.get(resourceOf(kind), metadata2.namespace ?? "", metadata2.name);
  return newest?.status?.conditions?.some(({ reason }) => reason === "DeploymentResumed") ?? false;
}
function roll(control, deployment, { current, old }) {
  const desired = deployment.spec.replicas ?? 1;
  const { maxSurge, maxUnavailable } = limitsOf(deployment);
  const sets = [current, ...old];
  const room = desired + maxSurge - sum(sets.map(sizeOf2));
  const size = sizeOf2(current);
  if (size > desired) scale(control, deployment, current, desired);
  else if (size < desired && room > 0) {
    scale(control, deployment, current, Math.min(desired, size + room));
    return;
  }
  const least = desired - maxUnavailable;
  const notYet = Math.max(0, Math.min(size, desired) - availableOf(current));
  let spare = sum(sets.map(sizeOf2)) - Math.max(0, size - desired) - least - notYet;
  for (const set of old) {
    const broken = Math.min(spare, sizeOf2(set) - availableOf(set));
    if (broken > 0) {
      scale(control, deployment, set, sizeOf2(set) - broken);
      spare -= broken;
    }
  }
  let leave = Math.min(spare, sum(sets.map(availableOf)) - least);
  for (const set of replicaSetsOf(control, deployment).filter(
    ({ metadata: metadata2 }) => metadata2.uid !== current.metadata.uid
  )) {
    const ending = Math.min(leave, sizeOf2(set));
    if (ending > 0) {
      scale(control, deployment, set, sizeOf2(set) - ending);
      leave -= ending;
    }
  }
}
function recreate(control, deployment, { current, old }) {
  for (const set of old) if (sizeOf2(set) > 0) scale(control, deployment, set, 0);
  const left = old.some(({ metadata: metadata2 }) => control.store.ownedBy(metadata2.uid, "Pod").length > 0);
  if (left) control.wake(deployment, control.now() + control.podStartMilliseconds / 3);
  else scale(control, deployment, current, deployment.spec.replicas ?? 1);
}
function begun(control, deployment, hash) {
  const made = createReplicaSet(control, deployment, hash);
  if (hasResumed(control, deployment)) return made;
  const message = `Created new replica set "${made.metadata.name}"`;
  control.store.update(deployment, (draft) => setProgress(control, draft, { reason: "NewReplicaSetCreated", message }));
  return made;
}
var replicaSetsOf = (control, deployment) => control.store.ownedBy(deployment.metadata.uid, "ReplicaSet");
function createReplicaSet(control, deployment, hash) {
  const labels = { ...deployment.spec.template.metadata?.labels, "pod-template-hash": hash };
  const { template: template2, selector, minReadySeconds } = deployment.spec;
  const { name, namespace } = deployment.metadata;
  return control.store.create({
    kind: "ReplicaSet",
    apiVersion: "apps/v1",
    metadata: {
      name: `${name}-${hash}`,
      ...namespace !== void 0 && { namespace },
      labels,
      annotations: sizeNotes(deployment),
      ownerReferences: [ownerOf(deployment)]
    },
    spec: {
      replicas: 0,
      ...minReadySeconds !== void 0 && { minReadySeconds },
      selector: { matchLabels: { ...selector?.matchLabels, "pod-template-hash": hash } },
      template: { ...structuredClone(template2), metadata: { ...template2.metadata, labels } }
    },
    status: { replicas: 0 }
  });
}
function numbered(control, deployment, all, current) {
  const highest = Math.max(0, ...all.filter((set) => set.metadata.uid !== current.metadata.uid).map(revisionOf));
  const before = revisionOf(current);
  const number = before > highest ? before : highest + 1;
  const made = control.store.update(current, ({ metadata: metadata2 }) => {
    const past = [metadata2.annotations?.[historyKey], String(before)].filter((part) => part !== void 0).join(",");
    metadata2.annotations = {
      ...metadata2.annotations,
      [revisionKey]: String(number),
      ...before > 0 && before !== number && { [historyKey]: past }
    };
  });
  control.store.update(deployment, ({ metadata: metadata2 }) => {
    metadata2.annotations = { ...metadata2.annotations, [revisionKey]: String(number) };
  });
  return made ?? current;
}
function forget(control, deployment, old) {
  const limit = deployment.spec.revisionHistoryLimit ?? 10;
  const empty = old.filter((set) => sizeOf2(set) === 0 && Number(set.status?.replicas ?? 0) === 0);
  const spare = [...empty].sort((one, other) => revisionOf(one) - revisionOf(other)).slice(0, empty.length - limit);
  if (empty.length > limit) for (const set of spare) control.store.remove(set);
}

// lib/simulators/cluster/controllers/http-route.ts
var services = resourceOf("Service", "v1");
function reconcileHttpRoute(control, object) {
  const route = object;
  const refs = route.spec?.rules?.flatMap(({ backendRefs = [] }) => backendRefs) ?? [];
  const { namespace = "" } = route.metadata;
  const lost = refs.find(({ name = "" }) => control.store.get(services, namespace, name) === void 0);
  const resolved = lost === void 0 ? { type: "ResolvedRefs", status: "True", reason: "ResolvedRefs", message: "all backends are there" } : { type: "ResolvedRefs", status: "False", reason: "BackendNotFound", message: `no Service ${lost.name}` };
  const accepted = { type: "Accepted", status: "True", reason: "Accepted", message: "the route is taken" };
  control.store.update(object, (draft) => {
    const of2 = draft;
    of2.status = {
      parents: (of2.spec?.parentRefs ?? []).map((parentRef, at2) => {
        const before = of2.status?.parents?.[at2]?.conditions;
        const conditions = [accepted, resolved].reduce(
          (all, condition) => withCondition(all, condition, control.now()),
          [...before ?? []]
        );
        const observedGeneration = of2.metadata.generation;
        return {
          ...{ parentRef, controllerName: "simulated.example/gateway" },
          conditions: conditions.map((condition) => ({ ...condition, observedGeneration }))
        };
      })
    };
  });
}

// lib/simulators/cluster/controllers/job.ts
var retryMilliseconds = 300;
function reconcileJob(control, job2) {
  if (job2.status?.conditions?.some(({ type }) => type === "Complete" || type === "Failed")) {
    expire(control, job2);
    return;
  }
  const pods = control.store.ownedBy(job2.metadata.uid, "Pod");
  const inPhase = (...phases) => pods.filter(({ status }) => phases.includes(status.phase)).length;
  const succeeded = inPhase("Succeeded");
  const failed = inPhase("Failed");
  let active = pods.filter((pod2) => ["Pending", "Running"].includes(pod2.status.phase) && !isLeaving(pod2)).length;
  const completions = job2.spec.completions ?? 1;
  const ending = endingOf(job2, { succeeded, failed, completions });
  if (ending === void 0 && job2.spec.suspend !== true) {
    const due = lastEnd(pods) + (failed > 0 ? retryMilliseconds : 0);
    const wanted = Math.min(job2.spec.parallelism ?? 1, completions - succeeded);
    if (active < wanted && control.now() < due) control.wake(job2, due);
    for (; active < wanted && control.now() >= due; active += 1) if (create(control, job2) === void 0) break;
  }
  if (ending?.type === "Failed") {
    warn(control, job2, { reason: String(ending.reason), message: String(ending.message) });
  }
  control.store.update(job2, (draft) => {
    const at2 = timestamp(control.now());
    draft.status = {
      ...job2.spec.suspend !== true && { startTime: draft.status?.startTime ?? at2 },
      ...withoutZeros({ active, succeeded, failed, ready: inPhase("Running") }),
      ...conditionsOf(control, job2, ending),
      ...ending?.type === "Complete" && { completionTime: at2 }
    };
  });
}
function endingOf(job2, { succeeded, failed, completions }) {
  if (succeeded >= completions) {
    return { type: "Complete", reason: "CompletionsReached", message: "Reached expected number of succeeded pods" };
  }
  if (failed <= (job2.spec.backoffLimit ?? 6)) return void 0;
  return { type: "Failed", reason: "BackoffLimitExceeded", message: "Job has reached the specified backoff limit" };
}
function conditionsOf({ now }, job2, ending) {
  const before = job2.status?.conditions ?? [];
  const isSuspended = job2.spec.suspend === true;
  const told = [];
  if (isSuspended || before.some(({ type }) => type === "Suspended")) told.push(isSuspended ? suspended : resumed);
  if (ending !== void 0) {
    const first = ending.type === "Complete" ? "SuccessCriteriaMet" : "FailureTarget";
    told.push({ ...ending, type: first, status: "True" }, { ...ending, status: "True" });
  }
  const conditions = told.reduce((all, next) => withCondition(all, next, now()), [...before]);
  return conditions.length > 0 ? { conditions } : {};
}
var suspended = { type: "Suspended", status: "True", reason: "JobSuspended", message: "Job suspended" };
var resumed = { type: "Suspended", status: "False", reason: "JobResumed", message: "Job resumed" };
function expire(control, job2) {
  const seconds = job2.spec.ttlSecondsAfterFinished;
  if (typeof seconds !== "number") return;
  const ended2 = (job2.status?.conditions ?? []).find(({ type }) => type === "Complete" || type === "Failed");
  const due = (Date.parse(ended2?.lastTransitionTime ?? "") || control.now()) + seconds * 1e3;
  if (due <= control.now()) control.store.remove(job2);
  else control.wake(job2, due);
}
var lastEnd = (pods) => Math.max(
  0,
  ...pods.flatMap(({ status }) => status.containerStatuses ?? []).map(({ state }) => Date.parse(state.terminated?.finishedAt ?? "") || 0)
);
function create(control, job2) {
  const labels = {
    "job-name": job2.metadata.name,
    "batch.kubernetes.io/job-name": job2.metadata.name,
    "controller-uid": job2.metadata.uid
  };
  return createPod(control, job2, { template: job2.spec.template, labels });
}

// lib/simulators/cluster/controllers/replica-set.ts
function reconcileReplicaSet(control, replicaSet) {
  const pods = control.store.ownedBy(replicaSet.metadata.uid, "Pod").filter((pod2) => !isLeaving(pod2));
  const missing = (replicaSet.spec.replicas ?? 1) - pods.length;
  const labels = replicaSet.metadata.labels ?? {};
  const made = [];
  while (made.length < missing) {
    const pod2 = createPod(control, replicaSet, { template: replicaSet.spec.template, labels });
    if (pod2 === void 0) break;
    made.push(pod2);
  }
  const refused2 = made.length < missing;
  const spare = missing < 0 ? [...pods].sort(notReadyFirst).slice(0, -missing) : [];
  for (const pod2 of spare) endPod(control, pod2);
  const kept = [...pods.filter((pod2) => !spare.includes(pod2)), ...made];
  writeStatus2(control, replicaSet, kept, refused2);
}
var readySince = ({ status }) => Date.parse(status.conditions?.find(({ type }) => type === "Ready")?.lastTransitionTime ?? "") || 0;
var notReadyFirst = (one, other) => Number(isPodReady(one)) - Number(isPodReady(other));
function writeStatus2(control, replicaSet, pods, refused2) {
  const { now, store } = control;
  const minReady = (replicaSet.spec.minReadySeconds ?? 0) * 1e3;
  const ready = pods.filter(isPodReady);
  const available2 = ready.filter((pod2) => {
    const due = readySince(pod2) + minReady;
    if (minReady > 0 && due > now()) control.wake(replicaSet, due);
    return minReady === 0 || due <= now();
  });
  store.update(replicaSet, (draft) => {
    const message = refusalOf(control.store, draft);
    const failure = { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message };
    const conditions = refused2 ? withCondition(draft.status?.conditions, failure, now()) : withoutCondition(draft.status?.conditions, "ReplicaFailure");
    draft.status = {
      replicas: pods.length,
      ...withoutZeros({
        fullyLabeledReplicas: pods.length,
        readyReplicas: ready.length,
        availableReplicas: available2.length
      }),
      observedGeneration: draft.metadata.generation,
      ...conditions.length > 0 && { conditions }
    };
  });
}
var refusalOf = (store, { metadata: metadata2, spec }) => {
  const refusal = quotaRefusal(store, metadata2.namespace ?? "", spec.template.spec) ?? "exceeded quota";
  return `pods "${metadata2.name}-" is forbidden: ${refusal}`;
};

// lib/simulators/cluster/controllers/stateful-set.ts
var hashKey2 = "controller-revision-hash";
var ordinalOf = (pod2) => Number(pod2.metadata.name.slice(pod2.metadata.name.lastIndexOf("-") + 1));
var revisionOf2 = (pod2) => pod2.metadata.labels?.[hashKey2];
var byOrdinal = (one, other) => ordinalOf(one) - ordinalOf(other);
function reconcileStatefulSet(control, set) {
  const update = currentRevision(control, set);
  const current = String(set.status?.currentRevision ?? update.metadata.name);
  step(control, set, { update, current });
  writeStatus3(control, set, { update: update.metadata.name, current });
}
var podsOf = (control, set) => control.store.ownedBy(set.metadata.uid, "Pod");
function step(control, set, { update, current }) {
  const pods = [...podsOf(control, set)].sort(byOrdinal);
  const desired = set.spec.replicas ?? 1;
  const partition = set.spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  const inOrder = set.spec.podManagementPolicy !== "Parallel";
  for (let ordinal = 0; ordinal < desired; ordinal += 1) {
    const pod2 = pods.find((one) => ordinalOf(one) === ordinal);
    if (pod2 === void 0)
      create2(control, set, {
        ordinal,
        revision: ordinal >= partition ? update : named(control, set, current) ?? update
      });
    const isUp = pod2 !== void 0 && isPodReady(pod2) && !isLeaving(pod2);
    if (inOrder && !isUp) return;
  }
  const spare = pods.filter((pod2) => ordinalOf(pod2) >= desired).at(-1);
  if (spare !== void 0) {
    if (!isLeaving(spare)) endPod(control, spare);
    return;
  }
  if (set.spec.updateStrategy?.type === "OnDelete") return;
  for (const pod2 of [...pods].reverse().filter((one) => ordinalOf(one) >= partition)) {
    if (isLeaving(pod2)) return;
    if (revisionOf2(pod2) !== update.metadata.name) {
      endPod(control, pod2);
      return;
    }
    if (!isPodReady(pod2)) return;
  }
}
var named = (control, set, name) => control.store.ownedBy(set.metadata.uid, "ControllerRevision").find(({ metadata: metadata2 }) => metadata2.name === name);
function create2(control, set, { ordinal, revision }) {
  const name = `${set.metadata.name}-${ordinal}`;
  const labels = { [hashKey2]: revision.metadata.name, "statefulset.kubernetes.io/pod-name": name };
  createPod(control, set, { template: templateOf(revision), labels, name });
}
function writeStatus3(control, set, { update, current }) {
  const pods = podsOf(control, set).filter((pod2) => !isLeaving(pod2));
  const updated = pods.filter((pod2) => revisionOf2(pod2) === update);
  const ready = pods.filter(isPodReady);
  const partition = set.spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  const isComplete = partition === 0 && updated.length === (set.spec.replicas ?? 1) && ready.length === updated.length;
  const now = isComplete ? update : current;
  control.store.update(set, (draft) => {
    draft.status = {
      observedGeneration: draft.metadata.generation,
      replicas: pods.length,
      ...withoutZeros({
        readyReplicas: ready.length,
        availableReplicas: ready.length,
        currentReplicas: pods.filter((pod2) => revisionOf2(pod2) === now).length,
        updatedReplicas: updated.length
      }),
      currentRevision: now,
      updateRevision: update,
      collisionCount: 0
    };
  });
}

// lib/simulators/cluster/container-moment.ts
var pullMilliseconds = 700;
var runMilliseconds = 250;
var longestBackoff = 5e3;
var lateMilliseconds = 12e3;
var dyingMilliseconds = 4e3;
function momentOf(fate, setting) {
  switch (fate) {
    case "missing":
    case "unauthorized":
      return pulling(setting, pullErrors[fate](setting.image));
    case "busy":
      return setting.step < 4 ? pulling(setting, pullErrors[fate](setting.image)) : running(setting, 4);
    case "invalid":
      return refused(setting.image);
    case "config":
      return secretMissing;
    case "late":
      return setting.step === 0 ? { ...secretMissing, next: lateMilliseconds } : running(setting, 1);
    case "mount":
      return notMounted;
    case "crash":
    case "dies":
      return crashing(setting, { exitCode: 1, reason: "Error" }, fate === "dies");
    case "oom":
      return crashing(setting, { exitCode: 137, reason: "OOMKilled" });
    case "waits":
      return waitingForOthers(setting);
    case "notready":
      return setting.probed ? notReady(setting) : running(setting);
    default:
      return running(setting);
  }
}
function running({ step: step2, at: at2, ends }, first = 0) {
  if (!ends) return { state: { running: { startedAt: at2 } }, ready: true };
  if (step2 === first) return { state: { running: { startedAt: at2 } }, ready: true, next: runMilliseconds };
  return { state: { terminated: { exitCode: 0, reason: "Completed", startedAt: at2, finishedAt: at2 } } };
}
var notReady = ({ at: at2 }) => ({
  state: { running: { startedAt: at2 } },
  warnings: [{ reason: "Unhealthy", message: "Readiness probe failed: HTTP probe failed with statuscode: 500" }]
});
var unresolved = (code, image, why) => `rpc error: code = ${code} desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${why}`;
var pullErrors = {
  missing: (image) => unresolved("NotFound", image, `${image}: not found`),
  unauthorized: (image) => unresolved(
    "Unknown",
    image,
    "failed to authorize: failed to fetch oauth token: unexpected status: 401 Unauthorized"
  ),
  busy: (image) => unresolved("Unavailable", image, "unexpected status: 503 Service Unavailable")
};
function pulling({ step: step2, image }, error) {
  const isTry = step2 % 2 === 0;
  const reason = isTry ? "ErrImagePull" : "ImagePullBackOff";
  const message = isTry ? error : `Back-off pulling image "${image}": ErrImagePull: ${error}`;
  const failed = { reason: "Failed", message: `Failed to pull image "${image}": ${error}` };
  const warnings = [...isTry ? [failed] : [], { reason: "Failed", message: `Error: ${reason}` }];
  return { state: { waiting: { reason, message } }, next: pullMilliseconds, warnings };
}
function refused(image) {
  const problem2 = imageNameProblem(image) ?? "invalid reference format";
  const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": ${problem2}`;
  const warnings = [
    { reason: "InspectFailed", message },
    { reason: "Failed", message: "Error: InvalidImageName" }
  ];
  return { state: { waiting: { reason: "InvalidImageName", message } }, warnings };
}
var missingSecret = 'secret "app-settings" not found';
var secretMissing = {
  state: { waiting: { reason: "CreateContainerConfigError", message: missingSecret } },
  warnings: [{ reason: "Failed", message: `Error: ${missingSecret}` }]
};
var notMounted = {
  state: { waiting: { reason: "ContainerCreating" } },
  warnings: [
    { reason: "FailedMount", message: 'MountVolume.SetUp failed for volume "data" : configmap "app-data" not found' }
  ]
};
function crashing(setting, end, isReady = false) {
  const { step: step2, at: at2, once } = setting;
  const round = Math.floor(step2 / 3);
  const terminated = { ...end, startedAt: at2, finishedAt: at2 };
  const lastState = round === 0 ? {} : { terminated };
  if (step2 % 3 === 0) {
    const next = isReady ? dyingMilliseconds : runMilliseconds;
    return { state: { running: { startedAt: at2 } }, lastState, restarts: round, next, ready: isReady };
  }
  if (step2 % 3 === 1) {
    return { state: { terminated }, lastState, restarts: round, ...!once && { next: runMilliseconds } };
  }
  const about = `container=${setting.name} pod=${setting.pod}`;
  const message = `back-off ${backoffOf(round)} restarting failed ${about}`;
  const warned = `Back-off restarting failed container ${setting.name} in pod ${setting.pod}`;
  return {
    state: { waiting: { reason: "CrashLoopBackOff", message } },
    lastState: { terminated },
    restarts: round,
    next: Math.min(500 * (round + 1), longestBackoff),
    warnings: [{ reason: "BackOff", message: warned }]
  };
}
function backoffOf(round) {
  const seconds = Math.min(10 * 2 ** round, 300);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
var endsBefore = 2;
function waitingForOthers(setting) {
  const end = { exitCode: 1, reason: "Error" };
  if (setting.step < endsBefore * 3) return crashing(setting, end);
  const { at: at2 } = setting;
  const lastState = { terminated: { ...end, startedAt: at2, finishedAt: at2 } };
  return { ...running(setting, endsBefore * 3), lastState, restarts: endsBefore };
}

// lib/simulators/cluster/pod-status.ts
function podStatus(pod2, containers) {
  const { inits, own, isInitialized } = containers;
  const phase = phaseOf(pod2, containers);
  const isOver = phase === "Succeeded" || phase === "Failed";
  const sidecars = inits.filter((_, at2) => pod2.spec.initContainers?.[at2]?.restartPolicy === "Always");
  const isReady = !isOver && isInitialized && [...sidecars, ...own].every(({ ready }) => ready);
  const unready = [...sidecars, ...own].filter(({ ready }) => !ready).map(({ name }) => name);
  const not = isOver ? { reason: phase === "Succeeded" ? "PodCompleted" : "PodFailed" } : { reason: "ContainersNotReady", message: `containers with unready status: [${unready.join(" ")}]` };
  const state = isReady ? { status: "True" } : { status: "False", ...not };
  return {
    phase,
    conditions: [
      { type: "Initialized", status: isInitialized ? "True" : "False" },
      { type: "Ready", ...state },
      { type: "ContainersReady", ...state },
      { type: "PodScheduled", status: "True" }
    ],
    ...inits.length > 0 && { initContainerStatuses: inits.map((status) => isOver ? ended(status) : status) },
    containerStatuses: own
  };
}
function ended(status) {
  const { running: running2 } = status.state;
  if (running2 === void 0) return status;
  const { startedAt } = running2;
  const terminated = { exitCode: 0, reason: "Completed", startedAt, finishedAt: startedAt };
  return { ...status, ready: false, started: false, state: { terminated } };
}
function phaseOf(pod2, { inits, own, isInitialized }) {
  if ((pod2.spec.restartPolicy ?? "Always") !== "Always") {
    const isBad = ({ state }) => (state.terminated?.exitCode ?? 0) !== 0;
    if (inits.some(isBad)) return "Failed";
    if (own.every(({ state }) => state.terminated !== void 0)) return own.some(isBad) ? "Failed" : "Succeeded";
  }
  const hasBegun = own.every(({ state, lastState }) => state.waiting === void 0 || lastState.terminated);
  return isInitialized && hasBegun ? "Running" : "Pending";
}
var keepTimes = (before, next, now) => next.map((condition) => {
  const known2 = before?.find(({ type }) => type === condition.type);
  const since = known2?.status === condition.status ? known2.lastTransitionTime : void 0;
  return { ...condition, lastTransitionTime: since ?? timestamp(now) };
});

// lib/simulators/cluster/pod-life.ts
var isUnschedulable = ({ spec }) => spec.containers.some(({ image }) => fateOf(image) === "unschedulable");
var unscheduled = {
  reason: "Unschedulable",
  message: "0/2 nodes are available: 2 Insufficient cpu. preemption: 0/2 nodes are available: 2 No preemption victims found."
};
var lingerMilliseconds = 4e3;
var leaveMilliseconds = ({ spec }, podStartMilliseconds) => spec.containers.some(({ image }) => fateOf(image) === "lingers") ? lingerMilliseconds : podStartMilliseconds / 3;
var hasEnded = ({ status }) => ["Succeeded", "Failed"].includes(status.phase);
var ipOf = ({ number }) => `10.244.${number >> 8 & 255}.${number & 255}`;
function liveOn(pod2, life, times) {
  const one = new Living(pod2, life, times);
  let mayStart = true;
  const inits = (pod2.spec.initContainers ?? []).map((container2) => {
    const isSidecar = container2.restartPolicy === "Always";
    const status2 = mayStart ? one.advance(container2, isSidecar ? "stays" : "ends") : waiting(container2);
    mayStart &&= isSidecar ? status2.started : status2.state.terminated?.exitCode === 0;
    return status2;
  });
  const ends = (pod2.spec.restartPolicy ?? "Always") === "Always" ? "stays" : "ends";
  const own = pod2.spec.containers.map((container2) => mayStart ? one.advance(container2, ends) : waiting(container2));
  const status = podStatus(pod2, { inits, own, isInitialized: mayStart });
  return {
    status: { ...status, podIP: ipOf(life), startTime: timestamp(life.born) },
    warnings: one.warnings,
    ...one.wakeAt !== void 0 && { wakeAt: one.wakeAt }
  };
}
var waiting = (container2) => statusOf(container2, void 0, "PodInitializing");
var Living = class {
  #pod;
  #life;
  #times;
  warnings = [];
  wakeAt;
  constructor(pod2, life, times) {
    this.#pod = pod2;
    this.#life = life;
    this.#times = times;
  }
  /** Moves a container on when its time has come; its status at this moment. */
  advance(container2, end) {
    const { now, podStartMilliseconds } = this.#times;
    const hasInits = (this.#pod.spec.initContainers ?? []).length > 0;
    const isFirst = Object.keys(this.#life.containers).length === 0;
    const begins = (hasInits && !isFirst ? now : this.#life.born) + podStartMilliseconds;
    const life = this.#life.containers[container2.name] ?? { step: 0, due: begins, started: false };
    this.#life.containers[container2.name] = life;
    const moment = this.#momentOf(container2, life, end);
    if (life.due !== void 0) this.wakeAt = Math.min(this.wakeAt ?? life.due, Math.max(life.due, now + 1));
    return statusOf(container2, moment, "ContainerCreating", this.#pod.metadata.uid);
  }
  /** Undefined while it is created. */
  #momentOf(container2, life, end) {
    const { now } = this.#times;
    const isDue = life.due !== void 0 && life.due <= now;
    if (!life.started && !isDue) return void 0;
    if (isDue && life.started) life.step += 1;
    life.started = true;
    const { initContainerStatuses = [], containerStatuses = [] } = this.#pod.status;
    const before = [...initContainerStatuses, ...containerStatuses].find(({ name: name2 }) => name2 === container2.name);
    if (!isDue && before !== void 0) return { ...momentNow(before), ...life.due && { next: life.due - now } };
    const { name, namespace = "default", uid } = this.#pod.metadata;
    const moment = momentOf(fateOf(container2.image), {
      name: container2.name,
      image: container2.image,
      pod: `${name}_${namespace}(${uid})`,
      step: life.step,
      at: timestamp(now),
      ends: end === "ends",
      once: (this.#pod.spec.restartPolicy ?? "Always") !== "Always" && container2.restartPolicy !== "Always",
      probed: container2.readinessProbe !== void 0
    });
    life.due = moment.next === void 0 ? void 0 : now + moment.next;
    this.warnings.push(...moment.warnings ?? []);
    return moment;
  }
};
var momentNow = (status) => ({
  state: status.state,
  lastState: status.lastState,
  ready: status.ready,
  restarts: status.restartCount
});
function statusOf(container2, moment, creating, uid = "") {
  const hasRun = moment !== void 0 && (moment.state.waiting === void 0 || moment.lastState?.terminated !== void 0);
  return {
    name: container2.name,
    image: container2.image,
    imageID: hasRun ? imageId(container2.image) : "",
    ready: moment?.ready ?? false,
    started: moment?.state.running !== void 0,
    restartCount: moment?.restarts ?? 0,
    state: moment?.state ?? { waiting: { reason: creating } },
    lastState: moment?.lastState ?? {},
    ...hasRun && { containerID: `simulated://${uid}` }
  };
}
function imageId(image) {
  const [name = "", digest = `sha256:${Buffer.from(image).toString("hex").padEnd(64, "0").slice(-64)}`] = image.split("@");
  const colon = name.indexOf(":", name.lastIndexOf("/") + 1);
  return `${colon < 0 ? name : name.slice(0, colon)}@${digest}`;
}

// lib/simulators/cluster/kubelet.ts
var Kubelet = class {
  #lives = /* @__PURE__ */ new Map();
  #control;
  #memory;
  #count = 0;
  constructor(control, memory2) {
    this.#control = control;
    this.#memory = memory2;
    for (const life of memory2.all("life")) {
      this.#lives.set(life.uid, life);
      this.#count = Math.max(this.#count, life.number);
    }
  }
  reconcile(pod2) {
    const life = this.#lifeOf(pod2);
    this.#live(pod2, life);
    if (this.#lives.has(life.uid)) this.#memory.put("life", life.uid, life);
  }
  #live(pod2, life) {
    const { now, podStartMilliseconds, wake } = this.#control;
    if (isLeaving(pod2)) {
      life.leavesAt ??= now() + leaveMilliseconds(pod2, podStartMilliseconds);
      if (now() < life.leavesAt) wake(pod2, life.leavesAt);
      else this.#remove(pod2);
      return;
    }
    if (hasEnded(pod2)) return;
    if (isUnschedulable(pod2)) this.#refuse(pod2);
    else this.#run(pod2, life);
  }
  /** Forgets a pod that was removed from outside. */
  forget(uid) {
    this.#lives.delete(uid);
    this.#memory.remove("life", uid);
  }
  #lifeOf(pod2) {
    const known2 = this.#lives.get(pod2.metadata.uid);
    if (known2 !== void 0) return known2;
    this.#count += 1;
    const { uid } = pod2.metadata;
    const made = { uid, number: this.#count, born: this.#control.now(), containers: {} };
    this.#lives.set(uid, made);
    return made;
  }
  #remove(pod2) {
    this.forget(pod2.metadata.uid);
    this.#control.store.remove(pod2);
  }
  #refuse(pod2) {
    const { reason, message } = unscheduled;
    if (pod2.status.conditions === void 0) warn(this.#control, pod2, { reason: "FailedScheduling", message });
    const condition = { type: "PodScheduled", status: "False", reason, message };
    this.#write(pod2, { phase: "Pending", conditions: [condition] });
  }
  #run(pod2, life) {
    const { now, podStartMilliseconds, wake } = this.#control;
    const { status, warnings, wakeAt } = liveOn(pod2, life, { now: now(), podStartMilliseconds });
    for (const warning of warnings) warn(this.#control, pod2, warning);
    if (wakeAt !== void 0) wake(pod2, wakeAt);
    this.#write(pod2, status);
  }
  #write(pod2, status) {
    this.#control.store.update(pod2, (draft) => {
      draft.status = {
        ...status,
        conditions: keepTimes(draft.status.conditions, status.conditions ?? [], this.#control.now())
      };
      if (status.podIP !== void 0) draft.spec.nodeName ??= `node-${this.#count % 2 + 1}`;
    });
  }
};

// lib/simulators/cluster/control-loop.ts
var roundsPerTick = 5;
var ControlLoop = class {
  #options;
  #control;
  #kubelet;
  #dirty = /* @__PURE__ */ new Set();
  #wakes = /* @__PURE__ */ new Map();
  #reconcilers;
  #timer;
  #timerAt = 0;
  #closed = false;
  constructor(store, options) {
    this.#options = options;
    this.#control = {
      store,
      podStartMilliseconds: options.podStartMilliseconds,
      now: options.now,
      wake: (object, at2) => this.#wakeAt(`${object.kind} ${keyOf(object)}`, at2)
    };
    const control = this.#control;
    this.#kubelet = new Kubelet(control, options.memory);
    this.#reconcilers = {
      Deployment: (object) => reconcileDeployment(control, object),
      ReplicaSet: (object) => reconcileReplicaSet(control, object),
      StatefulSet: (object) => reconcileStatefulSet(control, object),
      DaemonSet: (object) => reconcileDaemonSet(control, object),
      Job: (object) => reconcileJob(control, object),
      HTTPRoute: (object) => reconcileHttpRoute(control, object),
      Pod: (object) => this.#kubelet.reconcile(object)
    };
    store.listen((change) => this.#notice(change));
    for (const object of resources.flatMap((resource) => store.list(resource))) this.#mark(object.kind, keyOf(object));
  }
  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
  }
  /** Runs what is due now; the timer does this by itself. */
  tick() {
    this.#options.memory.together(() => this.#runDue());
    this.#plan();
  }
  #runDue() {
    const now = this.#options.now();
    for (const [key, at2] of this.#wakes) {
      if (at2 > now) continue;
      this.#wakes.delete(key);
      this.#dirty.add(key);
    }
    for (let round = 0; round < roundsPerTick && this.#dirty.size > 0; round += 1) {
      const keys = [...this.#dirty];
      this.#dirty.clear();
      for (const key of keys) this.#reconcile(key);
    }
  }
  #reconcile(key) {
    const [kind = "", path2 = ""] = key.split(" ");
    const [namespace = "", name = ""] = path2.split("/");
    const object = this.#control.store.get(resourceOf(kind), namespace, name);
    if (object === void 0) return;
    try {
      this.#reconcilers[kind]?.(object);
    } catch (error) {
      process.stderr.write(`simulated cluster: ${kind} ${path2}: ${error instanceof Error ? error.message : error}
`);
    }
  }
  #notice({ type, object }) {
    if (object.kind === "Pod" && type === "DELETED") this.#kubelet.forget(object.metadata.uid);
    const isNews = object.kind !== "Pod" || type === "ADDED" || object.metadata.deletionTimestamp !== void 0;
    if (type !== "DELETED" && isNews) this.#mark(object.kind, keyOf(object));
    for (const owner of object.metadata.ownerReferences ?? []) {
      this.#mark(owner.kind, `${object.metadata.namespace ?? ""}/${owner.name}`);
    }
  }
  #mark(kind, key) {
    if (!Object.hasOwn(this.#reconcilers, kind)) return;
    this.#dirty.add(`${kind} ${key}`);
    this.#plan();
  }
  #wakeAt(key, at2) {
    this.#wakes.set(key, Math.min(at2, this.#wakes.get(key) ?? Number.POSITIVE_INFINITY));
  }
  #plan() {
    if (this.#closed) return;
    const now = this.#options.now();
    const next = this.#dirty.size > 0 ? now : Math.min(...this.#wakes.values());
    if (next === Number.POSITIVE_INFINITY) return;
    const due = Math.max(next, now + this.#options.tickMilliseconds);
    if (this.#timer !== void 0 && this.#timerAt <= due) return;
    clearTimeout(this.#timer);
    this.#timerAt = due;
    this.#timer = setTimeout(() => {
      this.#timer = void 0;
      this.tick();
    }, due - now);
  }
};

// lib/simulators/cluster/prometheus.ts
var prometheusPlace = { namespace: "monitoring", service: "prometheus:9090" };
var good = 0.2;
var bad = 50;
var mostPoints = 11e3;
var prometheusAnswer = (store, path2, query) => {
  if (!path2.endsWith("/api/v1/query_range")) return { status: 404, body: "404 page not found\n" };
  const [start, end, step2] = ["start", "end", "step"].map((name) => Number(query.get(name) ?? Number.NaN));
  const text = query.get("query") ?? "";
  if (text === "")
    return problem('invalid parameter "query": unknown position: parse error: no expression found in input');
  if (!isTime(start) || !isTime(end) || !isTime(step2) || step2 <= 0 || end < start) {
    return problem('invalid parameter "start", "end" or "step": cannot parse to a valid timestamp');
  }
  if ((end - start) / step2 > mostPoints) return problem("exceeded maximum resolution of 11,000 points per timeseries");
  const pods = podsIn(store, text);
  const values2 = [];
  for (let at2 = start; at2 <= end; at2 += step2) {
    const ready = pods.filter(({ since }) => since <= at2 * 1e3);
    if (ready.length > 0) values2.push([at2, String(ready.some(({ isBad }) => isBad) ? bad : good)]);
  }
  const result = values2.length === 0 ? [] : [{ metric: {}, values: values2 }];
  return { status: 200, body: JSON.stringify({ status: "success", data: { resultType: "matrix", result } }) };
};
var isTime = (value) => value !== void 0 && Number.isFinite(value);
var problem = (error) => ({
  status: 400,
  body: JSON.stringify({ status: "error", errorType: "bad_data", error })
});
var podsIn = (store, text) => {
  const namespace = /\bnamespace="([^"]*)"/.exec(text)?.[1];
  const pods = store.list(resourceOf("Pod"), namespace);
  return pods.filter((pod2) => isPodReady(pod2) && isNamed(text, workloadOf(store, pod2))).map((pod2) => ({
    isBad: pod2.spec.containers.some(({ image }) => fateOf(image) === "errors"),
    since: Date.parse(pod2.status?.conditions?.find(({ type }) => type === "Ready")?.lastTransitionTime ?? "")
  }));
};
var isNamed = (text, name) => new RegExp(`(?<![\\w.-])${name.replaceAll(".", "\\.")}(?:-[.[(].*)?(?![\\w.-])`).test(text);
var workloadOf = (store, pod2) => {
  const [owner] = pod2.metadata.ownerReferences ?? [];
  if (owner === void 0) return pod2.metadata.name;
  if (owner.kind !== "ReplicaSet") return owner.name;
  const set = store.get(resourceOf("ReplicaSet"), pod2.metadata.namespace ?? "", owner.name);
  return set?.metadata.ownerReferences?.[0]?.name ?? owner.name;
};

// lib/simulators/cluster/selector.ts
function labelSelector(text) {
  const tests = splitOutsideBrackets(text ?? "").map(labelTest);
  return (object) => tests.every((test) => test(object.metadata.labels ?? {}));
}
function fieldSelector(text) {
  const tests = splitOutsideBrackets(text ?? "").map((part) => {
    const [, path2 = "", operator = "=", value = ""] = /^([^!=]+)(==|!=|=)(.*)$/.exec(part) ?? [];
    return (object) => fieldAt(object, path2) === value === (operator !== "!=");
  });
  return (object) => tests.every((test) => test(object));
}
function labelTest(part) {
  const set = /^([^\s!=]+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(part);
  if (set !== null) {
    const values2 = (set[3] ?? "").split(",").map((value) => value.trim());
    return (labels) => values2.includes(labels[set[1] ?? ""] ?? "") === (set[2] === "in");
  }
  const equality = /^([^\s!=]+)\s*(==|!=|=)\s*(.*)$/.exec(part);
  if (equality !== null) return (labels) => labels[equality[1] ?? ""] === equality[3] === (equality[2] !== "!=");
  return part.startsWith("!") ? (labels) => labels[part.slice(1)] === void 0 : (labels) => labels[part] !== void 0;
}
var splitOutsideBrackets = (text) => text.split(/,(?![^(]*\))/).map((part) => part.trim()).filter((part) => part !== "");
function fieldAt(object, path2) {
  let value = object;
  for (const key of path2.split(".")) {
    value = typeof value === "object" && value !== null ? value[key] : void 0;
  }
  return value === void 0 || value === null ? "" : String(value);
}

// lib/simulators/cluster/reading.ts
function selection({ namespace, name }, query) {
  const labels = labelSelector(query.get("labelSelector"));
  const fields = fieldSelector(query.get("fieldSelector"));
  return (object) => (namespace === void 0 || object.metadata.namespace === namespace) && (name === void 0 || object.metadata.name === name) && labels(object) && fields(object);
}
function listJson(store, target, query) {
  const all = store.list(target.resource, target.namespace).filter(selection(target, query));
  const from = Number(query.get("continue") ?? 0);
  const limit = Number(query.get("limit") ?? 0) || all.length;
  const items = all.slice(from, from + limit);
  const left = all.length - from - items.length;
  const metadata2 = {
    resourceVersion: store.version,
    ...left > 0 && { continue: String(from + items.length), remainingItemCount: left }
  };
  const head = { kind: `${target.resource.kind}List`, apiVersion: apiVersionOf(target.resource), metadata: metadata2 };
  return `${JSON.stringify(head).slice(0, -1)},"items":[${items.map((object) => store.json(object)).join(",")}]}`;
}
var bookmarkMilliseconds = 6e4;
function watch(store, target, { query, response }) {
  const matches = selection(target, query);
  const asked = query.get("resourceVersion") ?? "";
  response.writeHead(200, { "content-type": "application/json" });
  const line = (type, object) => response.write(`${JSON.stringify({ type, object })}
`);
  const send2 = ({ type, resource, object }) => {
    if (resource === target.resource && matches(object)) line(type, object);
  };
  if (asked === "" || asked === "0") {
    for (const object of store.list(target.resource, target.namespace).filter(matches)) line("ADDED", object);
  } else {
    const missed = store.changesAfter(Number(asked));
    if (missed === void 0) {
      line("ERROR", new ApiStatus(410, "Expired", `too old resource version: ${asked}`));
      response.end();
      return;
    }
    missed.forEach(send2);
  }
  response.flushHeaders();
  const stop = store.listen(send2);
  const mark = (annotations) => {
    if (query.get("allowWatchBookmarks") !== "true") return;
    const { kind } = target.resource;
    const metadata2 = { resourceVersion: store.version, ...annotations && { annotations } };
    line("BOOKMARK", { kind, apiVersion: apiVersionOf(target.resource), metadata: metadata2 });
  };
  if (query.get("sendInitialEvents") === "true") mark({ "k8s.io/initial-events-end": "true" });
  const end = () => {
    mark();
    response.end();
  };
  const marks = setInterval(() => mark(), bookmarkMilliseconds);
  const timer = setTimeout(end, Number(query.get("timeoutSeconds") ?? 1800) * 1e3);
  response.on("close", () => {
    clearInterval(marks);
    clearTimeout(timer);
    stop();
  });
}
function podLog(object, query) {
  const pod2 = object;
  const names2 = pod2.spec.containers.map(({ name: name2 }) => name2);
  const name = query.get("container") ?? (names2.length === 1 ? names2[0] ?? "" : "");
  const container2 = [...pod2.spec.initContainers ?? [], ...pod2.spec.containers].find((one) => one.name === name);
  if (container2 === void 0) {
    throw badRequest(
      `a container name must be specified for pod ${pod2.metadata.name}, choose one of: [${names2.join(" ")}]`
    );
  }
  const { initContainerStatuses = [], containerStatuses = [] } = pod2.status;
  const status = [...initContainerStatuses, ...containerStatuses].find((one) => one.name === name);
  const hasEnded2 = status?.lastState.terminated !== void 0;
  if (query.get("previous") === "true" && !hasEnded2) {
    throw badRequest(`previous terminated container "${name}" in pod "${pod2.metadata.name}" not found`);
  }
  const waits = status?.state.waiting;
  if ((status === void 0 || waits !== void 0) && !hasEnded2) {
    const why = waits?.reason ?? "ContainerCreating";
    throw badRequest(`container "${name}" in pod "${pod2.metadata.name}" is waiting to start: ${why}`);
  }
  const lines = logOf(fateOf(container2.image), container2.image);
  return `${lines.slice(-Number(query.get("tailLines") ?? lines.length)).join("\n")}
`;
}

// lib/simulators/cluster/rights.ts
var verbs2 = ["create", "delete", "get", "list", "patch", "update", "watch"];
var parts = ["pods/log", "services/proxy"];
var known = [...resources.map(({ group, plural }) => group === "" ? plural : `${plural}.${group}`), ...parts];
var review = /^\/apis\/authorization\.k8s\.io\/v1\/selfsubject(rules|access)reviews$/;
var Rights = class {
  #taken = /* @__PURE__ */ new Set();
  /** In one namespace, or in all. */
  take(right, namespace = "*") {
    this.#taken.add(`${namespace} ${right}`);
  }
  giveAll() {
    this.#taken.clear();
  }
  /** Throws what an API server says to whoever may not. */
  check(method, { resource, namespace, name, part }, query) {
    const verb = verbOf(method, name !== void 0, ["1", "true"].includes(query.get("watch") ?? ""));
    const what = `${resource.plural}${part === void 0 ? "" : `/${part}`}`;
    if (this.#has(namespace ?? "", verb, `${what}${resource.group === "" ? "" : `.${resource.group}`}`)) return;
    const where = namespace === void 0 ? "at the cluster scope" : `in the namespace "${namespace}"`;
    const group = resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
    const told = `User "flotilla" cannot ${verb} resource "${what}" in API group "${resource.group}" ${where}`;
    throw new ApiStatus(403, "Forbidden", `${group}${name === void 0 ? "" : ` "${name}"`} is forbidden: ${told}`);
  }
  isReview(path2) {
    return review.test(path2);
  }
  review(path2, body) {
    const kind = review.exec(path2)?.[1];
    const spec = body?.spec;
    if (spec === void 0) throw badRequest("a review needs a spec");
    const status = kind === "rules" ? this.#rulesIn(spec.namespace ?? "") : { allowed: this.#isAllowed(spec) };
    const name = kind === "rules" ? "SelfSubjectRulesReview" : "SelfSubjectAccessReview";
    return { kind: name, apiVersion: "authorization.k8s.io/v1", metadata: {}, spec, status };
  }
  #rulesIn(namespace) {
    const all = [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }];
    const each = known.map((what) => {
      const [resource = "", group = ""] = what.split(/\.(.*)/);
      return {
        verbs: verbs2.filter((verb) => this.#has(namespace, verb, what)),
        apiGroups: [group],
        resources: [resource]
      };
    });
    return { resourceRules: this.#taken.size === 0 ? all : each, nonResourceRules: [], incomplete: false };
  }
  #isAllowed({ resourceAttributes: of2 }) {
    const what = `${of2?.resource}${of2?.subresource ? `/${of2.subresource}` : ""}${of2?.group ? `.${of2.group}` : ""}`;
    return this.#has(of2?.namespace ?? "", of2?.verb ?? "", what);
  }
  #has(namespace, verb, what) {
    return [namespace, "*"].every((one) => !this.#taken.has(`${one} ${verb} ${what}`));
  }
};
var verbOf = (method, hasName, isWatch) => {
  if (method !== "GET") return { POST: "create", PUT: "update", PATCH: "patch", DELETE: "delete" }[method] ?? method;
  if (isWatch) return "watch";
  return hasName ? "get" : "list";
};

// lib/simulators/cluster/service-proxy.ts
function proxied(store, namespace, address, path2) {
  const name = /^(?:https?:)?([^:]+)/.exec(address)?.[1] ?? address;
  const labels = Object.entries(selectorOf(store, namespace, name));
  const pods = store.list(resourceOf("Pod"), namespace).filter((pod3) => !isLeaving(pod3) && isPodReady(pod3)).filter(({ metadata: metadata2 }) => labels.every(([key, value]) => metadata2.labels?.[key] === value));
  const pod2 = pods[0];
  if (pod2 === void 0) {
    throw new ApiStatus(503, "ServiceUnavailable", `no endpoints available for service "${address}"`);
  }
  const image = pod2.spec.containers[0]?.image ?? "";
  return fateOf(image) === "unhealthy" ? { status: 503, body: `degraded: ${path2} of ${image} (simulated)
` } : { status: 200, body: `ok: ${path2} of ${image} (simulated)
` };
}
function selectorOf(store, namespace, name) {
  const service = store.get(resourceOf("Service"), namespace, name);
  if (service !== void 0) return service.spec.selector ?? {};
  const workload = ["Deployment", "StatefulSet", "DaemonSet"].map((kind) => store.get(resourceOf(kind), namespace, name)).find((one) => one !== void 0);
  if (workload === void 0) throw notFound("services", name);
  return workload.spec.selector?.matchLabels ?? {};
}

// lib/simulators/cluster/settled.ts
function isRolledOut(store, made) {
  const { namespace = "", name } = made.metadata;
  const object = store.get(resourceOf(made.kind), namespace, name);
  if (object === void 0) return true;
  const status = object.status ?? {};
  const replicas = object.spec.replicas ?? 1;
  const isObserved = status.observedGeneration === object.metadata.generation;
  switch (object.kind) {
    case "Deployment":
      return isObserved && count(status.availableReplicas) === replicas && count(status.replicas) === replicas;
    case "StatefulSet":
      return isObserved && count(status.readyReplicas) === replicas && count(status.updatedReplicas) === replicas;
    case "DaemonSet":
      return isObserved && count(status.numberReady) === count(status.desiredNumberScheduled);
    case "Job":
      return (status.conditions ?? []).length > 0;
    case "Pod":
      return isPodReady(object);
    default:
      return true;
  }
}
var count = (value) => typeof value === "number" ? value : 0;

// lib/simulators/cluster/simulated-cluster.ts
async function startSimulatedCluster(options = {}) {
  const { port = 0, tickMilliseconds = 100, podStartMilliseconds = 300, now = Date.now, memory: memory2 = noMemory } = options;
  const store = new Store(now);
  rememberObjects(store, memory2);
  const isNew = resources.every((resource) => store.list(resource).length === 0);
  const system = { kind: "Namespace", metadata: { name: "kube-system" } };
  if (store.get(resourceOf("Namespace"), "", "kube-system") === void 0) store.create(system);
  const loop = new ControlLoop(store, { now, tickMilliseconds, podStartMilliseconds, memory: memory2 });
  const parts2 = { store, api: new Api(store, now), rights: new Rights() };
  const answered = (request, response) => {
    response.setHeader("x-simulated", "true");
    answer(parts2, request, response).catch((error) => fail(response, error));
  };
  const server = createServer(byOwnName(answered));
  const bound = await listenAsBefore(server, port, memory2);
  if (options.seed !== void 0 && isNew) await seed(store, seedSchema.parse(options.seed));
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    store,
    rights: parts2.rights,
    restartApiServer: () => {
      store.forgetChanges();
      server.closeAllConnections();
    },
    close: () => {
      loop.close();
      memory2.close();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    }
  };
}
async function answer(parts2, request, response) {
  const { pathname, searchParams: query } = new URL(request.url ?? "/", "http://cluster");
  const body = request.method === "GET" ? void 0 : await bodyOf(request);
  const known2 = request.method === "GET" ? fixed(pathname) : void 0;
  if (known2 !== void 0) send(response, 200, known2);
  else if (request.method === "POST" && parts2.rights.isReview(pathname))
    send(response, 201, parts2.rights.review(pathname, body));
  else if (pathname.startsWith("/simulator/")) await simulator(parts2.store, pathname, { body, response });
  else {
    const target = parseTarget(pathname);
    parts2.rights.check(request.method ?? "", target, query);
    if (target.resource.plural === "services" && target.part === "proxy")
      proxy(parts2.store, target, { query, response });
    else if (request.method === "GET") read2(parts2, { target, query, response });
    else write2(parts2.api, request, { target, body, query, response });
  }
}
var fixed = (pathname) => pathname === "/version" ? version : ["/healthz", "/livez", "/readyz"].includes(pathname) ? "ok" : discovery(pathname);
function proxy(store, { namespace = "", name = "", rest }, { query, response }) {
  const path2 = rest === "" ? "/" : rest;
  const isMetrics = namespace === prometheusPlace.namespace && name === prometheusPlace.service;
  const { status, body } = isMetrics ? prometheusAnswer(store, path2, query) : proxied(store, namespace, name, path2);
  if (isMetrics) sendJson(response, status, body);
  else sendText(response, status, body);
}
function read2({ api, store }, { target, query, response }) {
  if (["1", "true"].includes(query.get("watch") ?? "")) watch(store, target, { query, response });
  else if (target.name === void 0) sendJson(response, 200, listJson(store, target, query));
  else {
    const object = api.get(target);
    if (target.part === "log" && object.kind === "Pod") sendText(response, 200, podLog(object, query));
    else if (target.part !== void 0 && target.part !== "status") throw noSuchPath();
    else sendJson(response, 200, store.json(object));
  }
}
function write2(api, { headers, method }, { target, body, query, response }) {
  const sent = { target, body, query, contentType: headers["content-type"] ?? "" };
  if (method === "POST") send(response, 201, api.create(sent));
  else if (method === "PUT") send(response, 200, api.replace(sent));
  else if (method === "PATCH") send(response, api.has(target) ? 200 : 201, api.patch(sent));
  else if (method === "DELETE" && target.name !== void 0) send(response, 200, api.delete(target, query, body));
  else throw new ApiStatus(405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
}
async function simulator(store, pathname, { body, response }) {
  const parsed = seedSchema.safeParse(body);
  if (!parsed.success) throw badRequest(prettifyError(parsed.error));
  if (pathname === "/simulator/seed") await seed(store, parsed.data);
  else if (pathname === "/simulator/deploy") deploySeeds(store, parsed.data);
  else throw noSuchPath();
  send(response, 200, { simulated: true, workloads: parsed.data.length });
}
var seedMilliseconds = 15e3;
async function seed(store, seeds) {
  let open = deploySeeds(store, seeds);
  for (const start = Date.now(); open.length > 0 && Date.now() - start < seedMilliseconds; await sleep(20)) {
    open = open.filter((object) => !isRolledOut(store, object));
  }
}
var version = {
  major: "1",
  minor: "36",
  gitVersion: "v1.36.0-simulated",
  gitCommit: "",
  gitTreeState: "clean",
  buildDate: "2026-01-01T00:00:00Z",
  goVersion: "none",
  compiler: "none",
  platform: "simulated"
};
var bodyLimit = 8 * 1024 * 1024;
async function bodyOf(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > bodyLimit) throw new ApiStatus(413, "RequestEntityTooLarge", "the request is too large");
    chunks.push(chunk);
  }
  if (size === 0) return void 0;
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw badRequest("the body is not JSON, the only form that the simulated cluster reads");
  }
}
var send = (response, status, body) => sendJson(response, status, JSON.stringify(body));
function sendJson(response, status, json) {
  response.writeHead(status, { "content-type": "application/json" }).end(json);
}
function sendText(response, status, text) {
  response.writeHead(status, { "content-type": "text/plain" }).end(text);
}
function fail(response, error) {
  const status = error instanceof ApiStatus ? error : new ApiStatus(500, "InternalError", error instanceof Error ? error.message : String(error));
  if (response.headersSent) response.end();
  else send(response, status.code, status);
}

// lib/simulators/cluster/main.ts
outliveReaders();
var { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    seed: { type: "string" },
    state: { type: "string" },
    "tick-milliseconds": { type: "string", default: "100" },
    "pod-start-milliseconds": { type: "string", default: "300" },
    "exit-with-stdin": { type: "boolean" }
  }
});
var tell = (message) => {
  process.stderr.write(`SIMULATED: ${message}
`);
};
var fail2 = ({ message }) => {
  tell(message);
  process.exit(2);
};
var memory = values.state === void 0 ? noMemory : await openMemory(values.state, clusterMemory, { tell }).catch(fail2);
var cluster = await startSimulatedCluster({
  memory,
  port: Number(values.port),
  tickMilliseconds: Number(values["tick-milliseconds"]),
  podStartMilliseconds: Number(values["pod-start-milliseconds"]),
  ...values.seed !== void 0 && { seed: seedSchema.parse(JSON.parse(readFileSync(values.seed, "utf8"))) }
});
tellReady({ what: "cluster", port: cluster.port, url: cluster.url });
endWhenTold(() => cluster.close(), values["exit-with-stdin"] === true);
