/** The frames of git's protocol (gitprotocol-common): four hexadecimal digits of length, then the bytes. */

export type Packet = Buffer | 'flush' | 'delimiter' | 'end';

const marks: Readonly<Record<number, Exclude<Packet, Buffer>>> = { 0: 'flush', 1: 'delimiter', 2: 'end' };

/** The lines of a command. Each is framed, `delimiter` separates its parts, and the flush is added at the end. */
export const framed = (lines: readonly string[]): string =>
  `${lines.map((line) => (line === 'delimiter' ? '0001' : frame(`${line}\n`))).join('')}0000`;

const frame = (text: string): string => (Buffer.byteLength(text) + 4).toString(16).padStart(4, '0') + text;

/** Throws RangeError if the bytes are not frames. */
export function* packetsOf(bytes: Buffer): Generator<Packet> {
  let at = 0;
  while (at < bytes.length) {
    const digits = bytes.toString('latin1', at, at + 4);
    const length = /^[0-9a-f]{4}$/i.test(digits) ? Number.parseInt(digits, 16) : -1;
    const mark = marks[length];
    if (mark !== undefined) {
      yield mark;
      at += 4;
      continue;
    }
    if (length < 4 || at + length > bytes.length) throw new RangeError('no frame of git');
    yield bytes.subarray(at + 4, at + length);
    at += length;
  }
}

/** The frames' texts, without line breaks. */
export const linesOf = (bytes: Buffer): readonly string[] =>
  [...packetsOf(bytes)].flatMap((one) => (typeof one === 'string' ? [] : [one.toString('utf8').replace(/\n$/, '')]));
