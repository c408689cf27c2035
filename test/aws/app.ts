import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { addFlotilla } from '../../lib/infra/flotilla.ts';
import { loadSettings } from '../../lib/infra/load-settings.ts';
import { relayEks, TestStack } from './test-stack.ts';

/** The app as it ships, and one more stack: what `npm run test:aws` needs in the account beside it. */
const app = new App();
const root = join(import.meta.dirname, '..', '..');
const context = app.node.getAllContext() as Readonly<Record<string, unknown>>;
const settings = loadSettings({ context, directory: root, env: process.env });
const { state, application } = addFlotilla(app, { settings, root });
const { FLOTILLA_RELAY_KEY: relayKey, FLOTILLA_RELAY_IS_EKS: isEks } = process.env;
const test = new TestStack(app, 'Test', {
  stackName: `flotilla-${settings.stage}-test`,
  description: `Flotilla ${settings.stage}: for its test, to be taken away with it`,
  bus: state.bus as IEventBus, // CDK's own types are not made for exactOptionalPropertyTypes
  ...(relayKey === undefined ? {} : { relayKey }),
});
if (test.relay !== undefined && isEks === 'true') relayEks(application, test.relay);
