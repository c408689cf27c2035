/** What to do if several containers could be the service. Capture sees them; plan has them from the record. */
export const ambiguityWarning = (containers: readonly string[]): string =>
  `its workload has several containers (${[...containers].sort().join(', ')}) and nothing says which is the service: only one that gets the version is taken for it, and none that had it before; name its \`container\`, or its \`image\`, in the catalogue`;
