'use strict';

// The provider's lib/index.js requires all of its submodules, and jsii requires lib/index.js. This hook turns each
// `exports.x = require("./x")` of that file into a getter that requires on first use. jsii finds a type by its name in
// the exports and an object's type by its class, so it does not see a difference.

const Module = require('node:module');
const path = require('node:path');

const INDEX = path.join(path.sep, 'node_modules', '@cdktf', 'provider-aws', 'lib', 'index.js');

// TypeScript 5.9 compiles CDK Terrain's bindings. It wraps the call and puts helper functions in front.
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

// A function declaration can be at the end. The file's first statement must remain "use strict".
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
  // A file with any other content is unknown and stays unchanged.
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
