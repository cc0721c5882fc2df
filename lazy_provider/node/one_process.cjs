'use strict';

// jsii starts two Node processes. Its caller talks to the first one, which starts the second one. The second one does
// the work, and the first one copies bytes between its standard streams and the second one's descriptor 3
// (bin/jsii-runtime.ts in @jsii/runtime). A synthesis is thousands of small messages, each of which passes through
// both. This hook makes the first process do the work: it maps descriptor 3 to standard input and output, and wraps
// printed output as the first process would.

const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');

const RUNTIME = path.join(path.sep, 'bin', 'jsii-runtime.js');
const [STDIN, STDOUT, STDERR, CHANNEL] = [0, 1, 2, 3];

function useStandardStreams() {
  const { readSync, writeSync } = fs;
  fs.readSync = (fd, ...rest) => readSync(fd === CHANNEL ? STDIN : fd, ...rest);
  fs.writeSync = (fd, ...rest) => writeSync(fd === CHANNEL ? STDOUT : fd, ...rest);
  for (const name of ['stdout', 'stderr']) {
    process[name].write = (chunk, ...rest) => {
      const printed = Buffer.from(chunk, rest.find((argument) => typeof argument === 'string'));
      writeSync(STDERR, `${JSON.stringify({ [name]: printed.toString('base64') })}\n`);
      rest.find((argument) => typeof argument === 'function')?.();
      return true;
    };
  }
}

if (process.env.JSII_AGENT && process.argv[1]?.endsWith(RUNTIME)) {
  const load = Module._extensions['.js'];
  Module._extensions['.js'] = function (module, filename) {
    if (!filename.endsWith(RUNTIME)) return load.call(this, module, filename);
    const program = path.join(path.dirname(filename), '..', 'lib', 'program.js');
    // A program that uses another channel is unknown, and the runtime starts it as usual.
    if (!fs.readFileSync(program, 'utf8').includes(`readFD:${CHANNEL},writeFD:${CHANNEL}`)) {
      return load.call(this, module, filename);
    }
    // With this option, which NODE_OPTIONS sets, jsii links packages instead of unpacking them.
    process.execArgv.push('--preserve-symlinks');
    useStandardStreams();
    return module.require(program);
  };
}
