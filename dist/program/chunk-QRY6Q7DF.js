import{createRequire}from'node:module';const require=createRequire(import.meta.url);
var counted=(count,one,many=`${one}s`)=>`${count} ${count===1?one:many}`;export{counted};
