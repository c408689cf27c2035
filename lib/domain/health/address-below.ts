/**
 * The address of a path below a root that ends in a slash; undefined where it leaves the root once its `..` are resolved, as
 * a URL resolves them. A batch gives the path: nobody may read secrets of the API server with our rights by a health check.
 */
export const addressBelow = (root: string, path: string): string | undefined => {
  const address = `${root}${path.replace(/^\//, '')}`;
  return URL.parse(address, 'http://cluster')?.pathname.startsWith(root) === true ? address : undefined;
};
