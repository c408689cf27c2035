import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';

export type GitType = 'commit' | 'tree' | 'blob' | 'tag';

export interface GitObject {
  readonly type: GitType;
  readonly data: Buffer;
}

const types: Readonly<Record<number, GitType>> = { 1: 'commit', 2: 'tree', 3: 'blob', 4: 'tag' };
const offsetDelta = 6;
const nameDelta = 7;

export interface PackLimits {
  readonly objects: number;
  /** The size of all objects together, unpacked. */
  readonly bytes: number;
  /** The steps of all deltas together: a few bytes can ask for millions, and each takes time. */
  readonly steps: number;
}

/** Thrown for an invalid pack, or one that asks for too much. */
export class BadPack extends Error {}

/**
 * The objects of a pack (gitformat-pack), by name. A name is the hash of the content, so nothing can be passed off as
 * another object.
 */
export const readPack = (pack: Buffer, limits: PackLimits): ReadonlyMap<string, GitObject> => {
  if (pack.toString('latin1', 0, 4) !== 'PACK' || pack.readUInt32BE(4) !== 2) throw new BadPack('no pack of version 2');
  const count = pack.readUInt32BE(8);
  if (count > limits.objects) throw new BadPack(`${count} objects; ${limits.objects} are allowed`);
  const reader = new PackReader(pack, limits);
  for (let each = 0; each < count; each += 1) reader.next();
  return reader.named;
};

class PackReader {
  readonly named = new Map<string, GitObject>();
  readonly #byPlace = new Map<number, GitObject>();
  readonly #pack: Buffer;
  #room: number;
  #steps: number;
  #at = 12;

  constructor(pack: Buffer, { bytes, steps }: PackLimits) {
    this.#pack = pack;
    this.#room = bytes;
    this.#steps = steps;
  }

  next(): void {
    const place = this.#at;
    const { type, size } = this.#header();
    const object = this.#object(type, size, place);
    this.#byPlace.set(place, object);
    this.named.set(nameOf(object), object);
  }

  #object(type: number, size: number, place: number): GitObject {
    if (type === offsetDelta) {
      const base = this.#byPlace.get(place - this.#offset());
      return this.#changed(base, size);
    }
    if (type === nameDelta) {
      const base = this.named.get(this.#pack.toString('hex', this.#at, this.#at + 20));
      this.#at += 20;
      return this.#changed(base, size);
    }
    const known = types[type];
    if (known === undefined) throw new BadPack(`an object of the type ${type}`);
    return { type: known, data: this.#inflate(size) };
  }

  #changed(base: GitObject | undefined, size: number): GitObject {
    if (base === undefined) throw new BadPack('a change of what is not there');
    const room = { take: (bytes: number) => this.#take(bytes), step: () => this.#step() };
    return { type: base.type, data: applyDelta(base.data, this.#inflate(size), room) };
  }

  #take(bytes: number): void {
    this.#room -= bytes;
    if (this.#room < 0) throw new BadPack('too many bytes when it is unpacked');
  }

  #step(): void {
    this.#steps -= 1;
    if (this.#steps < 0) throw new BadPack('changes of too many steps');
  }

  /** Seven bits a byte, lowest first. The first byte has four, beside the type. */
  #header(): { readonly type: number; readonly size: number } {
    let byte = this.#byte();
    const type = (byte >> 4) & 7;
    let size = byte & 15;
    let shift = 16;
    while (byte >= 128) {
      byte = this.#byte();
      size += (byte & 127) * shift;
      shift *= 128;
    }
    return { type, size };
  }

  #offset(): number {
    let byte = this.#byte();
    let offset = byte & 127;
    while (byte >= 128) {
      byte = this.#byte();
      offset = (offset + 1) * 128 + (byte & 127);
    }
    return offset;
  }

  #byte(): number {
    const byte = this.#pack[this.#at];
    if (byte === undefined) throw new BadPack('it ends in the middle');
    this.#at += 1;
    return byte;
  }

  #inflate(size: number): Buffer {
    this.#take(size);
    // With `info` it says how much it has read; nothing else in a pack does.
    const { buffer, engine } = inflated(this.#pack.subarray(this.#at), size);
    if (buffer.length !== size) throw new BadPack('an object of another size than it says');
    this.#at += engine.bytesWritten;
    return buffer;
  }
}

interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

const inflated = (bytes: Buffer, size: number): Inflated => {
  try {
    const options = { info: true, maxOutputLength: Math.max(size, 1) };
    return inflateSync(bytes, options) as unknown as Inflated;
  } catch (error) {
    throw new BadPack('an object that cannot be unpacked', { cause: error });
  }
};

export const nameOf = ({ type, data }: GitObject): string =>
  createHash('sha1').update(`${type} ${data.length}\0`).update(data).digest('hex');

interface Room {
  take(bytes: number): void;
  step(): void;
}

/** Copies of parts of the base, and new bytes. */
const applyDelta = (base: Buffer, delta: Buffer, { take, step }: Room): Buffer => {
  let at = 0;
  const byte = (): number => {
    const found = delta[at];
    if (found === undefined) throw new BadPack('a change that ends in the middle');
    at += 1;
    return found;
  };
  const size = (): number => {
    let [value, factor, next] = [0, 1, 128];
    while (next >= 128) {
      next = byte();
      value += (next & 127) * factor;
      factor *= 128;
    }
    return value;
  };
  /** A number with one byte for each set bit of the command, lowest first. */
  const part = (command: number, bits: number, first: number): number => {
    let value = 0;
    for (let bit = 0; bit < bits; bit += 1) if (command & (first << bit)) value += byte() * 256 ** bit;
    return value;
  };
  const from = size();
  const to = size();
  if (from !== base.length) throw new BadPack('a change of something else');
  take(to);
  const result = Buffer.alloc(to);
  let filled = 0;
  while (at < delta.length) {
    step();
    const command = byte();
    let chunk: Buffer;
    if (command >= 128) {
      const offset = part(command, 4, 1);
      const length = part(command, 3, 16) || 65_536;
      chunk = base.subarray(offset, offset + length);
      if (chunk.length < length) throw new BadPack('a copy of what is not there');
    } else {
      chunk = delta.subarray(at, at + command);
      at += command;
      if (command === 0 || chunk.length < command) throw new BadPack('a change that is none');
    }
    if (filled + chunk.length > to) throw new BadPack('a change that is larger than it says');
    chunk.copy(result, filled);
    filled += chunk.length;
  }
  if (filled !== to) throw new BadPack('a change that is smaller than it says');
  return result;
};
