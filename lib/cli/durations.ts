const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** A duration in few characters: `45s`, `12m03s`, `1h02m`, `3d04h`. */
export const shortDuration = (milliseconds: number): string => {
  const ms = Math.max(0, milliseconds);
  if (ms < minute) return `${Math.floor(ms / second)}s`;
  if (ms < hour) return `${Math.floor(ms / minute)}m${twoDigits((ms % minute) / second)}s`;
  if (ms < day) return `${Math.floor(ms / hour)}h${twoDigits((ms % hour) / minute)}m`;
  return `${Math.floor(ms / day)}d${twoDigits((ms % day) / hour)}h`;
};

const twoDigits = (number: number): string => String(Math.floor(number)).padStart(2, '0');
