/** Execution names have at most 80 characters, and machines are named after the stage. */
export const stageNamePattern = /^[a-z][a-z0-9-]{0,19}$/;

/** The same in words. */
export const stageNameRule = '1 to 20 lower-case letters, digits and hyphens, starting with a letter';
