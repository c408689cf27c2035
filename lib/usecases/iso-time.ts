/** The API's format for a time. Rows hold milliseconds since 1970. */
export const isoTime = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** The time as a field; absent when it is unknown. */
export const isoField = <Name extends string>(
  name: Name,
  milliseconds: number | undefined,
): { [Key in Name]?: string } =>
  (milliseconds === undefined ? {} : { [name]: isoTime(milliseconds) }) as { [Key in Name]?: string };
