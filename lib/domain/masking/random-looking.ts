/** Whether a value is more likely made by chance than by a person who names something: long, and letters with digits. */
export const looksRandom = (value: string, least: number): boolean =>
  value.length >= least && /[0-9]/.test(value) && /[A-Za-z]/.test(value) && !/^sha(?:1|256|512)[:=-]/.test(value);
