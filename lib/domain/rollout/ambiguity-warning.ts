/** What is to be done where several containers could be the service: to Capture, which sees them, and to plan, which has them from the record. */
export const ambiguityWarning = (containers: readonly string[]): string =>
  `its workload has several containers (${[...containers].sort().join(', ')}) and nothing says which is the service: only one that gets the version is taken for it, and none that had it before; name its \`container\`, or its \`image\`, in the catalogue`;
