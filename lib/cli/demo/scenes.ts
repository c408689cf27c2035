/** What `flotilla demo` can show. */
export const scenes: readonly string[] = ['release', 'canary'];
