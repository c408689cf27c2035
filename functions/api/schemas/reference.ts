import * as z from 'zod';

export const openApi = z
  .looseObject({ openapi: z.string() })
  .meta({ id: 'OpenApi', description: 'A document of OpenAPI.' });

export const page = z.string().meta({ id: 'Page', description: 'A page of HTML.' });
