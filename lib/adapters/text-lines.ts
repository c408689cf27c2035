/** A stream's lines as they arrive. Throws at a line longer than `longest`: it may have no end. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>, longest: number): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let [begun, length]: [string[], number] = [[], 0];
  for await (const chunk of chunks) {
    const parts = decoder.decode(chunk, { stream: true }).split('\n');
    for (const [at, part] of parts.entries()) {
      if (at > 0) {
        const line = begun.join('');
        [begun, length] = [[], 0];
        if (line !== '') yield line;
      }
      begun.push(part);
      length += part.length;
      if (length > longest) throw new Error(`a line has more than ${longest} characters`);
    }
  }
  const last = begun.join('') + decoder.decode();
  if (last !== '') yield last;
}
