import { observer } from '../runtime/observer.ts';
import { subjectOf } from '../runtime/subject.ts';
import type { ApiEvent } from './request.ts';

/** One line. Never the body, headers or raw path: they may contain what nobody should read. */
export const logFault = (event: ApiEvent, error: Error | null | undefined): void =>
  observer().fault('request failed', subjectOf(event), error);
