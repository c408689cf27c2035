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
/** What may stand in a path of a URL: names of roles have colons. */
const name = /^(?!\.{1,2}$)[^/%\s\p{C}]{1,253}$/u;

/** Who an object is, and what everything that is written about it needs. `at` is where it stands in its document. */
export const checkIdentity = (object: Json, at: Path, yaml: YamlText): readonly Finding[] => {
  const findings: Finding[] = [];
  const say: Say = (path, code, wording) => {
    const here = [...at, ...path];
    findings.push({ offset: yaml.offsetOf(here), path, code, describe: () => wording });
  };
  if (!isObject(object)) {
    say([], issueCodes.WrongType, {
      message: 'is no object of Kubernetes: a mapping with apiVersion, kind and metadata is needed',
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
    say(path, issueCodes.WrongType, { message: `${JSON.stringify(value).slice(0, 64)} where a text is needed` });
  else if (!pattern.test(value))
    say(path, issueCodes.BadFormat, {
      message: `${JSON.stringify(value.slice(0, 64))} is no ${path.at(-1)} that Kubernetes takes`,
      hint: `for example ${example}`,
    });
};

const checkMetadata = (say: Say, object: JsonObject): void => {
  const { metadata } = object;
  if (metadata !== undefined && metadata !== null && !isObject(metadata)) {
    say(['metadata'], issueCodes.WrongType, { message: 'is no mapping', hint: 'metadata: {name: web}' });
    return;
  }
  if (valueAt(object, 'metadata', 'name') === undefined && valueAt(object, 'metadata', 'generateName') !== undefined)
    say(['metadata', 'generateName'], issueCodes.NotAllowed, {
      message: 'makes another object at each deployment, which nothing would ever find again',
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
    say(['metadata', field], issueCodes.WrongType, { message: 'is no mapping' });
    return;
  }
  for (const [key, value] of Object.entries(texts)) {
    if (typeof value === 'string') continue;
    const shown = JSON.stringify(value).slice(0, 64);
    const hint = typeof value === 'object' ? undefined : `write "${shown}"`;
    say(['metadata', field, key], issueCodes.WrongType, { message: `${shown} where a text is needed`, hint });
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
      message: `${JSON.stringify(hook.slice(0, 64))} is no time of a hook`,
      allowed: hookTimes,
    });
  if (stringAt(object, 'kind') !== 'Job')
    say(path, issueCodes.NotAllowed, {
      message: `a hook is a Job, and no ${stringAt(object, 'kind') ?? 'other object'}`,
    });
};
