import { observer } from '../runtime/observer.ts';
import { subjectOf } from '../runtime/subject.ts';
import type { ApiEvent } from './request.ts';

/** One line. Never the body, the headers or the path as it came: they may hold what nobody should read. */
export const logFault = (event: ApiEvent, error: Error | null | undefined): void =>
  observer().fault('request failed', subjectOf(event), error);
