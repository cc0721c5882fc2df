'use strict';

// The provider's lib/index.js requires all of its submodules, and jsii requires lib/index.js. This makes each
// `exports.x = require("./x")` of that file a getter that requires on first use. jsii finds a type by walking the
// exports along its name, and knows an object's type from its class, so it sees no difference.

const Module = require('node:module');
const path = require('node:path');

const INDEX = path.join(path.sep, 'node_modules', '@cdktf', 'provider-aws', 'lib', 'index.js');

// TypeScript 5.9, which CDK Terrain's bindings are compiled with, wraps it, and writes its wrapper's helpers in front.
const SUBMODULE = /^exports\.([\w$]+) = ((?:__importStar\()?require\("\.\/[\w.-]+(?:\/index)?"\)\)?);$/;
const HELPER = /^var (__\w+) = \(this && this\.\1\) \|\| [^]*?^\}\)+(?:\(\))?;$/gm;
const OTHER_LINE = new RegExp(
  [
    '"use strict";',
    String.raw`/\*\*`,
    ' \\*.*',
    '//.*',
    String.raw`Object\.defineProperty\(exports, "__esModule", \{ value: true \}\);`,
    String.raw`(?:exports\.[\w$]+ = )+void 0;`,
    '',
  ]
    .map((line) => `^${line}$`)
    .join('|'),
);

// A function declaration, so that it can stand last: the file's first statement must stay "use strict".
function lazily(name, load) {
  const property = { configurable: true, enumerable: true };
  Object.defineProperty(exports, name, {
    ...property,
    get() {
      const value = load();
      Object.defineProperty(exports, name, { ...property, writable: true, value });
      return value;
    },
  });
}

function withGetters(source) {
  // A file with anything else in it is not the one this was written for, and is left as it is.
  const known = source.replace(HELPER, '').split('\n');
  if (!known.every((line) => SUBMODULE.test(line) || OTHER_LINE.test(line))) return source;
  const lazy = source.split('\n').map((line) => line.replace(SUBMODULE, 'lazily("$1", () => $2);'));
  return [...lazy, lazily.toString(), ''].join('\n');
}

const load = Module._extensions['.js'];
Module._extensions['.js'] = function (module, filename) {
  if (filename.endsWith(INDEX)) {
    const compile = module._compile;
    module._compile = function (source, ...rest) {
      module._compile = compile;
      return module._compile(withGetters(source), ...rest);
    };
  }
  return load.call(this, module, filename);
};
