'use strict';
const Module = require('node:module');
const path = require('node:path');
const INDEX = path.join(path.sep, 'node_modules', '@cdktf', 'provider-aws', 'lib', 'index.js');
const LINE = /^exports\.([\w$]+) = require\(("\.\/[\w.-]+")\);$/;
const HARMLESS = /^(?:"use strict";|\/\*\*| \*.*|\/\/.*|Object\.defineProperty\(exports, "__esModule", \{ value: true \}\);|(?:exports\.[\w$]+ = )+void 0;|)$/;
const LAZILY = `function lazily(name, load) {
  const property = { configurable: true, enumerable: true };
  Object.defineProperty(exports, name, { ...property, get() {
    const value = load();
    Object.defineProperty(exports, name, { ...property, writable: true, value });
    return value;
  } });
}`;
function lazyIndex(source) {
  const lines = source.split('\n');
  let n = 0;
  for (let i = 0; i < lines.length; i++) {
    const m = LINE.exec(lines[i]);
    if (m) { lines[i] = `lazily("${m[1]}", () => require(${m[2]}));`; n++; }
    else if (!HARMLESS.test(lines[i])) return source;
  }
  if (!n) return source;
  lines.push(LAZILY, '');
  return lines.join('\n');
}
const ordinary = Module._extensions['.js'];
Module._extensions['.js'] = function (module, filename) {
  if (filename.endsWith('/cdktf/lib/private/fs.js')) { const c=module._compile; module._compile=function(content,...r){delete module._compile; return c.call(module, content.replace('const archiver = require("archiver");','const archiver = (...a) => require("archiver")(...a);'),...r)} }
  if (filename.endsWith(INDEX)) {
    const compile = module._compile;
    module._compile = function (content, ...rest) {
      delete module._compile;
      return compile.call(module, lazyIndex(content), ...rest);
    };
  }
  return ordinary.call(this, module, filename);
};
