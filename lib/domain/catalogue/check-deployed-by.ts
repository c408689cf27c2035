import type { Path } from '../batch/findings.ts';
import { issueCodes } from '../batch/issues.ts';
import { isMapping, type Mapping } from '../batch/mapping.ts';
import type { ConfigurationText } from './configuration-text.ts';

/** Settings that need Harness. */
const ofHarness = ['harness', 'pipeline'] as const;

/** Nothing may refer to Harness if it is not configured, because nobody would run it. */
export const checkDeployedBy = (entry: Mapping, path: Path, text: ConfigurationText): void => {
  const message = 'belongs to Harness, but the configuration has no section harness';
  const hint = 'add the section harness, or remove this: without it the executor is kubernetes';
  for (const field of ofHarness) {
    if (entry[field] !== undefined) text.report([...path, field], issueCodes.NotAllowed, { message, hint }, 'key');
  }
  if (entry.executor === 'harness') text.report([...path, 'executor'], issueCodes.NotAllowed, { message, hint });
};

/** The same for all pillars. */
export const checkPillars = (pillars: unknown, text: ConfigurationText): void => {
  for (const [name, pillar] of Object.entries(isMapping(pillars) ? pillars : {})) {
    if (isMapping(pillar)) checkDeployedBy(pillar, ['pillars', name], text);
  }
};
