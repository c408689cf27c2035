import { readFileSync } from 'node:fs';
import type { JsonObject } from '../../lib/domain/json.ts';
import { casesAt } from './cases.ts';

export interface RecordedEvent {
  /** Milliseconds from the start of the recording. */
  readonly t: number;
  readonly kind: string;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: JsonObject & { readonly metadata: { readonly name: string; readonly uid: string } };
}

export const readRecording = (): { readonly events: readonly RecordedEvent[] } =>
  JSON.parse(readFileSync(casesAt('kubernetes', 'recorded-kube-1.20.2-rollouts.json'), 'utf8'));
