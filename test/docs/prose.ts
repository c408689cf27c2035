/** A run of text that people read as one: a paragraph, a cell, a comment, a message. */
export interface Passage {
  readonly line: number;
  readonly text: string;
}

/** Stands for a code span or a value: it counts as one word. */
const code = 'Code';
/** The same in a table, where lists of names are usual: it counts as none. */
const noWord = '·';

const withoutMarkup = (text: string, span: string): string =>
  text
    .replace(/`[^`]*`/g, span)
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/<!--[\s\S]*?-->|<https?:[^>]*>|<\/?[a-z][^>]*>/g, '')
    .replace(/\bhttps?:\/\/\S+/g, span)
    .replace(/\*\*|\*(?=\S)|(?<=\S)\*|(?<!\w)_|_(?!\w)/g, '')
    .replace(/\s+/g, ' ')
    .trim();

const fence = /^\s*(```|~~~)/;
const beginsBlock = /^\s*([-*+] |\d+\. |#{1,6} |> |\|)/;

/** Paragraphs, list items, headings and cells. Code, HTML comments and front matter are not prose. */
export const passagesOfMarkdown = (page: string): readonly Passage[] => {
  const passages: Passage[] = [];
  let open: { readonly line: number; text: string } | undefined;
  const close = () => {
    if (open !== undefined) passages.push({ line: open.line, text: withoutMarkup(open.text, code) });
    open = undefined;
  };
  let inFence = false;
  let inFrontMatter = false;
  for (const [index, line] of page.split('\n').entries()) {
    if (line === '---' && (index === 0 || inFrontMatter)) inFrontMatter = !inFrontMatter;
    else if (inFrontMatter) continue;
    else if (fence.test(line)) {
      close();
      inFence = !inFence;
    } else if (inFence) continue;
    else if (line.trim() === '') close();
    else if (/^\s*\|/.test(line)) {
      close();
      passages.push(...cellsOf(line).map((text) => ({ line: index + 1, text })));
    } else {
      if (beginsBlock.test(line)) close();
      if (open === undefined) open = { line: index + 1, text: '' };
      open.text += ` ${line.replace(/^\s*([-*+]|\d+\.|#{1,6}|>) /, '')}`;
      if (/^#{1,6} /.test(line)) close();
    }
  }
  close();
  return passages.filter(({ text }) => /\w/.test(text));
};

const cellsOf = (row: string): readonly string[] =>
  /^\s*\|[-:| ]+\|\s*$/.test(row)
    ? []
    : row
        .trim()
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => withoutMarkup(cell, noWord));

type Kind = 'comment' | 'text';

interface Piece {
  readonly kind: Kind;
  readonly at: number;
  readonly text: string;
}

const token =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`|[{}]|(?<=(?:^|[(,=:[!&|?{};+\-*%~^<>\n]|\breturn|=>)\s*)\/(?![/*])(?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/g;
const inTemplate = /\\[\s\S]|`|\$\{/g;

/** Comments and texts of a TypeScript file, found without a parser: strings, templates and regular expressions are kept apart. */
const piecesOf = (source: string): readonly Piece[] => {
  const pieces: Piece[] = [];
  const depths: number[] = []; // of each template that is open, how many braces are open in its `${`
  let at = 0;
  let template: { readonly at: number; text: string }[] = [];
  const readTemplate = () => {
    const open = template.at(-1)!;
    inTemplate.lastIndex = at;
    for (let found = inTemplate.exec(source); found !== null; found = inTemplate.exec(source)) {
      open.text += source.slice(at, found.index);
      at = inTemplate.lastIndex;
      if (found[0] === '`') {
        pieces.push({ kind: 'text', at: open.at, text: open.text });
        template = template.slice(0, -1);
        return;
      }
      if (found[0] === '${') {
        open.text += code;
        depths.push(0);
        return;
      }
      open.text += ' ';
    }
    at = source.length;
  };
  while (at < source.length) {
    token.lastIndex = at;
    const found = token.exec(source);
    if (found === null) break;
    const [text] = found;
    at = token.lastIndex;
    if (text === '`') {
      template.push({ at: found.index, text: '' });
      readTemplate();
    } else if (text === '{' && depths.length > 0) depths.push(depths.pop()! + 1);
    else if (text === '}' && depths.length > 0) {
      const depth = depths.pop()!;
      if (depth === 0) readTemplate();
      else depths.push(depth - 1);
    } else if (text.startsWith('//') || text.startsWith('/*')) pieces.push({ kind: 'comment', at: found.index, text });
    else if (/^['"]/.test(text)) pieces.push({ kind: 'text', at: found.index, text: text.slice(1, -1) });
  }
  return pieces;
};

const isProse = (text: string): boolean =>
  /[a-z]+ [a-z'(]+ [a-z(]/i.test(text) &&
  !/^\s*(PRAGMA|CREATE|SELECT|INSERT|UPDATE|DELETE|WITH|ALTER) /.test(text) &&
  !/^[#.\w-]+ *[{>]/.test(text);

/** A text of several lines in its parts: paragraphs, options of a help text, keys of a YAML file. */
const partsOf = ({ line, text }: Passage): readonly Passage[] => {
  const parts: Passage[] = [];
  let at = line;
  for (const part of text.split(/(?<=\n\s*\n)|(?<=\n)(?= {1,4}\S|[\w-]+: )/)) {
    parts.push({ line: at, text: part });
    at += part.split('\n').length - 1;
  }
  return parts.filter((part) => isProse(part.text));
};

/** The text of a comment, block by block: an empty line, a list item or a tag begins a new one. */
const blocksOf = ({ text, line }: Passage): readonly Passage[] => {
  const plain = text
    .replace(/^\/\*+|\*\/$/g, '')
    .split('\n')
    .map((one) => one.replace(/^\s*(\/\/+|\*(?!\*))? ?/, ''))
    .map((one) => one.replace(/^@\w+ ?/, ''))
    .join('\n');
  return passagesOfMarkdown(plain).map((one) => ({ line: line + one.line - 1, text: one.text }));
};

/** Comments (lines that follow each other are one), and string literals that are more than a name. */
export const passagesOfTypeScript = (source: string): readonly Passage[] => {
  const starts = [...source.matchAll(/\n/g)].map(({ index }) => index + 1);
  const lineOf = (at: number): number => {
    let [low, high] = [0, starts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= at) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  };
  const comments: { line: number; last: number; alone: boolean; text: string }[] = [];
  const isAloneAt = (at: number): boolean => /(^|\n)[ \t]*$/.test(source.slice(Math.max(0, at - 120), at));
  const texts: Passage[] = [];
  for (const { kind, at, text } of piecesOf(source)) {
    const line = lineOf(at);
    const before = comments.at(-1);
    const alone = isAloneAt(at);
    if (kind === 'text') {
      for (const part of partsOf({ line, text }))
        texts.push({ ...part, text: withoutMarkup(part.text.replaceAll('\\n', '. ').replace(/\\(.)/g, '$1'), code) });
    } else if (text.startsWith('//') && alone && before?.alone && before.last === line - 1) {
      before.text += `\n${text}`;
      before.last = line;
    } else comments.push({ line, last: line, alone: alone && text.startsWith('//'), text });
  }
  const said = comments.filter(({ text }) => !/biome-ignore|@ts-|^\/\/\/ </.test(text));
  return [...said.flatMap(blocksOf), ...texts].sort((one, other) => one.line - other.line);
};

/** Comments of YAML and of shell scripts. A key that is commented out is not prose; its own comment is. */
export const passagesOfHashComments = (source: string): readonly Passage[] => {
  const passages: { line: number; last: number; alone: boolean; text: string }[] = [];
  for (const [index, line] of source.split('\n').entries()) {
    const found =
      /^(\s*# [\w-]+: .*?)# (.*)$/.exec(line) ?? /^(\s*)# ?(.*)$/.exec(line) ?? /^(.*?\s)# (.*)$/.exec(line);
    const [, lead = '', text = ''] = found ?? [];
    if (found === null || line.startsWith('#!') || /^[\w-]+: /.test(text)) continue;
    const alone = lead.trim() === '';
    const before = passages.at(-1);
    if (alone && before?.alone && before.last === index && text !== '') {
      before.text += ` ${text}`;
      before.last = index + 1;
    } else passages.push({ line: index + 1, last: index + 1, alone, text });
  }
  return passages
    .map(({ line, text }) => ({ line, text: withoutMarkup(text, code) }))
    .filter(({ text }) => text !== '');
};
