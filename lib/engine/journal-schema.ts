/** The tables of a journal. A successful execution has no threads. The events of one batch are one row. */
export const journalSchema = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS definitions (id TEXT PRIMARY KEY, text TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS machines (
    arn TEXT PRIMARY KEY, name TEXT NOT NULL, definition_id TEXT NOT NULL, created_at INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS executions (
    id INTEGER PRIMARY KEY, arn TEXT NOT NULL UNIQUE, name TEXT NOT NULL, machine_arn TEXT NOT NULL,
    definition_id TEXT NOT NULL, program TEXT NOT NULL, status TEXT NOT NULL, input TEXT NOT NULL, output TEXT,
    error TEXT, cause TEXT, started_at INTEGER NOT NULL, stopped_at INTEGER, map_run TEXT, item_index INTEGER,
    redrives INTEGER NOT NULL DEFAULT 0, redriven_at INTEGER, redrive_tokens TEXT,
    map_run_redrive INTEGER NOT NULL DEFAULT 0);
  CREATE INDEX IF NOT EXISTS executions_running ON executions (id) WHERE status = 'RUNNING';
  CREATE INDEX IF NOT EXISTS executions_of_map_run ON executions (map_run, item_index) WHERE map_run IS NOT NULL;
  CREATE INDEX IF NOT EXISTS executions_of_machine ON executions (machine_arn, id);
  CREATE TABLE IF NOT EXISTS threads (
    execution INTEGER NOT NULL, id INTEGER NOT NULL, snapshot TEXT NOT NULL, PRIMARY KEY (execution, id));
  CREATE TABLE IF NOT EXISTS history (
    execution INTEGER NOT NULL, first_event INTEGER NOT NULL, last_event INTEGER NOT NULL,
    transitions INTEGER NOT NULL, events TEXT NOT NULL, PRIMARY KEY (execution, first_event));
`;

/**
 * Columns that are missing in journals of earlier versions. Executions that ended then have no threads and cannot be
 * redriven.
 */
export const laterColumns: Readonly<Record<string, string>> = {
  redrives: 'INTEGER NOT NULL DEFAULT 0',
  redriven_at: 'INTEGER',
  redrive_tokens: 'TEXT',
  map_run_redrive: 'INTEGER NOT NULL DEFAULT 0',
};
