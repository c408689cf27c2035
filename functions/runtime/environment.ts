import * as z from 'zod';
import { FlotillaError } from '../../lib/domain/errors.ts';

const variables = {
  TABLE_NAME: z.string().min(1),
  DOCUMENTS_BUCKET: z.string().min(1),
  BUS_NAME: z.string().min(1),
  BATCH_MACHINE_ARN: z.string().min(1),
  WATCH_MACHINE_ARN: z.string().min(1),
  HARNESS_SECRET_ID: z.string().min(1),
  AWS_REGION: z.string().min(1),
} as const;

/** One variable of a Lambda's environment. Throws ConfigurationInvalid with its name when it is not set. */
export const variable = (name: keyof typeof variables): string => {
  const parsed = variables[name].safeParse(process.env[name]);
  if (!parsed.success) throw new FlotillaError('ConfigurationInvalid', `the environment variable ${name} is not set`);
  return parsed.data;
};
