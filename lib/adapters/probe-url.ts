import type { HealthAnswer } from '../domain/ports.ts';
import { networkMessage } from './network-failure.ts';

/** GET on a full URL. A redirect is an answer, not a way: what stands behind a login page is not healthy. */
export async function probeUrl(url: string, timeoutMilliseconds: number): Promise<HealthAnswer> {
  const signal = AbortSignal.timeout(timeoutMilliseconds);
  try {
    const response = await fetch(url, { signal, redirect: 'manual', headers: { 'user-agent': 'flotilla-health' } });
    const body = (await response.text()).trim().slice(0, 200);
    return { status: response.status, message: body };
  } catch (error) {
    return signal.aborted ? noAnswerWithin(timeoutMilliseconds) : { message: networkMessage(error) };
  }
}

export const noAnswerWithin = (milliseconds: number): HealthAnswer => ({
  message: `no answer within ${milliseconds} ms`,
  timeout: true,
});
