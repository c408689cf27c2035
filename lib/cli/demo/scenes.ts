/** The scenes of `flotilla demo`. */
export const scenes: readonly string[] = ['release', 'canary'];
