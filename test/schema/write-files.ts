import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemaFiles } from '../../lib/domain/schema-files.ts';

/** Writes the published schemas. */
for (const [name, schema] of Object.entries(schemaFiles())) {
  writeFileSync(join(import.meta.dirname, '../../schemas', name), `${JSON.stringify(schema, null, 2)}\n`);
}
