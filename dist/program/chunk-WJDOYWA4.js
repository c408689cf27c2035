import{createRequire}from'node:module';const require=createRequire(import.meta.url);
var posting=body=>({method:"POST",body:JSON.stringify(body),headers:{"content-type":"application/json"}});export{posting};
