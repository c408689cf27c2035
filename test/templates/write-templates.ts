import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { TestStack } from '../aws/test-stack.ts';
import { everySetting, makeStacks } from '../infra/synthesize.ts';

const stages: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'as-it-comes': {},
  'with-every-setting': everySetting,
  'with-locked-anchors': { anchor_lock_days: 365 },
};

/** Writes the templates of these stages below a folder, each stage into a folder of its own. */
export const writeTemplates = (folder: string): void => {
  for (const [name, given] of Object.entries(stages)) {
    const { app, state } = makeStacks(given);
    new TestStack(app, 'Test', { bus: state.bus as IEventBus, relayKey: 'key' });
    cpSync(app.synth().directory, join(folder, name), { recursive: true });
  }
};
