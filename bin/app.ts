import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { addFlotilla } from '../lib/infra/flotilla.ts';

const app = new App();
addFlotilla(app, { stage: app.node.getContext('stage'), root: join(import.meta.dirname, '..') });
