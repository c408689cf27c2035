import type { HealthAnswer } from '../domain/ports.ts';
import { foreignText } from '../domain/record/foreign-text.ts';
import { networkMessage } from './network-failure.ts';
import { ask } from './own-fetch.ts';
import { withoutSecrets } from './own-secrets.ts';

/** GET on a full URL. A redirect is an answer, not a way: a service behind a login page is not healthy. */
export async function probeUrl(
  url: string,
  timeoutMilliseconds: number,
  secrets: readonly string[],
): Promise<HealthAnswer> {
  const signal = AbortSignal.timeout(timeoutMilliseconds);
  try {
    const headers = { 'user-agent': 'flotilla-health' };
    const answer = await ask(url, { signal, headers, limit: healthBytes, credential: false });
    const { bytes, isWhole } = await answer.read();
    return serviceAnswer({ ...answer, body: withoutSecrets(new TextDecoder().decode(bytes), secrets), isWhole });
  } catch (error) {
    return signal.aborted ? noAnswerWithin(timeoutMilliseconds) : { message: networkMessage(error) };
  }
}

/** A health answer is a line or a page. A longer one is judged by its status alone. */
export const healthBytes = 64 * 1024;
/** Characters of the answer that are shown. */
export const beginLength = 200;

interface Answered {
  readonly status: number;
  readonly body: string;
  readonly isWhole: boolean;
  readonly redirect?: string;
}

/** A redirect, or an answer that is too long, is judged by its status. The rest is not shown. */
export const serviceAnswer = ({ status, body, isWhole, redirect }: Answered): HealthAnswer => {
  const note = redirect ?? (isWhole ? undefined : `with more than ${healthBytes / 1024} KiB, which were not read`);
  return note === undefined
    ? { status, message: foreignText(body.trim(), beginLength) }
    : { status, message: '', note };
};

export const noAnswerWithin = (milliseconds: number): HealthAnswer => ({
  message: `no answer within ${milliseconds} ms`,
  timeout: true,
});
