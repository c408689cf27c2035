import type { Finding, Path, Wording } from '../batch/findings.ts';
import { type IssueCode, issueCodes } from '../batch/issues.ts';
import type { YamlText } from '../batch/read-yaml.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { stringAt, valueAt } from '../rollout/kubernetes-object.ts';
import { annotations } from './marks.ts';

type Say = (path: Path, code: IssueCode, wording: Wording) => void;

const label = '[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?';
const apiVersion = new RegExp(`^(?:${label}(?:\\.${label})*/)?[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$`);
const kind = /^[A-Z][A-Za-z0-9]{0,62}$/;
const namespace = new RegExp(`^${label}$`);
/** Characters allowed in a URL path. Role names contain colons. */
const name = /^(?!\.{1,2}$)[^/%\s\p{C}]{1,253}$/u;

/** Checks an object's identity and metadata. `at` is its place in its document. */
export const checkIdentity = (object: Json, at: Path, yaml: YamlText): readonly Finding[] => {
  const findings: Finding[] = [];
  const say: Say = (path, code, wording) => {
    const here = [...at, ...path];
    findings.push({ offset: yaml.offsetOf(here), path, code, describe: () => wording });
  };
  if (!isObject(object)) {
    say([], issueCodes.WrongType, {
      message: 'is not a Kubernetes object; write a mapping with apiVersion, kind and metadata',
    });
    return findings;
  }
  checkText(say, object, ['apiVersion'], apiVersion, 'apps/v1');
  checkText(say, object, ['kind'], kind, 'Deployment');
  checkMetadata(say, object);
  return findings;
};

const checkText = (say: Say, object: JsonObject, path: readonly string[], pattern: RegExp, example: string): void => {
  const value = valueAt(object, ...path);
  if (value === undefined) say(path, issueCodes.Missing, { message: 'is missing', hint: `for example ${example}` });
  else if (typeof value !== 'string')
    say(path, issueCodes.WrongType, { message: `${JSON.stringify(value).slice(0, 64)} is not a string` });
  else if (!pattern.test(value))
    say(path, issueCodes.BadFormat, {
      message: `${JSON.stringify(value.slice(0, 64))} is not a valid ${path.at(-1)} in Kubernetes`,
      hint: `for example ${example}`,
    });
};

const checkMetadata = (say: Say, object: JsonObject): void => {
  const { metadata } = object;
  if (metadata !== undefined && metadata !== null && !isObject(metadata)) {
    say(['metadata'], issueCodes.WrongType, { message: 'is not a mapping', hint: 'metadata: {name: web}' });
    return;
  }
  if (valueAt(object, 'metadata', 'name') === undefined && valueAt(object, 'metadata', 'generateName') !== undefined)
    say(['metadata', 'generateName'], issueCodes.NotAllowed, {
      message: 'creates a new object at each deployment, which nothing could find again',
      hint: 'give metadata.name',
    });
  else checkText(say, object, ['metadata', 'name'], name, 'web');
  if (valueAt(object, 'metadata', 'namespace') !== undefined)
    checkText(say, object, ['metadata', 'namespace'], namespace, 'shop');
  checkTexts(say, object, 'labels');
  checkTexts(say, object, 'annotations');
  checkHook(say, object);
};

const checkTexts = (say: Say, object: JsonObject, field: 'labels' | 'annotations'): void => {
  const texts = valueAt(object, 'metadata', field);
  if (texts === undefined) return;
  if (!isObject(texts)) {
    say(['metadata', field], issueCodes.WrongType, { message: 'is not a mapping' });
    return;
  }
  for (const [key, value] of Object.entries(texts)) {
    if (typeof value === 'string') continue;
    const shown = JSON.stringify(value).slice(0, 64);
    const hint = typeof value === 'object' ? undefined : `write "${shown}"`;
    say(['metadata', field, key], issueCodes.WrongType, { message: `${shown} is not a string`, hint });
  }
};

export const hookTimes = ['before', 'after'] as const;
export type HookTime = (typeof hookTimes)[number];

const checkHook = (say: Say, object: JsonObject): void => {
  const hook = stringAt(object, 'metadata', 'annotations', annotations.hook);
  if (hook === undefined) return;
  const path = ['metadata', 'annotations', annotations.hook];
  if (!hookTimes.some((one) => one === hook))
    say(path, issueCodes.NotAllowed, {
      message: `${JSON.stringify(hook.slice(0, 64))} is not a hook time`,
      allowed: hookTimes,
    });
  if (stringAt(object, 'kind') !== 'Job')
    say(path, issueCodes.NotAllowed, {
      message: `a hook must be a Job, not a ${stringAt(object, 'kind') ?? 'other object'}`,
    });
};
