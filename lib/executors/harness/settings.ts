import type { JsonObject } from '../../domain/json.ts';
import type { HarnessScope } from './api.ts';

/** The parsed `deployment.executor.settings`. */
export interface HarnessSettings {
  readonly pipeline: string;
  readonly mode: 'webhook' | 'execute';
  /** Set in webhook mode. */
  readonly trigger?: string;
  /** Execute mode: the pipeline variables to fill. Absent: all known ones. */
  readonly variables?: readonly string[];
  readonly scope: HarnessScope;
}

/** Harness's own rule for identifiers, slightly relaxed. It also keeps a value from leaving its place in a URL. */
const identifier = /^[\w$-]{1,128}$/;

/**
 * Reads `{ pipeline, trigger, mode: 'webhook' | 'execute', org?, project?, variables? }`. The default mode is webhook
 * if there is a trigger, else execute. Returns a sentence if the settings cannot be used.
 */
export const readSettings = (settings: JsonObject): HarnessSettings | string => {
  const problem = findProblem(settings);
  if (problem !== undefined) return problem;
  const { pipeline, trigger, org, project, mode, variables } = settings as Record<string, string> & {
    variables?: string[];
  };
  return {
    pipeline: pipeline!,
    mode: mode === 'execute' || (mode === undefined && trigger === undefined) ? 'execute' : 'webhook',
    ...(trigger === undefined ? {} : { trigger }),
    ...(variables === undefined ? {} : { variables }),
    scope: { ...(org === undefined ? {} : { org }), ...(project === undefined ? {} : { project }) },
  };
};

const findProblem = (settings: JsonObject): string | undefined => {
  const { pipeline, mode, trigger, variables } = settings;
  if (pipeline === undefined) return 'harness.pipeline is missing';
  for (const name of ['pipeline', 'trigger', 'org', 'project']) {
    const value = settings[name];
    if (value !== undefined && !(typeof value === 'string' && identifier.test(value)))
      return `harness.${name} is not a Harness identifier: ${JSON.stringify(value)}`;
  }
  if (mode !== undefined && mode !== 'webhook' && mode !== 'execute')
    return `harness.mode is ${JSON.stringify(mode)}; it must be webhook or execute`;
  if (mode === 'webhook' && trigger === undefined)
    return 'harness.trigger is missing: without it one request could start several runs';
  if (variables !== undefined && !(Array.isArray(variables) && variables.every((name) => typeof name === 'string')))
    return 'harness.variables must be a list of names';
  return undefined;
};

/**
 * A trigger's webhook token: by `<org>/<project>/<pipeline>/<trigger>` if the deployment names both, else by
 * `<pipeline>/<trigger>`. Undefined means an old trigger without a token, which is called at the v2 address.
 */
export const tokenOf = (
  tokens: Readonly<Record<string, string>>,
  { scope, pipeline, trigger }: HarnessSettings,
): string | undefined => {
  const short = `${pipeline}/${trigger}`;
  return tokens[`${scope.org}/${scope.project}/${short}`] ?? tokens[short];
};
