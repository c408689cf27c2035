import type { JsonObject } from '../../domain/json.ts';
import type { CommandContext } from '../command-context.ts';
import { type ExitStatus, exitStatus } from '../failure.ts';
import type { SchemaName } from '../offline-names.ts';

const schemas: Readonly<Record<SchemaName, () => Promise<JsonObject>>> = {
  batch: async () => (await import('../../domain/batch/json-schema.ts')).batchJsonSchema(),
  configuration: async () =>
    (await import('../../domain/catalogue/configuration-json-schema.ts')).configurationJsonSchema(),
  events: async () => (await import('../../domain/record/event-catalogue.ts')).eventJsonSchema(),
};

/** Prints a JSON Schema for editors and tools. With --json, on one line. */
export const schema = async ({ json, terminal }: CommandContext, _: object, name = 'batch'): Promise<ExitStatus> => {
  const printed = JSON.stringify(await schemas[name as SchemaName](), null, json ? undefined : 2);
  for (const line of printed.split('\n')) terminal.out(line);
  return exitStatus.done;
};
