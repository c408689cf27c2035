/** The parts of Flotilla that change batches and deployments, as `actor` of an event names them. */
export const parts = ['plan', 'dispatcher', 'executor', 'observer', 'record', 'finish'] as const;

/** Who asked for a change. Consumers tell parts from people by this name alone, so nobody may go by that of a part. */
export const personNamed = (name: string): string => (parts.some((part) => part === name) ? `user:${name}` : name);
