/**
 * How many bytes a batch may have. In a request: what Lambda takes (6 MB), with the body encoded. At all, by an upload: a
 * batch of 10,000 deployments that say everything they may, with ten dependencies and ten tags of 64 characters each, has
 * 14.9 MB as YAML; reading it takes 5 s of a processor and fits into the gigabyte of the API's function.
 */
export const batchBytes = { inRequest: 4 * 1024 * 1024, atMost: 16 * 1024 * 1024 } as const;

/** For messages: `4 MiB`. */
export const mebibytes = (bytes: number): string => `${Math.round((bytes / 1024 / 1024) * 10) / 10} MiB`;
