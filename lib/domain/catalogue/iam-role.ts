/** One role in one account. */
export const iamRole = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/;

/** Roles in one account: a `*` matches any part of their names. */
export const iamRoles = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/*-]{1,512}$/;

export const accountOfRole = (role: string): string => role.split(':')[4] ?? '';

/** Whether a role matches one of these, by IAM's comparison. */
export const isAmongRoles = (role: string, roles: readonly string[]): boolean =>
  roles.some((one) => new RegExp(`^${one.replaceAll(/[.+]/g, '\\$&').replaceAll('*', '.*')}$`).test(role));
