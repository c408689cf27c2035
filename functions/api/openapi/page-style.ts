import { createHash } from 'node:crypto';

export const pageStyle = `
:root { color-scheme: light dark; --line: light-dark(#d5dbe1, #39424d); --soft: light-dark(#f4f6f8, #1b2129); --link: light-dark(#0550ae, #79b8ff); }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 1100px; padding: 1rem 1.5rem 4rem; overflow-wrap: anywhere; }
a { color: var(--link); }
code, .path { font-family: ui-monospace, monospace; font-size: 0.92em; }
details { border: 1px solid var(--line); border-radius: 6px; margin: 0.5rem 0; padding: 0 0.8rem; }
details[open] { padding-bottom: 0.8rem; }
summary { cursor: pointer; padding: 0.5rem 0; }
.method { display: inline-block; font-weight: 600; min-width: 4.5rem; }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: 0.3rem 0.6rem 0.3rem 0; text-align: left; vertical-align: top; }
pre { background: var(--soft); border-radius: 6px; margin: 0.5rem 0; overflow-x: auto; padding: 0.6rem; }
nav { columns: 14rem; }
nav ul { list-style: none; padding: 0; }
`;

/** The page runs no script, loads nothing, and has only this style. */
export const pagePolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(pageStyle).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
