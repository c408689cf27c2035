import { mask } from './mask.ts';
import { looksRandom } from './random-looking.ts';

/** `scheme://user:password@host`, with or without a user, and `scheme://token@host`. */
const userAndPassword = /:\/\/([^\s/?#"'<>@:]{0,256}):([^\s/?#"'<>]{1,512})@/g;
const userAlone = /:\/\/([^\s/?#"'<>@:]{12,512})@/g;

/** Webhook addresses that are secrets themselves. */
const hooks =
  /(hooks\.slack\.com\/(?:services|workflows)\/[A-Za-z0-9]{1,20}\/[A-Za-z0-9]{1,20}\/|discord(?:app)?\.com\/api\/webhooks\/\d{1,30}\/)[\w-]{8,}/g;

export const withoutCredentials = (text: string): string =>
  text.includes('://') || text.includes('/webhooks/') || text.includes('hooks.')
    ? text
        .replace(userAndPassword, (_, user: string) => `://${user}:${mask}@`)
        .replace(userAlone, (whole, user: string) => (looksRandom(user, 12) ? `://${mask}@` : whole))
        .replace(hooks, (_, place: string) => `${place}${mask}`)
    : text;
