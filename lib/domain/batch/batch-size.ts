/**
 * How many bytes a batch may have. In a request: Lambda's limit (6 MB), with an encoded body. By upload: 10,000
 * deployments with every field, ten dependencies and ten tags of 64 characters each take 14.9 MB as YAML. Reading that
 * takes 5 s of CPU and fits into the gigabyte of the API's function.
 */
export const batchBytes = { inRequest: 4 * 1024 * 1024, atMost: 16 * 1024 * 1024 } as const;

/** For messages: `4 MiB`. */
export const mebibytes = (bytes: number): string => `${Math.round((bytes / 1024 / 1024) * 10) / 10} MiB`;
