/** Characters that take two columns. One that JavaScript already counts as two counts as three, which is safe. */
const wide =
  /[\u1100-\u115f\u2329\u232a\u2e80-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/gu;

/** The most columns that a text without colours takes. */
export const widthOf = (text: string): number => text.length + (text.match(wide)?.length ?? 0);

/** The text within so many columns, with a mark at its end if it was cut. */
export const cutToWidth = (text: string, most: number, mark = '…'): string => {
  if (widthOf(text) <= most) return text;
  return `${startOf(text, Math.max(0, most - mark.length))}${mark}`.slice(0, Math.max(0, most));
};

/** As many whole characters as fit. */
const startOf = (text: string, most: number): string => {
  let start = '';
  let width = 0;
  for (const character of text) {
    width += widthOf(character);
    if (width > most) break;
    start += character;
  }
  return start;
};

/**
 * A text in lines no wider than the given columns. Lines break between words; a word breaks only if it is longer than a
 * line.
 */
export const wrapped = (text: string, most: number): readonly string[] => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((one) => chunks(one, most))) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && widthOf(longer) > most) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
};

/** A word in pieces that fit. It breaks after a slash if possible. */
export const chunks = (word: string, most: number): readonly string[] => {
  const pieces: string[] = [];
  let rest = word;
  // No piece has more characters than columns, so nothing longer is measured.
  while (rest.length > most || widthOf(rest) > most) {
    const fitting = startOf(rest, Math.max(1, most)) || String.fromCodePoint(rest.codePointAt(0)!);
    const slash = fitting.lastIndexOf('/') + 1;
    const piece = slash > 0 ? fitting.slice(0, slash) : fitting;
    pieces.push(piece);
    rest = rest.slice(piece.length);
  }
  return pieces.length > 0 && rest === '' ? pieces : [...pieces, rest];
};
