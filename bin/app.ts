import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { addFlotilla } from '../lib/infra/flotilla.ts';
import { loadSettings } from '../lib/infra/load-settings.ts';
import { addRulePacks } from '../lib/infra/rule-packs.ts';
import { SettingsInvalid } from '../lib/infra/settings.ts';

const app = new App();
addRulePacks(app);
const root = join(import.meta.dirname, '..');
try {
  const context = app.node.getAllContext() as Readonly<Record<string, unknown>>;
  addFlotilla(app, { settings: loadSettings({ context, directory: process.cwd(), env: process.env }), root });
} catch (error) {
  if (!(error instanceof SettingsInvalid)) throw error;
  // Wrong settings are printed without a stack trace.
  console.error(error.message);
  process.exit(1);
}
