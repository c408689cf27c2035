/** Whether a text is a JSON object or list, with or without a byte order mark. */
export const isJson = (text: string): boolean => {
  if (!/^\uFEFF?\s*[{[]/.test(text)) return false;
  try {
    JSON.parse(text.replace(/^\uFEFF/, ''));
    return true;
  } catch {
    return false;
  }
};
