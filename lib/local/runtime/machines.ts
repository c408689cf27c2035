import { readFileSync } from 'node:fs';
import type { Machine } from '../../domain/ports.ts';
import type { Engine } from '../../engine/engine.ts';
import { ownFile } from '../own-files.ts';
import { taskNames } from './invoke.ts';

const pascalCase = (stem: string): string =>
  stem.replaceAll(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase());

/**
 * Loads the state machine files that are deployed to AWS. Functions are found by their file name. Returns the machines'
 * ARNs.
 */
export const loadMachines = async (engine: Engine): Promise<Readonly<Record<Machine, string>>> => ({
  batch: await load(engine, 'batch'),
  watch: await load(engine, 'watch'),
  preview: await load(engine, 'preview'),
});

const load = async (engine: Engine, name: Machine): Promise<string> => {
  const definition = taskNames.reduce(
    (text, stem) => text.replaceAll(`\${${pascalCase(stem)}}`, stem),
    readFileSync(ownFile(`statemachines/${name}.asl.json`), 'utf8'),
  );
  return (await engine.createStateMachine({ name, definition })).stateMachineArn;
};
