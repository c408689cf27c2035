import type { RunRequest } from '../../domain/ports.ts';
import { type HarnessApi, projectOf } from './api.ts';
import { readSettings } from './settings.ts';

/** What a person should search for in Harness, in one sentence. */
export const whereToLook = (
  api: Pick<HarnessApi, 'projectOf'>,
  { key, at, deployment }: RunRequest,
  event: string | undefined,
): string => {
  const settings = readSettings(deployment.executor.settings);
  if (typeof settings === 'string') return `the runs since ${sinceOf(at)} with ${key} in their payload or notes`;
  const { org, project } = projectOf(api, settings.scope);
  const place = settings.mode === 'execute' ? 'in their notes' : `in the payload of their trigger ${settings.trigger}`;
  const ofEvent = event === undefined ? '' : `, set off by event ${event}`;
  return `the runs of pipeline ${settings.pipeline} in project ${org}/${project} since ${sinceOf(at)} with ${key} ${place}${ofEvent}`;
};

const sinceOf = (at: number): string => new Date(at).toISOString();
