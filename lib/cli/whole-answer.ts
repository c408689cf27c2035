export interface WholeAnswer {
  readonly ok: boolean;
  readonly status: number;
  readonly text: string;
}

/** Fetches an answer to its last byte: the connection may end in the middle of it. Throws what `fetch` throws. */
export const fetchWhole = async (url: string, init: RequestInit): Promise<WholeAnswer> => {
  const response = await fetch(url, init);
  return { ok: response.ok, status: response.status, text: await response.text() };
};

/** Whatever answers there: JSON, or undefined. */
export const parsedJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
