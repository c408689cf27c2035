/** How the API tells a time. Rows hold milliseconds since 1970. */
export const isoTime = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** As a field that is absent when the time is not known. */
export const isoField = <Name extends string>(
  name: Name,
  milliseconds: number | undefined,
): { [Key in Name]?: string } =>
  (milliseconds === undefined ? {} : { [name]: isoTime(milliseconds) }) as { [Key in Name]?: string };
