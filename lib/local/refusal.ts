/** The machine's reasons for a failure, by operation and by Node's error code. */

const isFile = 'it is a file, or goes through one as if that were a folder; name another folder';
const noRight = 'this user has no right to write there; name another folder';

const causes = {
  'read a file': {
    ENOENT: 'there is no such file',
    EISDIR: 'it is a folder, and a file is needed',
    ENOTDIR: 'its path goes through a file as if that were a folder',
    EACCES: 'this user has no right to read it',
    EPERM: 'this user has no right to read it',
    ELOOP: 'its links go round in a circle',
    ENAMETOOLONG: 'its name is too long',
    ERR_ENCODING_INVALID_ENCODED_DATA: 'it is not text in UTF-8; save it in that encoding',
  },
  'keep data': {
    EEXIST: isFile,
    ENOTDIR: isFile,
    ENOENT: 'no folder can be made there; name another one',
    EACCES: noRight,
    EPERM: noRight,
    EROFS: 'nothing can be changed there (a read-only file system); name another folder',
    ENOSPC: 'the disk is full',
    ERR_SQLITE_ERROR:
      'it cannot be opened or written; this user has no right to, the disk is full, or it is no database of ours',
  },
  listen: {
    EADDRINUSE: 'it is in use already; choose another port',
    EACCES: 'this user has no right to that port, as to most below 1024; choose another, for example 8080',
    EADDRNOTAVAIL:
      'this machine has no such address; 127.0.0.1 is for this machine only, 0.0.0.0 for all that reach it',
    ENOTFOUND: 'there is no host of that name; 127.0.0.1 is for this machine only, 0.0.0.0 for all that reach it',
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Why the machine failed to do something: our message for a known code, else the original message. */
export const causeOfRefusal = (asked: keyof typeof causes, error: unknown): string => {
  const { code = '', message = String(error) } = (error ?? {}) as NodeJS.ErrnoException;
  return new Map<string, string>(Object.entries(causes[asked])).get(code) ?? message;
};
