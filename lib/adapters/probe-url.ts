import type { HealthAnswer } from '../domain/ports.ts';
import { networkMessage } from './network-failure.ts';
import { ask } from './own-fetch.ts';

/** GET on a full URL. A redirect is an answer, not a way: what stands behind a login page is not healthy. */
export async function probeUrl(url: string, timeoutMilliseconds: number): Promise<HealthAnswer> {
  const signal = AbortSignal.timeout(timeoutMilliseconds);
  try {
    const headers = { 'user-agent': 'flotilla-health' };
    const answer = await ask(url, { signal, headers, limit: healthBytes, credential: false });
    const { bytes, isWhole } = await answer.read();
    return { status: answer.status, message: answer.redirect ?? beginOf(new TextDecoder().decode(bytes), isWhole) };
  } catch (error) {
    return signal.aborted ? noAnswerWithin(timeoutMilliseconds) : { message: networkMessage(error) };
  }
}

/** What a service says of its health is a line or a page. One that says more is judged by its status alone. */
export const healthBytes = 64 * 1024;

/** Begin of a service's answer, for people. */
export const beginOf = (text: string, isWhole: boolean): string =>
  isWhole ? text.trim().slice(0, 200) : `with more than ${healthBytes / 1024} KiB, which were not read`;

export const noAnswerWithin = (milliseconds: number): HealthAnswer => ({
  message: `no answer within ${milliseconds} ms`,
  timeout: true,
});
