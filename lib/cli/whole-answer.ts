export interface WholeAnswer {
  readonly ok: boolean;
  readonly status: number;
  readonly contentType: string;
  /** To the byte: a byte order mark is a part of it. */
  readonly text: string;
}

/** Fetches an answer to its last byte: the connection may end in the middle of it. Throws what `fetch` throws. */
export const fetchWhole = async (url: string, init: RequestInit): Promise<WholeAnswer> => {
  const response = await fetch(url, init);
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(await response.arrayBuffer());
  return { ok: response.ok, status: response.status, contentType: response.headers.get('content-type') ?? '', text };
};

/** Whatever answers there: JSON, or undefined. */
export const parsedJson = (text: string): unknown => {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
};
