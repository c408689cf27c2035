/** The version of this program, as package.json has it: a function on AWS has no such file beside it. */
export const version = '0.1.0';

/** The name we give an API server, as kubectl does, so that its audit log can tell our requests from others. */
export const userAgent = `flotilla/${version} (${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch})`;
