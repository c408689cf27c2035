import { quoted } from '../batch/findings.ts';
import { isMapping } from '../batch/mapping.ts';
import { healthPathProblem } from '../health/health-path.ts';
import { nameKind } from '../masking/secret-names.ts';
import type { FoundHealth } from './found-service.ts';

export interface ComposeHealth {
  readonly health?: FoundHealth;
  readonly notes: readonly string[];
}

const localAddress =
  /\bhttp:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::(\d{1,5}))?(?=[\s'"`|;&<>()\\?#/]|$)(\/[^\s'"`|;&<>()\\?#]*)?(\?(?:&(?=\w)|[^\s'"`|;&<>()\\#])*)?/;

/** The health check of a compose service, if it requests an HTTP address. Notes say what to do otherwise. */
export const composeHealth = (check: unknown): ComposeHealth => {
  if (!isMapping(check) || check.disable === true || check.test === undefined) return { notes: [] };
  const parts = [check.test].flat().filter((part) => typeof part === 'string');
  if (parts[0] === 'NONE') return { notes: [] };
  const [address, port, path = '/', query = ''] = localAddress.exec(parts.join(' ')) ?? [];
  if (address === undefined) {
    const advice = 'give it health_check: { path, port } if it speaks HTTP';
    return { notes: [`its health check is a command, which Flotilla does not run; ${advice}`] };
  }
  const isSecret = hasSecret(query);
  const whole = isSecret ? path : `${path}${query}`;
  const number = Number(port ?? 80);
  const problem = healthPathProblem(whole);
  if (problem !== undefined || number < 1 || number > 65_535) {
    const why = problem ?? 'there is no such port';
    return { notes: [`its health check requests ${quoted(whole)}, which Flotilla cannot request: ${why}`] };
  }
  const { timeout, note } = timeoutOf(check.timeout);
  const secretNote = 'the query of its health check may contain a secret, so it is left out';
  return {
    health: { path: whole, port: number, ...(timeout === undefined ? {} : { timeout }) },
    notes: [...(isSecret ? [secretNote] : []), ...(note === undefined ? [] : [note])],
  };
};

/** By the names of its parameters. */
const hasSecret = (query: string): boolean =>
  query
    .slice(1)
    .split('&')
    .some((parameter) => nameKind(parameter.split('=', 1)[0]!) !== undefined);

/** A batch accepts no more seconds. */
const longest = 300;

const duration = /^(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6}(?:\.\d{1,9})?)s)?(?:(\d{1,9})ms)?$/;

/** In whole seconds, rounded up. Compose writes `1m30s` or `500ms`. */
const timeoutOf = (written: unknown): { readonly timeout?: number; readonly note?: string } => {
  const [, ...parts] = (typeof written === 'string' ? duration.exec(written) : null) ?? [];
  const [hours, minutes, seconds, milliseconds] = parts.map((part) => Number(part ?? 0));
  const total = Math.ceil((hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0) + (milliseconds ?? 0) / 1000);
  if (total === 0) return {};
  if (total <= longest) return { timeout: total };
  return { timeout: longest, note: `the timeout of its health check is cut to ${longest} s, the longest allowed` };
};
