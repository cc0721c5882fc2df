'use strict';

// jsii starts two Node processes: the one that its caller talks to starts another, which does the work, and copies
// bytes between its own standard streams and the other's descriptor 3 (bin/jsii-runtime.ts in @jsii/runtime). A
// synthesis is thousands of small messages, and each goes through both. This has the first process do the work itself:
// what the program reads and writes as descriptor 3 is standard input and output, and what it prints is wrapped as the
// first process would wrap it.

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
    // A program that talks over something else is not the one this was written for; the runtime starts it as ever.
    if (!fs.readFileSync(program, 'utf8').includes(`readFD:${CHANNEL},writeFD:${CHANNEL}`)) {
      return load.call(this, module, filename);
    }
    // jsii links packages instead of unpacking them where it sees this option, which NODE_OPTIONS has set.
    process.execArgv.push('--preserve-symlinks');
    useStandardStreams();
    return module.require(program);
  };
}
