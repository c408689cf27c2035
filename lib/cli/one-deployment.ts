import { type Action, actions } from '../domain/plan/action.ts';
import { CommandFailure, exitStatus } from './failure.ts';
import { versionedKey } from './versioned-key.ts';

/** Options without a file, and options with one. */
export interface OneOptions {
  readonly environment?: string;
  readonly infrastructure?: string;
  readonly artifact?: string;
  readonly reason?: string;
  readonly action?: string;
  readonly replicas?: number;
  readonly atOnce?: boolean;
  /** `KEY=VERSION` each, for a file. */
  readonly set?: readonly string[];
}

/** As `POST /deployments` expects it. */
export interface OneRequest extends Omit<OneOptions, 'set' | 'action' | 'atOnce'> {
  readonly key: string;
  readonly version?: string;
  readonly action?: Exclude<Action, 'deploy'>;
  readonly at_once?: true;
  readonly environment: string;
}

const ownOptions = ['environment', 'infrastructure', 'artifact', 'reason'] as const;

/** A deployment without a file; undefined if a file is named. An option without effect is a mistake. */
export const oneRequest = (what: string, options: OneOptions): OneRequest | undefined => {
  const acting = actingRequest(what, options);
  if (acting !== undefined) return acting;
  const one = versionedKey(what);
  const given = ownOptions.filter((name) => options[name] !== undefined);
  if (one === undefined) {
    const [useless] = given;
    if (useless !== undefined)
      throw unfit(`--${useless} goes with pillar/service=VERSION, and a file says that itself.`);
    if (options.atOnce === true)
      throw unfit('--at-once goes with pillar/service=VERSION; a file says at_once: true itself.');
    return undefined;
  }
  if (options.set !== undefined) throw unfit('--set changes a file; here the version is named already.');
  if (options.environment === undefined) throw unfit(`Say where: ${what} needs --environment.`);
  const [key, version] = one;
  checkService(key);
  return {
    key,
    version,
    environment: options.environment,
    ...(options.atOnce === true ? { at_once: true } : {}),
    ...Object.fromEntries(given.map((name) => [name, options[name]])),
  };
};

/** Without a file, an option names the infrastructure. */
const checkService = (key: string): void => {
  const [service, infrastructure] = key.split('@');
  if (infrastructure !== undefined) throw unfit(`Write ${service}, and --infrastructure ${infrastructure}.`);
};

/** The same options for another command line. */
export const oneWords = ({ set = [], action, replicas, atOnce, ...options }: OneOptions): readonly string[] => [
  ...(action === undefined ? [] : ['--action', action]),
  ...(replicas === undefined ? [] : ['--replicas', String(replicas)]),
  ...(atOnce === true ? ['--at-once'] : []),
  ...ownOptions.flatMap((name) => (options[name] === undefined ? [] : [`--${name}`, options[name]])),
  ...set.flatMap((one) => ['--set', one]),
];

/** A deletion or a scale is named without a version. */
const actingRequest = (what: string, options: OneOptions): OneRequest | undefined => {
  const { action = 'deploy', replicas, environment, infrastructure, reason } = options;
  if (!actions.some((one) => one === action))
    throw unfit(`--action is one of ${actions.join(', ')}, and not ${JSON.stringify(action)}.`);
  if (action !== 'scale' && replicas !== undefined) throw unfit('--replicas goes with --action scale.');
  if (action === 'deploy') return undefined;
  checkService(what);
  if (!/^[A-Za-z0-9_-]+\/[A-Za-z0-9_-]+$/.test(what))
    throw unfit(
      `--action ${action} goes with pillar/service, without a version, and not with ${JSON.stringify(what)}.`,
    );
  const useless = (['artifact', 'set'] as const).find((name) => options[name] !== undefined);
  if (useless !== undefined) throw unfit(`--${useless} has no effect: a ${action} concerns what is deployed.`);
  if (options.atOnce === true) throw unfit(`--at-once has no effect: a ${action} takes no steps.`);
  if (action === 'scale' && replicas === undefined) throw unfit('Say how many: --action scale needs --replicas.');
  if (environment === undefined) throw unfit(`Say where: ${what} needs --environment.`);
  return {
    key: what,
    environment,
    action: action as Exclude<Action, 'deploy'>,
    ...(replicas === undefined ? {} : { replicas }),
    ...(infrastructure === undefined ? {} : { infrastructure }),
    ...(reason === undefined ? {} : { reason }),
  };
};

const unfit = (message: string): CommandFailure => new CommandFailure(exitStatus.usage, [message]);
