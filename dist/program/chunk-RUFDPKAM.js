import{createRequire}from'node:module';const require=createRequire(import.meta.url);
var present=(row,names)=>Object.fromEntries(names.flatMap(name=>row[name]===void 0?[]:[[name,row[name]]]));export{present};
