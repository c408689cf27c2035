import{createRequire}from'node:module';const require=createRequire(import.meta.url);
import{join}from"node:path";var stateFolder=({XDG_STATE_HOME:state,HOME:home,LOCALAPPDATA:windows})=>{let folder=state||(home?join(home,".local","state"):windows);return folder?join(folder,"flotilla"):void 0};export{stateFolder};
