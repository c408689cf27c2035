/** The version of this program, as package.json has it: a function on AWS has no such file beside it. */
export const version = '0.1.0';

/** As kubectl names itself to an API server, whose audit log then tells our requests from those of others. */
export const userAgent = `flotilla/${version} (${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch})`;
