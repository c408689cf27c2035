import * as z from 'zod';

/** The text of a batch. */
export const source = z.string().meta({ id: 'Source', description: 'The text of a batch, as it was submitted.' });
