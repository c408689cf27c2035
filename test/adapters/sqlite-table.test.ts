import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteTable } from '../../lib/adapters/sqlite-table.ts';
import { describeTable } from '../contracts/table.ts';

const file = join(mkdtempSync(join(tmpdir(), 'flotilla-table-')), 'table.db');

describeTable('SqliteTable', {
  open: (onUse) => new SqliteTable(file, onUse === undefined ? {} : { onUse }),
  runs: 300,
});
