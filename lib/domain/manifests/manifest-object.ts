import type { Path } from '../batch/findings.ts';
import type { Issue } from '../batch/issues.ts';
import type { JsonObject } from '../json.ts';
import { stringAt } from '../rollout/kubernetes-object.ts';

/** A manifest's object, and where it is written. */
export interface ManifestObject {
  /** Plain JSON, as written. */
  readonly object: JsonObject;
  /** Absent if the text names no files. */
  readonly file?: string;
  /** Its first line, from 1, in its file or else in the text. */
  readonly line: number;
  /** Where a part of it is written. For a missing part, the nearest place around it. */
  readonly placeOf: (path: Path) => { readonly line: number; readonly column: number };
}

/** One problem of manifests. If it names an object, its path is inside that object. */
export interface ManifestIssue extends Issue {
  /** In the form of `objectTitle`. */
  readonly object?: string;
}

/** `k8s/web.yaml:12 Deployment web spec.replicas: message (hint)`; without a file, `line 12`. */
export const describeManifestIssue = ({ file, line, object, path, message, hint }: ManifestIssue): string => {
  const place = file === undefined ? `line ${line}` : `${file}:${line}`;
  const subject = [place, object, path === '' ? undefined : path].filter((part) => part !== undefined).join(' ');
  return `${subject}: ${message}${hint === undefined ? '' : ` (${hint})`}`;
};

/** `Deployment shop/web`; without a namespace, `Deployment web`. */
export const objectTitle = (object: JsonObject): string => {
  const namespace = stringAt(object, 'metadata', 'namespace');
  const name = stringAt(object, 'metadata', 'name') ?? '(no name)';
  return `${stringAt(object, 'kind') ?? 'object'} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
};

/** The group of its API; pods have ''. */
export const apiGroupOf = (apiVersion: string): string =>
  apiVersion.includes('/') ? apiVersion.split('/', 1).join() : '';

/** Identifies an object. The version of its API does not matter. */
export const objectKey = (object: JsonObject): string => {
  const group = apiGroupOf(stringAt(object, 'apiVersion') ?? '');
  const namespace = stringAt(object, 'metadata', 'namespace') ?? '';
  return [group, stringAt(object, 'kind'), namespace, stringAt(object, 'metadata', 'name')].join('/');
};
