import { CommandFailure, exitStatus } from './failure.ts';
import { versionedKey } from './versioned-key.ts';

/** What goes with a deployment without a file, and what with a file. */
export interface OneOptions {
  readonly environment?: string;
  readonly infrastructure?: string;
  readonly artifact?: string;
  readonly reason?: string;
  /** `KEY=VERSION` each, of a file. */
  readonly set?: readonly string[];
}

/** As `POST /deployments` takes it. */
export interface OneRequest extends Omit<OneOptions, 'set'> {
  readonly key: string;
  readonly version: string;
  readonly environment: string;
}

const ownOptions = ['environment', 'infrastructure', 'artifact', 'reason'] as const;

/** What is asked for without a file; undefined where a file is named. An option that has no effect is a mistake. */
export const oneRequest = (what: string, options: OneOptions): OneRequest | undefined => {
  const one = versionedKey(what);
  const given = ownOptions.filter((name) => options[name] !== undefined);
  if (one === undefined) {
    const [useless] = given;
    if (useless !== undefined)
      throw unfit(`--${useless} goes with pillar/service=VERSION, and a file says that itself.`);
    return undefined;
  }
  if (options.set !== undefined) throw unfit('--set changes a file; here the version is named already.');
  if (options.environment === undefined) throw unfit(`Say where: ${what} needs --environment.`);
  const [key, version] = one;
  return {
    key,
    version,
    environment: options.environment,
    ...Object.fromEntries(given.map((name) => [name, options[name]])),
  };
};

/** The same options as they can be typed again. */
export const oneWords = ({ set = [], ...options }: OneOptions): readonly string[] => [
  ...ownOptions.flatMap((name) => (options[name] === undefined ? [] : [`--${name}`, options[name]])),
  ...set.flatMap((one) => ['--set', one]),
];

const unfit = (message: string): CommandFailure => new CommandFailure(exitStatus.usage, [message]);
