/** The schemas that `flotilla schema` prints. */
export const schemaNames = ['batch', 'configuration', 'events'] as const;
export type SchemaName = (typeof schemaNames)[number];

/** The shells that have a completion script. */
export const shells = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof shells)[number];
