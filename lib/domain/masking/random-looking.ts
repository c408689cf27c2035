/** Whether a value looks random rather than named by a person: long, and letters mixed with digits. */
export const looksRandom = (value: string, least: number): boolean =>
  value.length >= least && /[0-9]/.test(value) && /[A-Za-z]/.test(value) && !/^sha(?:1|256|512)[:=-]/.test(value);
