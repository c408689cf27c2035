import{createRequire}from'node:module';const require=createRequire(import.meta.url);
var partsOf=(list,size)=>Array.from({length:Math.ceil(list.length/size)},(_,at)=>list.slice(at*size,(at+1)*size));export{partsOf};
