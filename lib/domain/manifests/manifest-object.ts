import type { Path } from '../batch/findings.ts';
import type { Issue } from '../batch/issues.ts';
import type { JsonObject } from '../json.ts';
import { stringAt } from '../rollout/kubernetes-object.ts';

/** An object of a manifest, and where it is written. */
export interface ManifestObject {
  /** Plain JSON, as it was written. */
  readonly object: JsonObject;
  /** Absent where the text names no files. */
  readonly file?: string;
  /** Where it begins, in its file, from 1; else in the text. */
  readonly line: number;
  /** Where something of it is written; for what is not there, the nearest thing around it. */
  readonly placeOf: (path: Path) => { readonly line: number; readonly column: number };
}

/** One problem of manifests. Its path is that inside of its object, where it names one. */
export interface ManifestIssue extends Issue {
  /** As `objectTitle` says it. */
  readonly object?: string;
}

/** `k8s/web.yaml:12 Deployment web spec.replicas: message (hint)`; without a file `line 12`. */
export const describeManifestIssue = ({ file, line, object, path, message, hint }: ManifestIssue): string => {
  const place = file === undefined ? `line ${line}` : `${file}:${line}`;
  const subject = [place, object, path === '' ? undefined : path].filter((part) => part !== undefined).join(' ');
  return `${subject}: ${message}${hint === undefined ? '' : ` (${hint})`}`;
};

/** `Deployment shop/web`; without a namespace `Deployment web`. */
export const objectTitle = (object: JsonObject): string => {
  const namespace = stringAt(object, 'metadata', 'namespace');
  const name = stringAt(object, 'metadata', 'name') ?? '(no name)';
  return `${stringAt(object, 'kind') ?? 'object'} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
};

/** The group of its API; '' is that of pods. */
export const apiGroupOf = (apiVersion: string): string =>
  apiVersion.includes('/') ? apiVersion.split('/', 1).join() : '';

/** What no two objects have in common: of which version of the API it is does not matter. */
export const objectKey = (object: JsonObject): string => {
  const group = apiGroupOf(stringAt(object, 'apiVersion') ?? '');
  const namespace = stringAt(object, 'metadata', 'namespace') ?? '';
  return [group, stringAt(object, 'kind'), namespace, stringAt(object, 'metadata', 'name')].join('/');
};
