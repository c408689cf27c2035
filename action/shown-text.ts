import { printable } from '../lib/cli/clean-text.ts';
import { markdownText } from '../lib/domain/report/markdown-text.ts';

/** Foreign text in Markdown: no markup, and nothing that turns or hides a line. */
export const shownText = (text: string): string => markdownText(printable(text));
