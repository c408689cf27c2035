import * as z from 'zod';

export const openApi = z
  .looseObject({ openapi: z.string() })
  .meta({ id: 'OpenApi', description: 'An OpenAPI document.' });

export const page = z.string().meta({ id: 'Page', description: 'An HTML page.' });
