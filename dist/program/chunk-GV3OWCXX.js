import{createRequire}from'node:module';const require=createRequire(import.meta.url);
var isoTime=milliseconds=>new Date(milliseconds).toISOString(),isoField=(name,milliseconds)=>milliseconds===void 0?{}:{[name]:isoTime(milliseconds)};export{isoTime,isoField};
