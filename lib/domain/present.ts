/** Picks those of these fields that are present. Absent ones are left out, not set to undefined. */
export const present = <Row extends object, Name extends keyof Row>(
  row: Row,
  names: readonly Name[],
): { readonly [Key in Name]?: Exclude<Row[Key], undefined> } =>
  Object.fromEntries(names.flatMap((name) => (row[name] === undefined ? [] : [[name, row[name]]]))) as {
    readonly [Key in Name]?: Exclude<Row[Key], undefined>;
  };
