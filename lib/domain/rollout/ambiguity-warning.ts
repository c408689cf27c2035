/** What to do if several containers could be the service. Capture sees them; plan has them from the record. */
export const ambiguityWarning = (containers: readonly string[]): string =>
  `its workload has several containers (${[...containers].sort().join(', ')}) and it is not clear which is the service. Only one that gets the version counts, and none that already had it. Name its \`container\`, or its \`image\`, in the catalogue`;
